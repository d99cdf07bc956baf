use whimbrel_schema::{
    Column, ColumnType, Constraint, Deferrable, Expression, Object, ObjectId, ObjectKind, ObjectName,
};

use super::alter_column::is_computed;
use super::constraint::deferrable;
use super::survey::Survey;
use super::{Items, Planned, Setting, Way};
use crate::fold::type_name;
use crate::order::Rank;
use crate::{DataChange, How, Question, Step};

/// A required column comes nullable, gets its values, and is required then.
pub(super) fn steps(setting: &Setting<'_>, table: &ObjectName, column: &Column, survey: &Survey, items: &mut Items) {
    let value = value_of_old_rows(setting, table, column);
    let constraints = constraints_beside(setting, table, column, survey);
    let add = |column: Column| Step::AddColumn {
        table: table.clone(),
        column: Box::new(column),
        constraints: constraints.clone(),
        if_not_exists: false,
    };
    match value {
        Value::None => {
            let step = Planned::from(add(column.clone()));
            items.on(rank(column), table, came_back(setting, table, column, step));
        }
        Value::Asked => {
            let question = Question::RequiredColumn { table: table.clone(), column: column.name.clone() };
            items.on(Rank::AddColumn, table, Planned::from(add(column.clone())).asking(question));
        }
        Value::Is { expression, note } => {
            let nullable = Column { nullable: true, ..column.clone() };
            items.on(Rank::AddColumn, table, add(nullable));
            let mut fill = update(setting, table, &column.name, &expression, false);
            if let Some(first) = fill.first_mut() {
                first.note = note;
            }
            for step in fill {
                items.on(Rank::AlterColumn, table, step);
            }
            if !column.nullable {
                let (table, column) = (table.clone(), column.name.clone());
                let step = Step::SetNullable { table: table.clone(), column, nullable: false };
                items.on(Rank::AlterColumn, &table, step);
            }
        }
    }
}

pub(super) fn rank(column: &Column) -> Rank {
    if is_computed(column) { Rank::AddGeneratedColumn } else { Rank::AddColumn }
}

/// What rows that exist get.
pub(super) enum Value {
    /// Nothing needs to be said: the column may be NULL, or the engine has a value.
    None,
    Is {
        expression: Expression,
        note: Option<String>,
    },
    Asked,
}

pub(super) fn value_of_old_rows(setting: &Setting<'_>, table: &ObjectName, column: &Column) -> Value {
    if column.generation.is_some() {
        return Value::None;
    }
    if let Some(chosen) = setting.given(table, &column.name) {
        return Value::Is { expression: chosen.clone(), note: None };
    }
    if column.nullable || column.default.is_some() || is_rowid(setting, table, column) {
        return Value::None;
    }
    match setting.way {
        Way::Upgrade => match &column.notes.client_default {
            Some(default) => {
                let note = format!("rows that exist get the models' own default, {default}");
                Value::Is { expression: default.clone(), note: Some(note) }
            }
            None => Value::Asked,
        },
        Way::Downgrade => match placeholder(setting, &column.ty) {
            Some(expression) => {
                let note = format!("the old values of `{table}.{}` are gone; every row gets {expression}", column.name);
                Value::Is { expression, note: Some(note) }
            }
            None => Value::None,
        },
    }
}

/// A primary key of whole numbers that the engine counts by itself, where it needs no word for it.
pub(crate) fn is_rowid(setting: &Setting<'_>, table: &ObjectName, column: &Column) -> bool {
    let key = setting.schemas.to.table(table).and_then(|found| found.primary_key.as_ref());
    let alone = key.is_some_and(|key| key.columns.len() == 1 && key.columns.first() == Some(&column.name));
    alone && setting.dialect.engine().same_name("a", "A") && column.ty.name.eq_ignore_ascii_case("integer")
}

/// A value that means nothing, for rows whose own value was dropped on the way up.
pub(crate) fn placeholder(setting: &Setting<'_>, ty: &ColumnType) -> Option<Expression> {
    if ty.dimensions > 0 {
        return Some("'{}'".into());
    }
    let made = |kind| setting.schemas.to.object(&ObjectId::new(kind, type_name(ty)));
    if let Some(Object::Enum(found)) = made(ObjectKind::Enum) {
        return found.values.first().map(|value| Expression::new(setting.dialect.literal(value)));
    }
    if let Some(Object::Domain(domain)) = made(ObjectKind::Domain) {
        return if domain.default.is_some() { None } else { placeholder(setting, &domain.base) };
    }
    let name = ty.name.to_ascii_lowercase();
    let is = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let literal = if is(&["range"]) {
        "'empty'"
    } else if is(&["json"]) {
        "'{}'"
    } else if is(&["inet", "cidr"]) {
        "'0.0.0.0'"
    } else if is(&["macaddr8"]) {
        "'00:00:00:00:00:00:00:00'"
    } else if is(&["macaddr"]) {
        "'00:00:00:00:00:00'"
    } else if is(&["point"]) {
        "'(0,0)'"
    } else if is(&["bool"]) {
        "false"
    } else if is(&["interval"]) {
        "'0'"
    } else if is(&["int", "numeric", "decimal", "real", "double", "float", "serial", "number", "money"]) {
        "0"
    } else if is(&[
        "char",
        "text",
        "clob",
        "citext",
        "bytea",
        "blob",
        "tsvector",
        "tsquery",
        "ltree",
        "hstore",
        "bit varying",
    ]) {
        "''"
    } else if is(&["uuid"]) {
        "'00000000-0000-0000-0000-000000000000'"
    } else if is(&["timestamp", "datetime"]) {
        "'1970-01-01 00:00:00'"
    } else if is(&["date"]) {
        "'1970-01-01'"
    } else if is(&["time"]) {
        "'00:00:00'"
    } else {
        return None;
    };
    Some(literal.into())
}

pub(super) fn came_back(setting: &Setting<'_>, table: &ObjectName, column: &Column, step: Planned) -> Planned {
    match setting.way {
        Way::Downgrade if column.generation.is_none() => {
            let values = if setting.keeps() { "with the values that are kept" } else { "without its old values" };
            step.noted(format!("`{table}.{}` comes back {values}", column.name))
        }
        Way::Upgrade | Way::Downgrade => step,
    }
}

/// `UPDATE table SET column = expression`, for all rows or for those without a value.
pub(super) fn update(
    setting: &Setting<'_>,
    table: &ObjectName,
    column: &str,
    expression: &Expression,
    only_null: bool,
) -> Vec<Planned> {
    let (name, quoted) = (setting.dialect.quote_name(table), setting.dialect.quote(column));
    let condition = if only_null { format!(" WHERE {quoted} IS NULL") } else { String::new() };
    let update = Step::ChangeData { change: DataChange::Update, tables: vec![table.clone()] };
    let update =
        Planned { sql: Some(format!("UPDATE {name} SET {quoted} = {expression}{condition}")), ..update.into() };
    let deferred = (setting.schemas.from.table(table).into_iter())
        .flat_map(|found| found.constraints())
        .any(|constraint| deferrable(&constraint) == Deferrable::InitiallyDeferred);
    // Changed rows wait to be checked until the end, and a table with such rows cannot be altered.
    match setting.dialect.checks_deferred().filter(|_| deferred) {
        Some((name, value)) => {
            let sql = Some(format!("SET {name} {value}"));
            let check = Step::SetSession { name: name.to_string(), value: Some(value.to_string()) };
            vec![update, Planned { sql, ..check.into() }]
        }
        None => vec![update],
    }
}

/// Constraints of the new column alone, where the engine can only take them with the column.
fn constraints_beside(setting: &Setting<'_>, table: &ObjectName, column: &Column, survey: &Survey) -> Vec<Constraint> {
    let only_this = |columns: &[String]| columns.len() == 1 && columns.first() == Some(&column.name);
    let others = || setting.schemas.to.table(table).into_iter().flat_map(|found| &found.columns);
    let mut beside = Vec::new();
    for constraint in survey.added_constraints(table) {
        let own = match constraint {
            Constraint::ForeignKey(key) => only_this(&key.columns),
            Constraint::Check(check) => {
                let names = |other: &Column| {
                    crate::fold::names_column(&check.expression, &other.name, setting.dialect.engine())
                };
                names(column) && !others().any(|other| other.name != column.name && names(other))
            }
            Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => false,
        };
        let afterwards =
            Step::AddConstraint { table: table.clone(), constraint: Box::new(constraint.clone()), using_index: None };
        if !own || setting.dialect.how(&afterwards, setting.schemas.from) == How::InPlace {
            continue;
        }
        let with_it = Step::AddColumn {
            table: table.clone(),
            column: Box::new(column.clone()),
            constraints: vec![constraint.clone()],
            if_not_exists: false,
        };
        if setting.dialect.how(&with_it, setting.schemas.from) == How::InPlace {
            beside.push(constraint.clone());
        }
    }
    beside
}

/// Whether [`steps`] has taken the constraint along with its column.
pub(super) fn is_beside(setting: &Setting<'_>, table: &ObjectName, constraint: &Constraint, survey: &Survey) -> bool {
    let columns = survey.added_columns(table);
    columns.iter().any(|column| constraints_beside(setting, table, column, survey).contains(constraint))
}
