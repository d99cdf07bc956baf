//! Everything that is on columns that take their names from others, told of those.

use whimbrel_schema::{Constraint, ForeignKey, Index, IndexKey, ObjectName, PrimaryKey, Schema, Table};

use super::turn::{Hidden, Turn};
use crate::{ChoiceError, Dialect, Step, fold};

/// A thing on a second column, with its name in the end.
pub(super) struct Twin {
    pub table: ObjectName,
    pub name: String,
    pub what: What,
}

pub(super) enum What {
    Index(Index),
    Constraint(Constraint),
    /// There is one primary key, so that its twin is an index until it takes its place.
    Key(PrimaryKey),
    /// A foreign key that rests on such a key. It goes with the old key, and its twin rests on the index.
    OnKey(ForeignKey),
}

impl Twin {
    /// Whether the table has something of that kind by its name in the end.
    pub fn is_in(&self, table: &Table) -> bool {
        match &self.what {
            What::Index(_) => table.index(&self.name).is_some(),
            What::Key(_) => table.primary_key.is_some(),
            What::Constraint(_) | What::OnKey(_) => {
                table.constraints().iter().any(|constraint| constraint.name() == Some(self.name.as_str()))
            }
        }
    }

    pub fn rename(&self, from: &str, to: &str, dialect: &dyn Dialect) -> Step {
        let table = &self.table;
        match &self.what {
            What::Index(_) | What::Key(_) => {
                let from = ObjectName::of_index(table, from, dialect.engine());
                Step::RenameIndex { from, to: to.to_string() }
            }
            What::Constraint(_) | What::OnKey(_) => {
                Step::RenameConstraint { table: table.clone(), from: from.to_string(), to: to.to_string() }
            }
        }
    }

    /// Puts it beside what it will replace, under a name of its own.
    pub fn put_into(&self, table: &mut Table) {
        let hidden = Hidden::of(&self.name).new;
        match &self.what {
            What::Index(index) => {
                table.indexes.push(Index { name: hidden, comment: None, ..index.clone() });
            }
            What::Key(key) => table.indexes.push(index_of(key, hidden)),
            What::Constraint(constraint) => beside(constraint.clone(), hidden, table),
            What::OnKey(key) => beside(Constraint::ForeignKey(key.clone()), hidden, table),
        }
    }
}

fn beside(mut constraint: Constraint, hidden: String, table: &mut Table) {
    *constraint.name_mut() = Some(hidden);
    *constraint.comment_mut() = None;
    table.add_constraint(constraint);
}

/// The index that a primary key can take over.
pub(super) fn index_of(key: &PrimaryKey, name: String) -> Index {
    let keys = key.columns.iter().map(|column| IndexKey::column(column.as_str())).collect();
    Index { unique: true, include: key.include.clone(), ..Index::new(name, keys) }
}

/// Everything in `target` that is on the turned columns, told of the second ones: also foreign keys of other tables.
pub(super) fn of(turns: &[Turn], target: &Schema, dialect: &dyn Dialect) -> Result<Vec<Twin>, ChoiceError> {
    let mut told = Schema::new(target.engine);
    for table in target.tables.values().filter(|table| is_about(table, turns)) {
        told.insert_table(table.clone());
    }
    for turn in turns {
        let (from, to) = (turn.column.name.clone(), turn.hidden.new.clone());
        let step = Step::RenameColumn { table: turn.table.clone(), from, to };
        fold::apply(&mut told, &step, dialect)
            .map_err(|error| ChoiceError::Impossible { rename: turn.hidden.new.clone(), error: error.to_string() })?;
    }
    let mut twins = Vec::new();
    for table in told.tables.values() {
        let Some(wanted) = target.table(&table.name) else { continue };
        let mut push = |name: &str, what| twins.push(Twin { table: table.name.clone(), name: name.to_string(), what });
        for index in table.indexes.iter().filter(|index| !wanted.indexes.contains(index)) {
            push(&index.name, What::Index(index.clone()));
        }
        let same = wanted.constraints();
        for constraint in table.constraints().into_iter().filter(|constraint| !same.contains(constraint)) {
            let Some(name) = constraint.name().map(str::to_string) else { continue };
            let what = match constraint {
                Constraint::PrimaryKey(key) => What::Key(key),
                Constraint::ForeignKey(key) if rests_on_key(&key, &told, turns) => What::OnKey(key),
                Constraint::ForeignKey(_) | Constraint::Unique(_) | Constraint::Check(_) | Constraint::Exclusion(_) => {
                    What::Constraint(constraint)
                }
            };
            push(&name, what);
        }
    }
    Ok(twins)
}

fn is_about(table: &Table, turns: &[Turn]) -> bool {
    let about = |name: &ObjectName| turns.iter().any(|turn| turn.table == *name);
    about(&table.name) || table.foreign_keys.iter().any(|key| about(&key.references))
}

/// Whether the key that it points at is a primary key of which a column is turned.
fn rests_on_key(key: &ForeignKey, told: &Schema, turns: &[Turn]) -> bool {
    let Some(primary) = told.table(&key.references).and_then(|table| table.primary_key.as_ref()) else { return false };
    let turned = |column: &String| turns.iter().any(|turn| turn.table == key.references && turn.hidden.new == *column);
    let same = primary.columns.len() == key.referenced_columns.len()
        && primary.columns.iter().all(|column| key.referenced_columns.contains(column));
    same && primary.columns.iter().any(turned)
}
