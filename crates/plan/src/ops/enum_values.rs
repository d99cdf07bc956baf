use std::collections::HashSet;

use whimbrel_schema::{Column, EnumType, Expression, Object, ObjectId, ObjectKind, ObjectName, Pair, Schema};

use super::alter_column::is_computed;
use super::{Items, Planned, Setting, Way};
use crate::order::Rank;
use crate::words::words;
use crate::{EnumPosition, Question, Step};

pub(super) fn steps(setting: &Setting<'_>, values: &Pair<EnumType>, items: &mut Items) {
    if is_swapped(setting, values) {
        swap(setting, values, items);
    } else {
        add(values, items);
    }
}

/// Whether the type is made anew: values cannot be taken out or moved, and a value that was just added cannot be used
/// before the transaction ends, so that it has to come in one of its own.
pub(super) fn is_swapped(setting: &Setting<'_>, values: &Pair<EnumType>) -> bool {
    let Pair { from, to } = values;
    let mut rest = to.values.iter();
    let only_adds = from.values.iter().all(|value| rest.any(|other| other == value));
    !only_adds || (uses_new_value(setting, values) && !setting.dialect.builds_beside_writers())
}

/// Whether a value comes to the enum, and what else comes with it uses that.
pub(super) fn is_used(setting: &Setting<'_>, name: &ObjectName) -> bool {
    let id = ObjectId::new(ObjectKind::Enum, name.clone());
    match (setting.schemas.from.object(&id), setting.schemas.to.object(&id)) {
        (Some(Object::Enum(from)), Some(Object::Enum(to))) => {
            uses_new_value(setting, &Pair::new(from.clone(), to.clone()))
        }
        _ => false,
    }
}

fn uses_new_value(setting: &Setting<'_>, values: &Pair<EnumType>) -> bool {
    let known: HashSet<&String> = values.from.values.iter().collect();
    let literals: Vec<String> = (values.to.values.iter())
        .filter(|value| !known.contains(value))
        .map(|value| setting.dialect.literal(value))
        .collect();
    let uses = |expression: &Expression| literals.iter().any(|literal| expression.text().contains(literal.as_str()));
    let choices = setting.choices.backfills.values().chain(setting.choices.usings.values());
    if setting.way == Way::Upgrade && choices.into_iter().any(uses) {
        return true;
    }
    users(setting.schemas.to, &values.to.name).any(|(table, column)| {
        column.default.iter().any(uses)
            || column.notes.client_default.iter().any(uses)
            || setting.schemas.to.table(table).is_some_and(|table| {
                table.checks.iter().any(|check| uses(&check.expression))
                    || table.indexes.iter().filter_map(|index| index.predicate.as_ref()).any(uses)
            })
    })
}

fn add(values: &Pair<EnumType>, items: &mut Items) {
    let name = &values.to.name;
    let mut known = values.from.values.clone();
    for (at, value) in values.to.values.iter().enumerate() {
        if known.contains(value) {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| values.to.values.get(at));
        let (position, place) = match before {
            Some(before) => {
                let place = known.iter().position(|other| other == before).map_or(known.len(), |at| at + 1);
                (EnumPosition::After(before.clone()), place)
            }
            None => match known.first() {
                Some(first) => (EnumPosition::Before(first.clone()), 0),
                None => (EnumPosition::Last, 0),
            },
        };
        known.insert(place, value.clone());
        let step = Step::AddEnumValue { name: name.clone(), value: value.clone(), position, if_not_exists: false };
        items.push(Rank::Type, name, vec![step.into()]);
    }
}

/// The old type gives its name to a new one, every column moves over, and the old one goes at the end.
fn swap(setting: &Setting<'_>, values: &Pair<EnumType>, items: &mut Items) {
    let Pair { from, to } = values;
    let old = free_name(setting, &from.name);
    let id = |name: &ObjectName| ObjectId::new(ObjectKind::Enum, name.clone());
    let made = Object::Enum(EnumType { comment: None, ..to.clone() });
    let mut steps: Vec<Planned> = vec![
        Step::RenameObject { object: id(&from.name), to: old.clone() }.into(),
        Step::CreateObject { object: Box::new(made), replace: false, if_not_exists: false }.into(),
    ];
    for (table, column) in users(setting.schemas.from, &from.name) {
        steps.extend(move_column(setting, table, column, values));
    }
    if let Some(text) = &to.comment {
        let on = crate::CommentTarget::Object(id(&to.name));
        steps.push(Step::SetComment { on, to: Some(text.clone()) }.into());
    }
    items.push(Rank::SwapType, &to.name, steps);
    let drop = Step::DropObject { object: id(&old), if_exists: false, cascade: false };
    items.push(Rank::DropType, &to.name, vec![drop.into()]);
}

fn move_column(setting: &Setting<'_>, table: &ObjectName, column: &Column, values: &Pair<EnumType>) -> Vec<Planned> {
    let target = setting.schemas.to.table(table).and_then(|found| found.column(&column.name));
    // A column that goes still has to leave the old type, or go first; its values do not matter any more.
    let set_default = |to: Option<Expression>| -> Planned {
        Step::SetDefault { table: table.clone(), column: column.name.clone(), to }.into()
    };
    let brackets = "[]".repeat(usize::from(column.ty.dimensions));
    let quoted = setting.dialect.quote(&column.name);
    let ty = setting.dialect.quote_name(&values.to.name);
    let chosen = match setting.way {
        Way::Upgrade => setting.choices.using(table, &column.name).cloned(),
        Way::Downgrade => setting.known.conversions.get(&(table.clone(), column.name.clone())).cloned(),
    };
    let removed: Vec<String> =
        values.from.values.iter().filter(|value| !values.to.values.contains(value)).cloned().collect();
    let asked = chosen.is_none() && !removed.is_empty() && target.is_some();
    let using = chosen.unwrap_or_else(|| Expression::new(format!("{quoted}::text{brackets}::{ty}{brackets}")));
    let mut convert = Planned::from(Step::SetColumnType {
        table: table.clone(),
        column: column.name.clone(),
        to: column.ty.clone(),
        collation: column.collation.clone(),
        using: Some(using),
    });
    if asked {
        let question =
            Question::RemovedEnumValues { table: table.clone(), column: column.name.clone(), values: removed };
        convert = match setting.way {
            Way::Upgrade => convert.asking(question),
            Way::Downgrade => convert.noted(format!("fails while a row of `{table}` holds a value that goes")),
        };
    }
    let mut steps = Vec::new();
    if column.default.is_some() {
        steps.push(set_default(None));
    }
    steps.push(convert);
    let default = target.map_or(&column.default, |target| &target.default);
    if column.default.is_some() && default.is_some() && !is_computed(column) {
        steps.push(set_default(default.clone()));
    }
    steps
}

/// The columns that have the type.
pub(crate) fn users<'a>(
    schema: &'a Schema,
    name: &'a ObjectName,
) -> impl Iterator<Item = (&'a ObjectName, &'a Column)> {
    (schema.tables.values())
        .flat_map(|table| table.columns.iter().map(move |column| (&table.name, column)))
        .filter(move |(_, column)| crate::fold::is_of_type(&column.ty, name))
}

fn free_name(setting: &Setting<'_>, name: &ObjectName) -> ObjectName {
    let taken = |name: &ObjectName| {
        let id = ObjectId::new(ObjectKind::Enum, name.clone());
        [setting.schemas.from, setting.schemas.to].iter().any(|schema| schema.object(&id).is_some())
    };
    let mut candidate = name.sibling(format!("{}_old", name.name));
    while taken(&candidate) {
        candidate.name.push('_');
    }
    candidate
}

/// Whether the text uses the type's name, so that it is bound to the old one.
pub(super) fn casts_to(expression: &Expression, name: &ObjectName) -> bool {
    words(expression.text()).windows(2).any(|pair| match pair {
        [cast, ty] => cast.is_symbol("::") && ty.text == name.name.as_str(),
        _ => false,
    })
}
