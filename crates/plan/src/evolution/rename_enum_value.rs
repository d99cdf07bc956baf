//! A value of an enum under another name: the type has both until the contract, in which rows change over and the old
//! one goes.
//!
//! One column holds it, so that nothing can be kept in step: until then new code has to take the old value for the new
//! one where it reads. Rows change over with the contract and not before, or old code would read what it does not know.

use std::collections::BTreeMap;

use whimbrel_schema::{Column, Expression, Object, ObjectId, ObjectKind, ObjectName, Pair, Schema};

use super::Place;
use crate::autogenerate::Aim;
use crate::fold::{is_of_type, type_name};
use crate::ops::enum_users;
use crate::words::mentions;
use crate::{Change, Dialect};

/// The renames that are done this way.
pub(super) fn replaced(aim: &Aim) -> Vec<Change> {
    let can = |change: &&Change| {
        let Change::RenameEnumValue { name, from: _, to } = change else { return false };
        let Some(Object::Enum(old)) = aim.start.object(&ObjectId::new(ObjectKind::Enum, name.clone())) else {
            return false;
        };
        let used = enum_users(&aim.start, name).next().is_some();
        used && !old.values.contains(to) && !is_bound(&aim.start, name) && !is_bound(&aim.target, name)
    };
    aim.renames.changes.iter().filter(can).cloned().collect()
}

/// Whether something besides columns is of the type, which the contract makes anew.
fn is_bound(schema: &Schema, name: &ObjectName) -> bool {
    schema.objects.values().any(|object| match object {
        Object::Domain(domain) => type_name(&domain.base) == *name,
        Object::Routine(routine) => mentions(&routine.definition, &name.name, schema.engine),
        Object::Opaque(opaque) => mentions(&opaque.definition, &name.name, schema.engine),
        Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Sequence(_) | Object::View(_) => false,
    })
}

/// Whether the column's default has to wait: old code would read a value that it does not know.
pub(super) fn holds_default(replaced: &[Change], column: &Pair<Column>) -> bool {
    let of =
        |change: &Change| matches!(change, Change::RenameEnumValue { name, .. } if is_of_type(&column.to.ty, name));
    column.from.default.is_some() && column.from.default != column.to.default && replaced.iter().any(of)
}

/// What becomes of the columns' values, there and back.
pub(super) fn conversions(
    replaced: &[Change],
    schema: &Schema,
    dialect: &dyn Dialect,
) -> Pair<BTreeMap<Place, Expression>> {
    let mut conversions = Pair::new(BTreeMap::new(), BTreeMap::new());
    let mut by_name: BTreeMap<&ObjectName, Vec<Pair<&str>>> = BTreeMap::new();
    for change in replaced {
        if let Change::RenameEnumValue { name, from, to } = change {
            by_name.entry(name).or_default().push(Pair::new(from.as_str(), to.as_str()));
        }
    }
    for (name, values) in by_name {
        for (table, column) in enum_users(schema, name) {
            let place = (table.clone(), column.name.clone());
            let back: Vec<Pair<&str>> = values.iter().map(|values| values.reversed()).collect();
            conversions.to.insert(place.clone(), converted(column, name, &values, dialect));
            conversions.from.insert(place, converted(column, name, &back, dialect));
        }
    }
    conversions
}

fn converted(column: &Column, name: &ObjectName, values: &[Pair<&str>], dialect: &dyn Dialect) -> Expression {
    let (quoted, ty) = (dialect.quote(&column.name), dialect.quote_name(name));
    let literals = || values.iter().map(|values| values.map(|value| dialect.literal(value)));
    if column.ty.dimensions > 0 {
        let replaced = literals().fold(format!("{quoted}::text[]"), |inner, Pair { from, to }| {
            format!("array_replace({inner}, {from}, {to})")
        });
        return Expression::new(format!("{replaced}::{ty}[]"));
    }
    let cases: Vec<String> = literals().map(|Pair { from, to }| format!("WHEN {from} THEN {to}")).collect();
    Expression::new(format!("(CASE {quoted}::text {} ELSE {quoted}::text END)::{ty}", cases.join(" ")))
}
