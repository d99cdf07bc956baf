use std::collections::HashSet;

use whimbrel_schema::{Constraint, Index, Object, ObjectId, ObjectKind, ObjectName, Pair, Schema, Table};

use crate::diff::{DiffOptions, diff};
use crate::fold::type_name;
use crate::{Change, Choices, Dialect, Question, constraint_index};

/// What `from` shall become: what the models say, and with it all that they do not speak for and all that may not go
/// without a word.
pub(super) fn of(
    from: &Schema,
    to: &Schema,
    dialect: &dyn Dialect,
    choices: &Choices,
    questions: &mut Vec<Question>,
) -> Schema {
    let options = DiffOptions { scope: choices.scope };
    let asked = diff(Pair::new(from, to), dialect, &options);
    let mut target = to.clone();
    keep_tables(from, &asked, choices, &mut target, questions);
    keep_objects(from, &asked, &mut target, questions);
    for table in target.tables.values_mut() {
        if let Some(old) = from.table(&table.name) {
            keep_parts(old, table, choices, questions);
            keep_names(old, table, dialect);
        }
    }
    target
}

/// A table goes only if somebody named it.
fn keep_tables(from: &Schema, asked: &[Change], choices: &Choices, target: &mut Schema, questions: &mut Vec<Question>) {
    let going: HashSet<&ObjectName> = (asked.iter())
        .filter_map(|change| {
            let Change::DropTable { table } = change else { return None };
            Some(&table.name)
        })
        .collect();
    let allowed: HashSet<&ObjectName> =
        choices.allow_drop.iter().filter_map(|name| from.table(name)).map(|table| &table.name).collect();
    let kept: Vec<&Table> = (from.tables.values())
        .filter(|table| target.table(&table.name).is_none() && !allowed.contains(&table.name))
        .collect();
    for table in &kept {
        if going.contains(&table.name) {
            questions.push(Question::UnnamedTable { table: table.name.clone() });
        }
        target.insert_table((*table).clone());
    }
    keep_types(from, &kept, target);
}

/// Types that perhaps only those tables use, their own sequences and their namespaces.
fn keep_types(from: &Schema, tables: &[&Table], target: &mut Schema) {
    let names: HashSet<&ObjectName> = tables.iter().map(|table| &table.name).collect();
    let namespaces: HashSet<&String> = tables.iter().filter_map(|table| table.name.namespace.as_ref()).collect();
    let types: HashSet<ObjectName> =
        tables.iter().flat_map(|table| &table.columns).map(|column| type_name(&column.ty)).collect();
    for (id, object) in &from.objects {
        let needed = match object {
            Object::Enum(it) => types.contains(&it.name),
            Object::Domain(it) => types.contains(&it.name),
            Object::Sequence(it) => it.owned_by.as_ref().is_some_and(|(owner, _)| names.contains(owner)),
            Object::Namespace(it) => namespaces.contains(&it.name),
            Object::Extension(_) | Object::View(_) | Object::Routine(_) | Object::Opaque(_) => false,
        };
        if needed && !target.objects.contains_key(id) {
            target.objects.insert(id.clone(), object.clone());
        }
    }
}

fn keep_objects(from: &Schema, asked: &[Change], target: &mut Schema, questions: &mut Vec<Question>) {
    let going: HashSet<ObjectId> = (asked.iter())
        .filter_map(|change| {
            let Change::DropObject { object } = change else { return None };
            Some(object.id())
        })
        .collect();
    for (id, object) in &from.objects {
        let hangs_on_what_goes = match object {
            Object::Opaque(opaque) => {
                opaque.table.as_ref().is_some_and(|table| target.table(table).is_none())
                    || constraint_index::is_lost(opaque, from, target)
            }
            _ => false,
        };
        if id.kind == ObjectKind::Opaque && !hangs_on_what_goes {
            if let Some(new) = target.objects.insert(id.clone(), object.clone())
                && new != *object
            {
                questions.push(by_hand(format!("the change of {id}")));
            } else if going.contains(id) {
                questions.push(by_hand(format!("the drop of {id}")));
            }
        } else if target.object(id).is_none() && !going.contains(id) && !hangs_on_what_goes {
            target.insert_object(object.clone());
        }
    }
    let unmade: Vec<ObjectId> = (target.objects.iter())
        .filter(|(id, object)| {
            let can_be_made = matches!(object, Object::Opaque(opaque) if constraint_index::is_kept(opaque));
            id.kind == ObjectKind::Opaque && !can_be_made && !from.objects.contains_key(id)
        })
        .map(|(id, _)| id.clone())
        .collect();
    for id in unmade {
        questions.push(by_hand(format!("the creation of {id}")));
        target.objects.remove(&id);
    }
}

fn by_hand(what: String) -> Question {
    Question::ByHand { what, because: "whimbrel does not model it".to_string() }
}

/// Parts of a table that the models cannot speak for, and options that no statement changes.
fn keep_parts(from: &Table, to: &mut Table, choices: &Choices, questions: &mut Vec<Question>) {
    if from.options.partition_by != to.options.partition_by {
        questions.push(Question::ByHand {
            what: format!("the partitioning of `{}`", to.name),
            because: "its rows have to be moved into a new table".to_string(),
        });
        to.options.partition_by.clone_from(&from.options.partition_by);
    }
    if from.options.virtual_using != to.options.virtual_using {
        questions.push(Question::ByHand {
            what: format!("the change of the virtual table `{}`", to.name),
            because: "only its module knows how to carry its rows".to_string(),
        });
        to.options.virtual_using.clone_from(&from.options.virtual_using);
        to.columns.clone_from(&from.columns);
    }
    if choices.scope.speaks_for_details() {
        return;
    }
    crate::diff::keep_what_is_not_said(&from.options, &mut to.options);
    for trigger in &from.triggers {
        match to.triggers.iter_mut().find(|candidate| candidate.name == trigger.name) {
            Some(declared) => declared.comment = declared.comment.take().or_else(|| trigger.comment.clone()),
            None => to.triggers.push(trigger.clone()),
        }
    }
    for index in &mut to.indexes {
        let before = from.indexes.iter().find(|before: &&Index| before.name == index.name);
        index.comment = index.comment.take().or_else(|| before.and_then(|before| before.comment.clone()));
    }
}

/// A constraint that the models leave unnamed keeps the name it has.
fn keep_names(from: &Table, to: &mut Table, dialect: &dyn Dialect) {
    let unnamed: Vec<Constraint> = to.constraints().into_iter().filter(|it| it.name().is_none()).collect();
    if unnamed.is_empty() {
        return;
    }
    let mut before: Vec<Constraint> = from.constraints().into_iter().collect();
    let mut after = to.constraints();
    // Those that are unnamed on both sides belong together first.
    for wanted_name in [false, true] {
        for constraint in after.iter_mut().filter(|it| it.name().is_none()) {
            let partner = before.iter().position(|old| {
                old.name().is_some() == wanted_name && crate::diff::same_constraint(Pair::new(old, constraint), dialect)
            });
            if let Some(at) = partner {
                let old = before.remove(at);
                *constraint.name_mut() = old.name().map(str::to_string);
            }
        }
    }
    to.primary_key = None;
    to.uniques.clear();
    to.foreign_keys.clear();
    to.checks.clear();
    to.exclusions.clear();
    for constraint in after {
        to.add_constraint(constraint);
    }
}
