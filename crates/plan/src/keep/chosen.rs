//! Which rows of a table go, told before they do: those that a DELETE's WHERE finds, and those that refer to them.
//!
//! The rows are asked for when the tables are held as they are, just before the statements run. What WHERE finds then is
//! what it finds for the DELETE as long as nothing in between, and nothing in the DELETE itself, changes that: so nothing
//! but plain DELETEs may come before, a condition has to mean the same a moment later, and no trigger or rule may have a
//! say. Where any of that is not certain, whole tables are copied, and what is there still is taken out again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Action, ForeignKey, Object, ObjectKind, ObjectName, Schema, Table};

use super::deletion::{self, Deletion};
use super::{Identity, Loss, Lost, Reading};
use crate::backfill::{Piece, Word};
use crate::{DataChange, Dialect, Step, Understanding};

/// The rows of one table that go, or that a foreign key changes: all that any of these finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    Where {
        /// As it stands behind FROM.
        target: String,
        name: String,
        condition: String,
    },
    /// They refer to rows that go.
    Behind {
        parent: ObjectName,
        /// Its key.
        key: Vec<String>,
        columns: Vec<String>,
        referenced: Vec<String>,
    },
}

impl Chosen {
    fn is_known_behind(&self, known: &[&ObjectName]) -> bool {
        match self {
            Chosen::Where { .. } => true,
            Chosen::Behind { parent, .. } => known.contains(&parent),
        }
    }
}

/// Tells each loss of rows which they are. All of them, or none.
pub(super) fn settle(
    losses: &mut [Loss],
    before: &Schema,
    now: &[Reading<'_>],
    minds_keys: bool,
    dialect: &dyn Dialect,
) {
    let Some(deletions) = deletions(now, before, dialect) else { return };
    let Some(found) = Following::new(before, losses).follow(deletions, minds_keys) else { return };
    for loss in losses.iter_mut() {
        let chosen = match loss.what {
            Lost::Rows => found.gone.get(&loss.source),
            Lost::Overwritten => found.changed.get(&loss.source),
            Lost::Table | Lost::Columns | Lost::Conversion => None,
        };
        loss.chosen = chosen.cloned().unwrap_or_default();
    }
}

/// What is deleted, by the tables; `None` where rows go in another way, or nobody can say beforehand which.
fn deletions(now: &[Reading<'_>], before: &Schema, dialect: &dyn Dialect) -> Option<Vec<(ObjectName, Deletion)>> {
    let last = now.iter().rposition(|reading| deletes(reading))?;
    let mut found = Vec::new();
    for (at, reading) in now.iter().enumerate() {
        if matches!(reading.understanding, Understanding::Unknown { .. }) {
            return None;
        }
        match reading.steps() {
            [Step::ChangeData { change: DataChange::Delete, tables }] => {
                let [table] = tables.as_slice() else { return None };
                found.push((before.table(table)?.name.clone(), deletion::read(reading.sql, dialect)?));
            }
            steps => {
                let harmless = |step: &Step| matches!(step, Step::Inert { .. });
                if steps.iter().any(may_take_rows) || at < last && !steps.iter().all(harmless) {
                    return None;
                }
            }
        }
    }
    let steady = |piece: &Piece| piece.words.iter().all(|word| is_steady(word, before, dialect));
    let alone = found.len() == 1;
    let certain = found.iter().all(|(_, deletion)| {
        deletion.asked.iter().all(|piece| steady(piece) && (alone || piece.words.iter().all(|word| !word.nested)))
    });
    certain.then_some(found)
}

fn deletes(reading: &Reading<'_>) -> bool {
    let is_it = |step: &Step| matches!(step, Step::ChangeData { change: DataChange::Delete, .. });
    reading.steps().iter().any(is_it)
}

/// Whether rows may go by it, or take part in what goes.
fn may_take_rows(step: &Step) -> bool {
    match step {
        Step::ChangeData { change, .. } => match change {
            DataChange::Insert | DataChange::Update => false,
            DataChange::Delete | DataChange::Truncate | DataChange::Merge => true,
        },
        Step::DropTable { .. } | Step::RebuildTable { .. } => true,
        Step::CreateTable { .. }
        | Step::RenameTable { .. }
        | Step::SetTableOptions { .. }
        | Step::AddColumn { .. }
        | Step::DropColumn { .. }
        | Step::RenameColumn { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::AddConstraint { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::CreateObject { .. }
        | Step::DropObject { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => false,
    }
}

/// Whether it means the same for two statements of one transaction. A view may ask anything.
fn is_steady(word: &Word, before: &Schema, dialect: &dyn Dialect) -> bool {
    let Some((batching, keeping)) = dialect.batching().zip(dialect.keeping()) else { return false };
    let stays = || keeping.stays_in_transaction(&word.name);
    if word.called {
        return batching.is_steady(&word.name) || stays();
    }
    if !word.quoted && word.qualifier.is_none() && batching.is_moment(&word.name) {
        return stays();
    }
    let is_view = |name: &ObjectName| before.engine.same_name(&name.name, &word.name);
    let views = before.objects.values().filter_map(|object| match object {
        Object::View(view) => Some(&view.name),
        _ => None,
    });
    !(word.nested && views.into_iter().any(is_view))
}

#[derive(Default)]
struct Found {
    gone: BTreeMap<ObjectName, Vec<Chosen>>,
    changed: BTreeMap<ObjectName, Vec<Chosen>>,
}

impl Found {
    /// Whether there is an order in which the rows of every parent are known before those that refer to them.
    fn has_no_ring(&self) -> bool {
        let mut known: Vec<&ObjectName> = Vec::new();
        while known.len() < self.gone.len() {
            let mut next = self.gone.iter().filter(|(table, _)| !known.contains(table));
            let Some((table, _)) = next.find(|(_, chosen)| chosen.iter().all(|it| it.is_known_behind(&known))) else {
                return false;
            };
            known.push(table);
        }
        true
    }
}

struct Following<'s> {
    before: &'s Schema,
    /// Of each table of which rows go, the key by which they are named.
    keys: BTreeMap<&'s ObjectName, Vec<String>>,
}

impl<'s> Following<'s> {
    fn new(before: &'s Schema, losses: &[Loss]) -> Self {
        let keys = losses.iter().filter(|loss| loss.what == Lost::Rows).filter_map(|loss| match &loss.rows {
            Identity::Key(key) => {
                let name = &before.table(&loss.source)?.name;
                Some((name, key.iter().map(|column| column.source.clone()).collect()))
            }
            Identity::Rest(_) | Identity::None => None,
        });
        Following { before, keys: keys.collect() }
    }

    /// From parents to children. `None` where keys lead round in a ring, or a table does more than is said to it.
    fn follow(&self, deletions: Vec<(ObjectName, Deletion)>, minds_keys: bool) -> Option<Found> {
        let mut found = Found::default();
        let several = deletions.len() > 1;
        let mut todo: Vec<ObjectName> = Vec::new();
        for (table, deletion) in deletions {
            let Deletion { target, name, condition, asked: _ } = deletion;
            found.gone.entry(table.clone()).or_default().push(Chosen::Where { target, name, condition });
            if !todo.contains(&table) {
                todo.push(table);
            }
        }
        let mut seen: Vec<ObjectName> = Vec::new();
        while let Some(name) = todo.pop() {
            if seen.contains(&name) {
                continue;
            }
            let parent = self.plain(&name)?;
            let key = self.keys.get(&parent.name)?;
            seen.push(name);
            if !minds_keys {
                continue;
            }
            for child in self.before.tables.values() {
                for foreign in child.foreign_keys.iter().filter(|it| it.references.is(&parent.name, self.before.engine))
                {
                    if foreign.referenced_columns.len() != foreign.columns.len() {
                        return None;
                    }
                    let behind = behind(foreign, parent, key);
                    match foreign.on_delete {
                        Action::NoAction | Action::Restrict => {}
                        Action::Cascade => {
                            found.gone.entry(child.name.clone()).or_default().push(behind);
                            todo.push(child.name.clone());
                        }
                        // What one DELETE sets, the next may look at.
                        Action::SetNull | Action::SetDefault if several => return None,
                        Action::SetNull | Action::SetDefault => {
                            self.plain(&child.name)?;
                            found.changed.entry(child.name.clone()).or_default().push(behind);
                        }
                    }
                }
            }
        }
        found.has_no_ring().then_some(found)
    }

    /// A table that does what is said to it, and nothing else.
    fn plain(&self, name: &ObjectName) -> Option<&'s Table> {
        let engine = self.before.engine;
        let table = self.before.table(name)?;
        let options = &table.options;
        let alone = options.partition_by.is_none() && options.partition_of.is_none() && options.inherits.is_empty();
        let heirs = self.before.tables.values().any(|other| other.options.inherits.contains(&table.name));
        let ruled = self.before.objects.iter().any(|(id, object)| match object {
            Object::Opaque(opaque) => {
                id.kind == ObjectKind::Opaque && opaque.table.as_ref().is_some_and(|it| it.is(&table.name, engine))
            }
            _ => false,
        });
        Some(table).filter(|table| alone && !heirs && !ruled && table.triggers.is_empty())
    }
}

fn behind(foreign: &ForeignKey, parent: &Table, key: &[String]) -> Chosen {
    Chosen::Behind {
        parent: parent.name.clone(),
        key: key.to_vec(),
        columns: foreign.columns.clone(),
        referenced: foreign.referenced_columns.clone(),
    }
}
