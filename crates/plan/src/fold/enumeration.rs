use whimbrel_schema::{EnumType, Expression, Object, ObjectId, ObjectKind, ObjectName, Schema};

use super::{FoldError, object};
use crate::words::{splice, words};
use crate::{Dialect, EnumPosition};

pub(super) fn add_value(
    schema: &mut Schema,
    name: &ObjectName,
    value: &str,
    position: &EnumPosition,
    if_not_exists: bool,
) -> Result<(), FoldError> {
    let found = enum_mut(schema, name)?;
    if found.values.iter().any(|candidate| candidate == value) {
        return if if_not_exists {
            Ok(())
        } else {
            Err(FoldError::exists(format_args!("value '{value}' of enum `{name}`")))
        };
    }
    let place_of = |neighbour: &str| {
        found
            .values
            .iter()
            .position(|candidate| candidate == neighbour)
            .ok_or_else(|| FoldError::missing(format_args!("value '{neighbour}' of enum `{name}`")))
    };
    let at = match position {
        EnumPosition::Last => found.values.len(),
        EnumPosition::Before(neighbour) => place_of(neighbour)?,
        EnumPosition::After(neighbour) => place_of(neighbour)? + 1,
    };
    found.values.insert(at, value.to_string());
    Ok(())
}

pub(super) fn rename_value(
    schema: &mut Schema,
    name: &ObjectName,
    from: &str,
    to: &str,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let found = enum_mut(schema, name)?;
    if found.values.iter().any(|candidate| candidate == to) {
        return Err(FoldError::exists(format_args!("value '{to}' of enum `{name}`")));
    }
    match found.values.iter_mut().find(|candidate| *candidate == from) {
        Some(value) => *value = to.to_string(),
        None => return Err(FoldError::missing(format_args!("value '{from}' of enum `{name}`"))),
    }
    // The catalogue keeps values by number, so stored expressions print the new word.
    let literals = (dialect.literal(from), dialect.literal(to));
    for table in schema.tables.values_mut() {
        if !table.columns.iter().any(|column| object::is_of_type(&column.ty, name)) {
            continue;
        }
        for column in &mut table.columns {
            if let Some(default) = &mut column.default
                && object::is_of_type(&column.ty, name)
                && default.text().starts_with(&literals.0)
            {
                *default = Expression::new(default.text().replacen(&literals.0, &literals.1, 1));
            }
        }
        let expressions = (table.checks.iter_mut().map(|check| &mut check.expression))
            .chain(table.indexes.iter_mut().filter_map(|index| index.predicate.as_mut()));
        for expression in expressions {
            *expression = replace_cast_literal(expression, name, &literals);
        }
    }
    Ok(())
}

/// `'old'::mood` becomes `'new'::mood`; other literals stay.
fn replace_cast_literal(expression: &Expression, name: &ObjectName, literals: &(String, String)) -> Expression {
    let text = expression.text();
    if !text.contains(&literals.0) {
        return expression.clone();
    }
    let words = words(text);
    let edits: Vec<_> = (words.windows(3).filter(|window| {
        matches!(window, [literal, cast, ty]
            if literal.text == literals.0.as_str() && cast.is_symbol("::") && (ty.text == name.name.as_str()
                || name.namespace.as_deref().is_some_and(|namespace| ty.text == namespace)))
    }))
    .filter_map(|window| window.first())
    .map(|literal| (literal.range.clone(), literals.1.clone()))
    .collect();
    Expression::new(splice(text, &edits))
}

fn enum_mut<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut EnumType, FoldError> {
    let id = ObjectId::new(ObjectKind::Enum, name.clone());
    match object::find_mut(schema, &id) {
        Some(Object::Enum(found)) => Ok(found),
        Some(_) | None => Err(FoldError::no_object(&id)),
    }
}
