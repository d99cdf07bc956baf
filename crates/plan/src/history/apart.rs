//! Whether a revision may be applied before another that it was written to come after.
//!
//! It is proved, or it is not so. The schema comes out the same in either order, and as the history says; no text of
//! the one names what the other changes, so that neither its queries nor its way back meet anything else; and nothing
//! in either does more than its words say: no settings, no functions of the database, no rows of tables with triggers.
//! Later, when the other is applied after all, and when both are undone, that is what makes it safe.

use std::collections::BTreeSet;

use whimbrel_schema::{ObjectKind, ObjectName, Schema};

use super::{FoldedHistory, History};
use crate::revision::{Direction, Revision, RevisionId};
use crate::{Dialect, Step, Understanding};

impl History {
    /// Why the revision has to come after those that it rests on and that are held; `Ok` where it need not.
    pub fn stands_apart(
        &self,
        revision: &Revision,
        held: &BTreeSet<RevisionId>,
        dialect: &dyn Dialect,
    ) -> Result<(), String> {
        let below = self.closure([&revision.id]);
        let held: Vec<&Revision> =
            self.revisions().iter().filter(|other| held.contains(&other.id) && below.contains(&other.id)).collect();
        if let Some(needed) = held.iter().find(|other| revision.depends_on.contains(&other.id)) {
            return Err(format!("it says that it depends on `{}`", needed.id));
        }
        let own = Reach::of(revision, dialect)?;
        if own.is_nothing() {
            return Ok(());
        }
        let others = held.iter().map(|other| Reach::of(other, dialect)).collect::<Result<Vec<_>, _>>()?;
        for other in &others {
            if let Some(name) = own.meets(other).or_else(|| other.meets(&own)) {
                return Err(format!("both are about `{name}`"));
            }
        }
        let without: BTreeSet<RevisionId> = below
            .iter()
            .filter(|id| **id != revision.id && !held.iter().any(|held| held.id == **id))
            .cloned()
            .collect();
        let before = self.certain(&without, dialect)?;
        for reach in std::iter::once(&own).chain(&others) {
            reach.refuse_what_is_hidden(&before.schema)?;
        }
        let in_order = self.certain(&below, dialect)?.schema;
        let mut early = before;
        for revision in std::iter::once(revision).chain(held) {
            early.add(revision, dialect).map_err(|error| error.to_string())?;
        }
        crate::fold::settle(&mut early.schema, dialect);
        match early.is_certain() && early.schema == in_order {
            true => Ok(()),
            false => Err("the schema would not come out the same".to_string()),
        }
    }

    fn certain(&self, ids: &BTreeSet<RevisionId>, dialect: &dyn Dialect) -> Result<FoldedHistory, String> {
        let folded = self.schema_of(ids, dialect).map_err(|error| error.to_string())?;
        match folded.unknown.first() {
            None => Ok(folded),
            Some(unknown) => Err(format!("what `{}` does is not understood: {}", unknown.revision, unknown.reason)),
        }
    }
}

/// What a revision changes, and what it says.
#[derive(Default)]
struct Reach {
    /// The finest things that it changes, in small letters: columns, constraints, indexes, tables that come or go.
    things: BTreeSet<String>,
    /// Every table that it changes in any way.
    tables: BTreeSet<String>,
    /// Of these, those whose rows it changes.
    rows: BTreeSet<ObjectName>,
    /// All words of all its statements, up and down.
    words: BTreeSet<String>,
    /// Words of what may read any column of a table that it names: queries and what is made of them.
    reading: BTreeSet<String>,
}

impl Reach {
    fn of(revision: &Revision, dialect: &dyn Dialect) -> Result<Reach, String> {
        let mut reach = Reach::default();
        for direction in [Direction::Up, Direction::Down] {
            let statements = revision.statements(direction, dialect).map_err(|error| error.to_string())?;
            for statement in statements {
                let words = words_of(&statement.sql);
                let steps = match dialect.understand(&statement.sql) {
                    Understanding::Known { steps, .. } => steps,
                    Understanding::Unknown { reason, .. } => {
                        return Err(format!("what `{}` does is not understood: {reason}", revision.id));
                    }
                };
                for step in &steps {
                    if reach
                        .take(step)
                        .map_err(|what| format!("what {what} does cannot be told, in `{}`", revision.id))?
                    {
                        reach.reading.extend(words.iter().cloned());
                    }
                }
                reach.words.extend(words);
            }
        }
        Ok(reach)
    }

    fn is_nothing(&self) -> bool {
        self.words.is_empty()
    }

    /// A thing that the other changes and this one names.
    fn meets(&self, other: &Reach) -> Option<String> {
        let named = other.things.iter().find(|thing| self.words.contains(*thing));
        named.or_else(|| other.tables.iter().find(|table| self.reading.contains(*table))).cloned()
    }

    /// Triggers and functions do what the statement does not say.
    fn refuse_what_is_hidden(&self, schema: &Schema) -> Result<(), String> {
        let with_triggers = self.rows.iter().find(|name| schema.table(name).is_none_or(|it| !it.triggers.is_empty()));
        if let Some(table) = with_triggers {
            return Err(format!("rows of `{table}` are changed, and triggers may go on from there"));
        }
        let routines = schema.objects.keys().filter(|id| id.kind == ObjectKind::Routine);
        let mut called = routines.map(|id| id.name.name.to_lowercase());
        match called.find(|name| self.words.contains(name) && !self.things.contains(name)) {
            Some(name) => Err(format!("what the function `{name}` does cannot be told")),
            None => Ok(()),
        }
    }

    fn thing(&mut self, name: &str) {
        self.things.insert(name.to_lowercase());
    }

    fn table(&mut self, table: &ObjectName) {
        self.tables.insert(table.name.to_lowercase());
    }

    /// A part of a table.
    fn part(&mut self, table: &ObjectName, name: &str) {
        self.table(table);
        self.thing(name);
    }

    fn whole(&mut self, table: &ObjectName) {
        self.part(table, &table.name);
    }

    /// Whether the statement may read whatever a table has; or what in it cannot be told.
    fn take(&mut self, step: &Step) -> Result<bool, &'static str> {
        match step {
            Step::CreateTable { table, .. } => {
                self.whole(&table.name);
                return Ok(true);
            }
            Step::DropTable { table, .. } | Step::SetTableOptions { table, .. } | Step::RebuildTable { table, .. } => {
                self.whole(table)
            }
            Step::RenameTable { from, to } => {
                self.whole(from);
                self.whole(to);
            }
            Step::AddColumn { table, column, .. } => self.part(table, &column.name),
            Step::DropColumn { table, column, .. }
            | Step::SetColumnType { table, column, .. }
            | Step::SetNullable { table, column, .. }
            | Step::SetDefault { table, column, .. }
            | Step::SetGeneration { table, column, .. } => self.part(table, column),
            Step::RenameColumn { table, from, to } | Step::RenameConstraint { table, from, to } => {
                self.part(table, from);
                self.part(table, to);
            }
            Step::AddConstraint { table, constraint, .. } => {
                self.part(table, constraint.name().unwrap_or(&table.name));
            }
            Step::DropConstraint { table, name, .. }
            | Step::ValidateConstraint { table, name }
            | Step::SetDeferrable { table, name, .. }
            | Step::SetTriggerEnabled { table, name, .. } => self.part(table, name),
            Step::CreateIndex { table, index, .. } => {
                let name = if index.name.is_empty() { &table.name } else { &index.name };
                self.part(table, name);
            }
            Step::DropIndex { index, .. } | Step::SetIndexStorage { index, .. } => self.thing(&index.name),
            Step::RenameIndex { from, to } => {
                self.thing(&from.name);
                self.thing(to);
            }
            Step::CreateObject { object, .. } => {
                self.thing(&object.id().name.name);
                return Ok(true);
            }
            Step::AlterObject { to } => {
                self.thing(&to.id().name.name);
                return Ok(true);
            }
            Step::DropObject { object, .. } => self.thing(&object.name.name),
            Step::RenameObject { object, to } => {
                self.thing(&object.name.name);
                self.thing(&to.name);
            }
            Step::AddEnumValue { name, .. } | Step::RenameEnumValue { name, .. } => self.thing(&name.name),
            Step::CreateTrigger { table, trigger } => {
                self.part(table, &trigger.name);
                return Ok(true);
            }
            Step::DropTrigger { table, name, .. } => {
                self.thing(name);
                if let Some(table) = table {
                    self.table(table);
                }
            }
            Step::AttachPartition { parent, partition, .. } | Step::DetachPartition { parent, partition, .. } => {
                self.whole(parent);
                self.whole(partition);
            }
            // That both set the same one shows in the schema.
            Step::SetComment { .. } => {}
            Step::ChangeData { tables, .. } => {
                for table in tables {
                    self.whole(table);
                    self.rows.insert(table.clone());
                }
                return Ok(true);
            }
            Step::Amend(_) => return Err("an ALTER of that kind"),
            Step::SetSession { .. } => return Err("a setting"),
            Step::Inert { .. } => return Err("a statement that is no change of schema or rows"),
        }
        Ok(false)
    }
}

/// Every word, whatever it stands in: quotes, texts and bodies of functions too.
fn words_of(sql: &str) -> BTreeSet<String> {
    let words = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$');
    // A name with other letters in it stands in quotes.
    let quoted = sql.split(['"', '`', '[', ']']);
    words.chain(quoted).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let words = words_of("ALTER TABLE \"Odd name\" ADD note text DEFAULT 'from Email'; $$ SELECT subject $$");
        for word in ["odd name", "odd", "email", "subject", "note"] {
            assert!(words.contains(word), "{word}");
        }
    }
}
