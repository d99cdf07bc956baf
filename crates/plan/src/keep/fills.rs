//! What the way back fills itself.
//!
//! A contract drops `subject`, of which `title` has taken the place; its downgrade makes `subject` again and fills it
//! from `title`. What was kept of `subject` is right as long as nobody has written `title` since; where somebody has,
//! what the downgrade makes of it is. So what `title` was is kept with it.

use whimbrel_schema::{ObjectName, Schema};

use super::lineage::Lineage;
use super::{Identity, KeptColumn, Loss, Lost, Reading};
use crate::backfill::{self, Value};
use crate::fold::Folding;
use crate::{DataChange, Dialect, Step, Understanding};

/// Tells each loss of columns from what the way back makes their values.
pub(super) fn settle(losses: &mut [Loss], lineage: &Lineage<'_>, now: &[Reading<'_>], way_back: &[Reading<'_>]) {
    let fills = |reading: &Reading<'_>| {
        reading.steps().iter().any(|step| matches!(step, Step::ChangeData { .. } | Step::RebuildTable { .. }))
    };
    if !way_back.iter().any(fills) {
        return;
    }
    let after = lineage.schema();
    let engine = after.engine;
    for loss in losses.iter_mut().filter(|loss| loss.what == Lost::Columns && matches!(loss.rows, Identity::Key(_))) {
        let Some(table) = loss.after.as_ref().and_then(|name| after.table(name)) else { continue };
        let names = read(loss, way_back, after, lineage.dialect);
        let line = lineage.lines.get(&loss.source);
        for name in names {
            let Some(column) = table.columns.iter().find(|it| engine.same_name(&it.name, &name)) else { continue };
            let is_it = |now: &Option<String>| now.as_ref().is_some_and(|now| engine.same_name(now, &name));
            let before = line.and_then(|line| line.columns.iter().find(|it| is_it(&it.now) && !it.converted));
            loss.derived_late |= before.is_none() || now.iter().any(|reading| writes(reading, &table.name, after));
            loss.derived_from.push(KeptColumn {
                name: column.name.clone(),
                source: before.map_or_else(|| column.name.clone(), |before| before.name.clone()),
                after: Some(column.name.clone()),
                ty: column.ty.clone(),
                collation: column.collation.clone(),
                numbered: false,
                only_numbered: false,
            });
        }
    }
}

/// Whether the statement may change values that stay.
fn writes(reading: &Reading<'_>, table: &ObjectName, schema: &Schema) -> bool {
    let written = |step: &Step| {
        matches!(step, Step::ChangeData { change: DataChange::Update | DataChange::Merge, tables }
            if tables.iter().any(|it| it.is(table, schema.engine)))
    };
    matches!(reading.understanding, Understanding::Unknown { .. }) || reading.steps().iter().any(written)
}

/// The columns that the way back reads to fill those of the loss, as they are called where it begins.
fn read(loss: &Loss, way_back: &[Reading<'_>], after: &Schema, dialect: &dyn Dialect) -> Vec<String> {
    let mut way = Way {
        loss,
        table: loss.after.clone().unwrap_or_else(|| loss.table.clone()),
        renamed: Vec::new(),
        folding: Folding::new(after.clone()),
        dialect,
    };
    let mut found: Vec<String> = Vec::new();
    for reading in way_back {
        for step in reading.steps() {
            for name in way.reads(step, reading.sql) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
            way.follow(step);
            if way.folding.apply(step, dialect).is_err() {
                return found;
            }
        }
    }
    found
}

/// The table of one loss on the way back.
struct Way<'l> {
    loss: &'l Loss,
    table: ObjectName,
    /// Its columns that the way back has renamed: now, and at its beginning.
    renamed: Vec<(String, String)>,
    folding: Folding,
    dialect: &'l dyn Dialect,
}

impl Way<'_> {
    fn is_it(&self, table: &ObjectName) -> bool {
        table.is(&self.table, self.folding.schema().engine)
    }

    fn is_lost(&self, name: &str) -> bool {
        let engine = self.folding.schema().engine;
        self.loss.columns.iter().any(|it| engine.same_name(&it.name, name))
    }

    /// The columns from which this step makes what is lost, by their first names.
    fn reads(&self, step: &Step, sql: &str) -> Vec<String> {
        let engine = self.folding.schema().engine;
        let Some(table) = self.folding.schema().table(&self.table) else { return Vec::new() };
        let sources =
            self.sources(step, sql).unwrap_or_else(|| table.columns.iter().map(|it| it.name.clone()).collect());
        let stays = |name: &String| !self.is_lost(name);
        let columns = sources.into_iter().filter(stays).filter_map(|name| {
            let column = table.columns.iter().find(|it| engine.same_name(&it.name, &name))?;
            let renamed = self.renamed.iter().find(|(now, _)| engine.same_name(now, &column.name));
            Some(renamed.map_or(&column.name, |(_, then)| then).clone())
        });
        columns.collect()
    }

    /// What an expression that fills a lost column names; `None` where nobody can tell.
    fn sources(&self, step: &Step, sql: &str) -> Option<Vec<String>> {
        let mut sources = Vec::new();
        if let Step::ChangeData { change: DataChange::Update, tables } = step {
            if !tables.iter().any(|it| self.is_it(it)) {
                return Some(sources);
            }
            let update = backfill::read(sql, self.dialect).ok()?;
            for assignment in update.assignments.iter().filter(|it| it.columns.iter().any(|name| self.is_lost(name))) {
                match &assignment.value {
                    Value::Expression(piece) | Value::Several(piece) | Value::Part(piece) => {
                        sources.extend(piece.words.iter().map(|word| word.name.clone()));
                    }
                    Value::Default => {}
                }
            }
        } else if let Step::ChangeData { change: DataChange::Insert, .. } = step {
            let copied = self.dialect.copied(sql, self.folding.schema()).filter(|it| self.is_it(&it.from));
            for (_, from) in copied.iter().flat_map(|it| &it.columns).filter(|(into, _)| self.is_lost(into)) {
                sources.extend(from.iter().cloned());
            }
        } else if let Step::RebuildTable { table, copy, .. } = step
            && self.is_it(table)
        {
            for (_, expression) in copy.iter().filter(|(into, _)| self.is_lost(into)) {
                let words = self.dialect.batching().map(|it| it.lexemes(expression.text())).unwrap_or_default();
                sources.extend(words.into_iter().map(|word| word.text));
            }
        }
        Some(sources)
    }

    fn follow(&mut self, step: &Step) {
        let engine = self.folding.schema().engine;
        if let Step::RenameTable { from, to } = step
            && self.is_it(from)
        {
            self.table = to.clone();
        } else if let Step::RenameColumn { table, from, to } = step
            && self.is_it(table)
        {
            match self.renamed.iter_mut().find(|(now, _)| engine.same_name(now, from)) {
                Some((now, _)) => now.clone_from(to),
                None => self.renamed.push((to.clone(), from.clone())),
            }
        }
    }
}
