use whimbrel_schema::{Column, Object, ObjectId, ObjectKind, Pair, Schema, Table};

use crate::choices::Resolved;
use crate::fold::{self, Folding, is_of_type};
use crate::ops::Planned;
use crate::{Change, ChoiceError, Choices, Dialect, Rename, Step};

/// The renames that were chosen, taken in memory.
pub(crate) struct Renames {
    pub changes: Vec<Change>,
    steps: Vec<Planned>,
    /// In the order in which they run.
    back: Vec<Planned>,
    /// The schema after them.
    pub after: Schema,
}

impl Renames {
    pub fn of_changes<'c>(
        start: &Schema,
        changes: impl IntoIterator<Item = &'c Change>,
        dialect: &dyn Dialect,
    ) -> Result<Self, ChoiceError> {
        let mut renames = Renames { changes: Vec::new(), steps: Vec::new(), back: Vec::new(), after: start.clone() };
        for change in changes {
            renames.take(&change.describe(), change.clone(), dialect)?;
        }
        Ok(renames)
    }

    /// Steps there and steps back that are no changes of anybody's.
    pub fn of_steps(
        start: &Schema,
        steps: Vec<Planned>,
        back: Vec<Planned>,
        dialect: &dyn Dialect,
    ) -> Result<Self, ChoiceError> {
        let mut after = Folding::new(start.clone());
        for planned in &steps {
            after.apply(&planned.step, dialect).map_err(|error| ChoiceError::Impossible {
                rename: format!("{:?}", planned.step),
                error: error.to_string(),
            })?;
        }
        Ok(Renames { changes: Vec::new(), steps, back, after: after.into_schema() })
    }

    pub fn steps(&self) -> impl Iterator<Item = Planned> {
        self.steps.iter().cloned()
    }

    pub fn steps_back(&self) -> impl Iterator<Item = Planned> {
        self.back.iter().cloned()
    }

    fn take(&mut self, rename: &str, change: Change, dialect: &dyn Dialect) -> Result<(), ChoiceError> {
        let Some(step) = step_of(&change) else { return Ok(()) };
        fold::apply(&mut self.after, &step.from, dialect)
            .map_err(|error| ChoiceError::Impossible { rename: rename.to_string(), error: error.to_string() })?;
        self.steps.push(step.from.into());
        self.back.insert(0, step.to.into());
        self.changes.push(change);
        Ok(())
    }
}

/// The step there and the step back.
fn step_of(change: &Change) -> Option<Pair<Step>> {
    Some(match change {
        Change::RenameTable { from, to } => Pair::new(
            Step::RenameTable { from: from.clone(), to: to.clone() },
            Step::RenameTable { from: to.clone(), to: from.clone() },
        ),
        Change::RenameColumn { table, from, to } => {
            let step = |from: &str, to: &str| Step::RenameColumn {
                table: table.clone(),
                from: from.to_string(),
                to: to.to_string(),
            };
            Pair::new(step(from, to), step(to, from))
        }
        Change::RenameEnumValue { name, from, to } => {
            let step = |from: &str, to: &str| Step::RenameEnumValue {
                name: name.clone(),
                from: from.to_string(),
                to: to.to_string(),
            };
            Pair::new(step(from, to), step(to, from))
        }
        Change::RenameObject { object, to } => {
            let renamed = ObjectId { name: to.clone(), ..object.clone() };
            Pair::new(
                Step::RenameObject { object: object.clone(), to: to.clone() },
                Step::RenameObject { object: renamed, to: object.name.clone() },
            )
        }
        _ => return None,
    })
}

pub(super) fn of(
    start: &Schema,
    to: &Schema,
    dialect: &dyn Dialect,
    choices: &Choices,
) -> Result<Renames, ChoiceError> {
    let mut renames = Renames { changes: Vec::new(), steps: Vec::new(), back: Vec::new(), after: start.clone() };
    // Tables first, so that a column can be named with its table's new name as well as with its old one.
    let mut later = Vec::new();
    for rename in &choices.renames {
        match rename.resolve(&renames.after) {
            Ok(Resolved::Table { from, to: name }) => {
                if to.table(&name).is_none() {
                    return Err(unwanted(rename, format!("table `{name}`"), names_of(to)));
                }
                renames.take(&rename.to_string(), Change::RenameTable { from, to: name }, dialect)?;
            }
            Ok(_) | Err(_) => later.push(rename),
        }
    }
    for rename in later {
        let resolved = match rename.resolve(&renames.after) {
            Ok(resolved) => resolved,
            // By the old name of its table.
            Err(error) => match rename.resolve(start) {
                Ok(Resolved::Column { table, from, to }) => {
                    let table = renames.changes.iter().find_map(|change| {
                        let Change::RenameTable { from, to } = change else { return None };
                        (*from == table).then(|| to.clone())
                    });
                    Resolved::Column { table: table.ok_or(error)?, from, to }
                }
                Ok(_) | Err(_) => return Err(error),
            },
        };
        renames.take(&rename.to_string(), wanted_change(rename, resolved, to)?, dialect)?;
    }
    stated_by_models(&mut renames, to, dialect)?;
    enums_under_new_names(&mut renames, to, dialect)?;
    Ok(renames)
}

/// The change, if the models want what comes of it.
fn wanted_change(rename: &Rename, resolved: Resolved, target: &Schema) -> Result<Change, ChoiceError> {
    match resolved {
        Resolved::Table { from, to } => Ok(Change::RenameTable { from, to }),
        Resolved::Column { table, from, to } => {
            let found = target.table(&table);
            let Some(found) = found else {
                return Err(unwanted(rename, format!("table `{table}`"), names_of(target)));
            };
            if !found.columns.iter().any(|column| target.engine.same_name(&column.name, &to)) {
                let candidates = found.columns.iter().map(|column| column.name.clone()).collect();
                return Err(unwanted(rename, format!("column `{table}.{to}`"), candidates));
            }
            Ok(Change::RenameColumn { table, from, to })
        }
        Resolved::EnumValue { name, from, to } => match target.object(&ObjectId::new(ObjectKind::Enum, name.clone())) {
            Some(Object::Enum(found)) if found.values.contains(&to) => Ok(Change::RenameEnumValue { name, from, to }),
            Some(Object::Enum(found)) => {
                Err(unwanted(rename, format!("value '{to}' of enum `{name}`"), found.values.clone()))
            }
            Some(_) | None => Err(unwanted(rename, format!("enum `{name}`"), Vec::new())),
        },
        Resolved::Object { object, to } => {
            let renamed = ObjectId { name: to.clone(), ..object.clone() };
            if target.object(&renamed).is_none() {
                let alike = target.objects.keys().filter(|id| id.kind == object.kind);
                return Err(unwanted(rename, renamed.to_string(), alike.map(|id| id.name.to_string()).collect()));
            }
            Ok(Change::RenameObject { object, to })
        }
    }
}

fn unwanted(rename: &Rename, wanted: String, candidates: Vec<String>) -> ChoiceError {
    ChoiceError::Unwanted { what: format!("rename `{rename}`"), wanted, candidates }
}

fn names_of(schema: &Schema) -> Vec<String> {
    schema.tables.keys().map(ToString::to_string).collect()
}

/// Models can say themselves what something was called before. It is a rename as long as the old name is still there.
fn stated_by_models(renames: &mut Renames, to: &Schema, dialect: &dyn Dialect) -> Result<(), ChoiceError> {
    let engine = to.engine;
    for table in to.tables.values() {
        if let Some(old) = &table.notes.renamed_from {
            let old = table.name.sibling(old.as_str());
            let applies = renames.after.table(&old).is_some()
                && renames.after.table(&table.name).is_none()
                && to.table(&old).is_none();
            if applies {
                let change = Change::RenameTable { from: old.clone(), to: table.name.clone() };
                renames.take(&format!("{old}:{}", table.name), change, dialect)?;
            }
        }
        let stated = table.columns.iter().filter_map(|column| Some((column, column.notes.renamed_from.as_ref()?)));
        for (column, old) in stated {
            let has = |table: Option<&Table>, name: &str| {
                table.is_some_and(|table| table.columns.iter().any(|it: &Column| engine.same_name(&it.name, name)))
            };
            let before = renames.after.table(&table.name);
            if has(before, old) && !has(before, &column.name) && !has(Some(table), old) {
                let change =
                    Change::RenameColumn { table: table.name.clone(), from: old.clone(), to: column.name.clone() };
                renames.take(&format!("{}.{old}:{}", table.name, column.name), change, dialect)?;
            }
        }
    }
    Ok(())
}

/// An enum that goes and one of the same values that comes, in the same columns: whether it is renamed or made anew
/// makes no difference to any row, and renaming rewrites nothing.
fn enums_under_new_names(renames: &mut Renames, to: &Schema, dialect: &dyn Dialect) -> Result<(), ChoiceError> {
    let mut found = Vec::new();
    for object in to.objects_of(ObjectKind::Enum) {
        let Object::Enum(new) = object else { continue };
        if renames.after.object(&object.id()).is_some() {
            continue;
        }
        for old in renames.after.objects_of(ObjectKind::Enum) {
            let Object::Enum(old) = old else { continue };
            let gone = to.object(&ObjectId::new(ObjectKind::Enum, old.name.clone())).is_none();
            if gone && old.values == new.values && moves_over(&renames.after, to, old, new) {
                found.push(Change::RenameObject {
                    object: ObjectId::new(ObjectKind::Enum, old.name.clone()),
                    to: new.name.clone(),
                });
                break;
            }
        }
    }
    for change in found {
        let already = renames.changes.iter().any(|other| match (other, &change) {
            (Change::RenameObject { object: a, .. }, Change::RenameObject { object: b, .. }) => a == b,
            _ => false,
        });
        if !already {
            renames.take("enum", change, dialect)?;
        }
    }
    Ok(())
}

/// Whether every column of the old enum has the new one in `to`, and there is such a column.
fn moves_over(from: &Schema, to: &Schema, old: &whimbrel_schema::EnumType, new: &whimbrel_schema::EnumType) -> bool {
    let mut users = 0;
    for table in from.tables.values() {
        for column in table.columns.iter().filter(|column| is_of_type(&column.ty, &old.name)) {
            let after = to.table(&table.name).and_then(|table| table.column(&column.name));
            if !after.is_some_and(|after| is_of_type(&after.ty, &new.name)) {
                return false;
            }
            users += 1;
        }
    }
    users > 0
}
