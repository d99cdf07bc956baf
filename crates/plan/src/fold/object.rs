use whimbrel_schema::{
    ColumnType, Expression, Generation, Object, ObjectId, ObjectKind, ObjectName, Opaque, Schema, View,
};

use super::{FoldError, Folding, dependents, rename as text, table};
use crate::Dialect;

pub(super) fn create(
    schema: &mut Folding,
    object: &Object,
    replace: bool,
    if_not_exists: bool,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let id = object.id();
    let taken = if is_relation(id.kind) && schema.table(&id.name).is_some() {
        Some(format!("table `{}`", id.name))
    } else {
        exact_id(schema, &id).map(|id| id.to_string())
    };
    match taken {
        Some(_) if replace => return alter(schema, object, dialect),
        Some(_) if if_not_exists => return Ok(()),
        Some(what) => return Err(FoldError::Exists { what }),
        None => {}
    }
    if let Object::View(_) = object {
        schema.note_query();
    }
    schema.insert_object(bare(object));
    complete_owner(schema, object, dialect);
    Ok(())
}

/// Without what has steps of its own.
fn bare(object: &Object) -> Object {
    let mut made = object.clone();
    match &mut made {
        Object::Namespace(it) => it.comment = None,
        Object::Enum(it) => it.comment = None,
        Object::Domain(it) => it.comment = None,
        Object::Sequence(it) => it.comment = None,
        Object::Routine(it) => it.comment = None,
        Object::View(it) => {
            it.comment = None;
            it.indexes.clear();
            it.triggers.clear();
        }
        Object::Extension(_) | Object::Opaque(_) => {}
    }
    made
}

/// A sequence that becomes a column's own may make the column `serial`.
fn complete_owner(schema: &mut Folding, object: &Object, dialect: &dyn Dialect) {
    if let Object::Sequence(sequence) = object
        && let Some((owner, _)) = &sequence.owned_by
    {
        dialect.complete(schema, owner);
    }
}

/// What has steps of its own (comments, the indexes and triggers of a view) stays.
pub(super) fn alter(schema: &mut Folding, to: &Object, dialect: &dyn Dialect) -> Result<(), FoldError> {
    let id = to.id();
    let id = exact_id(schema, &id).ok_or_else(|| FoldError::no_object(&id))?;
    let old = schema.objects.remove(&id).ok_or_else(|| FoldError::no_object(&id))?;
    let mut made = bare(to);
    match (&mut made, old) {
        (Object::View(made), Object::View(old)) => {
            made.indexes = old.indexes;
            made.triggers = old.triggers;
            made.comment = old.comment;
        }
        (Object::Namespace(made), Object::Namespace(old)) => made.comment = old.comment,
        (Object::Enum(made), Object::Enum(old)) => made.comment = old.comment,
        (Object::Domain(made), Object::Domain(old)) => made.comment = old.comment,
        (Object::Sequence(made), Object::Sequence(old)) => made.comment = old.comment,
        (Object::Routine(made), Object::Routine(old)) => made.comment = old.comment,
        _ => {}
    }
    schema.insert_object(made);
    complete_owner(schema, to, dialect);
    Ok(())
}

pub(super) fn drop(
    schema: &mut Folding,
    id: &ObjectId,
    if_exists: bool,
    cascade: bool,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let Some(exact) = exact_id(schema, id) else {
        return if if_exists { Ok(()) } else { Err(FoldError::no_object(id)) };
    };
    schema.objects.remove(&exact);
    match exact.kind {
        ObjectKind::View | ObjectKind::MaterializedView if cascade => {
            dependents::drop_views_on(schema, &exact.name, None);
        }
        ObjectKind::Namespace if cascade => drop_namespace(schema, &exact.name.name)?,
        ObjectKind::Enum | ObjectKind::Domain => drop_columns_of_type(schema, &exact, cascade)?,
        ObjectKind::Sequence => drop_defaults_of_sequence(schema, &exact.name, dialect),
        ObjectKind::Namespace
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Extension
        | ObjectKind::Routine
        | ObjectKind::Opaque => {}
    }
    Ok(())
}

fn drop_namespace(schema: &mut Folding, namespace: &str) -> Result<(), FoldError> {
    let within = |name: &ObjectName| name.namespace.as_deref() == Some(namespace);
    let tables: Vec<ObjectName> = schema.tables.keys().filter(|name| within(name)).cloned().collect();
    for name in tables {
        table::drop(schema, &name, true, true)?;
    }
    schema.objects.retain(|id, _| !within(&id.name));
    Ok(())
}

fn drop_columns_of_type(schema: &mut Folding, id: &ObjectId, cascade: bool) -> Result<(), FoldError> {
    let users: Vec<(ObjectName, String)> = (schema.tables.values())
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
        .filter(|(_, column)| is_of_type(&column.ty, &id.name))
        .map(|(table, column)| (table.name.clone(), column.name.clone()))
        .collect();
    for (table, column) in users {
        if !cascade {
            let dependent = format!("column `{table}.{column}`");
            return Err(FoldError::Needed { what: id.to_string(), dependent });
        }
        super::column::drop(schema, &table, &column, true, true)?;
    }
    Ok(())
}

/// Takes away sequences by the column that owns them.
pub(super) fn drop_sequences(schema: &mut Schema, goes: impl Fn(&(ObjectName, String)) -> bool) {
    drop_of_kind(schema, ObjectKind::Sequence, |object| match object {
        Object::Sequence(sequence) => sequence.owned_by.as_ref().is_some_and(&goes),
        _ => false,
    });
}

pub(super) fn drop_opaque(schema: &mut Schema, goes: impl Fn(&Opaque) -> bool) {
    drop_of_kind(schema, ObjectKind::Opaque, |object| match object {
        Object::Opaque(opaque) => goes(opaque),
        _ => false,
    });
}

fn drop_of_kind(schema: &mut Schema, kind: ObjectKind, goes: impl Fn(&Object) -> bool) {
    for id in ids_of(schema, kind, goes) {
        schema.objects.remove(&id);
    }
}

/// Without a look at objects of other kinds, of which there may be thousands.
pub(super) fn ids_of(schema: &Schema, kind: ObjectKind, wanted: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
    let first = ObjectId::new(kind, "");
    let of_kind = schema.objects.range(first..).take_while(|(id, _)| id.kind == kind);
    of_kind.filter(|(_, object)| wanted(object)).map(|(id, _)| id.clone()).collect()
}

fn drop_defaults_of_sequence(schema: &mut Schema, sequence: &ObjectName, dialect: &dyn Dialect) {
    let literal = dialect.literal(&dialect.quote_name(sequence));
    for column in schema.tables.values_mut().flat_map(|table| table.columns.iter_mut()) {
        if column.default.as_ref().is_some_and(|default| default.text().contains(&literal)) {
            column.default = None;
        }
    }
}

pub(super) fn rename(
    schema: &mut Folding,
    id: &ObjectId,
    to: &ObjectName,
    dialect: &dyn Dialect,
) -> Result<(), FoldError> {
    let Some(exact) = exact_id(schema, id) else {
        if id.kind == ObjectKind::Sequence && rename_own_sequence(schema, &id.name, to) {
            return Ok(());
        }
        return Err(FoldError::no_object(id));
    };
    let target = ObjectId { name: to.clone(), ..exact.clone() };
    if exact.name != target.name && schema.objects.contains_key(&target) {
        return Err(FoldError::exists(&target));
    }
    let mut object = schema.objects.remove(&exact).ok_or_else(|| FoldError::no_object(&exact))?;
    let from = exact.name;
    match &mut object {
        Object::Namespace(it) => {
            it.name = to.name.clone();
            move_namespace(schema, &from.name, &to.name, dialect)?;
        }
        Object::Extension(it) => it.namespace = to.namespace.clone(),
        Object::Enum(it) => {
            it.name = to.clone();
            follow_type(schema, &from, to, dialect);
        }
        Object::Domain(it) => {
            it.name = to.clone();
            follow_type(schema, &from, to, dialect);
        }
        Object::Sequence(it) => {
            it.name = to.clone();
            follow_sequence(schema, &from, to, dialect);
        }
        Object::View(it) => {
            it.name = to.clone();
            for other in schema.objects.values_mut() {
                if let Object::View(view) = other {
                    follow_relation(view, &from, to, dialect);
                }
            }
        }
        Object::Routine(it) => {
            it.name = to.clone();
            if let Some(definition) = text::function_in_text(&it.definition, &from, to, dialect) {
                it.definition = definition;
            }
            follow_function(schema, &from, to, dialect);
        }
        Object::Opaque(it) => it.name = to.clone(),
    }
    schema.insert_object(object);
    Ok(())
}

/// The sequence of a serial column, which is not listed among the objects.
fn rename_own_sequence(schema: &mut Folding, from: &ObjectName, to: &ObjectName) -> bool {
    for column in schema.tables.values_mut().flat_map(|table| table.columns.iter_mut()) {
        if let Some(Generation::Serial { sequence }) = &mut column.generation
            && sequence == from
        {
            *sequence = to.clone();
            return true;
        }
    }
    false
}

fn follow_sequence(schema: &mut Folding, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    for column in schema.tables.values_mut().flat_map(|table| table.columns.iter_mut()) {
        if let Some(default) = &mut column.default
            && let Some(changed) = text::relation_in_text(default.text(), from, to, dialect)
        {
            *default = Expression::new(changed);
        }
    }
}

fn follow_function(schema: &mut Folding, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    let changed = |expression: &mut Expression| {
        if let Some(changed) = text::function_in_text(expression.text(), from, to, dialect) {
            *expression = Expression::new(changed);
        }
    };
    for table in schema.tables.values_mut() {
        table.columns.iter_mut().filter_map(|column| column.default.as_mut()).for_each(changed);
        table.checks.iter_mut().for_each(|check| changed(&mut check.expression));
        for trigger in &mut table.triggers {
            if let Some(definition) = text::function_in_text(&trigger.definition, from, to, dialect) {
                trigger.definition = definition;
            }
        }
    }
    for object in schema.objects.values_mut() {
        if let Object::View(view) = object {
            changed(&mut view.query);
        }
    }
}

fn follow_type(schema: &mut Folding, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    let renamed = |ty: &mut ColumnType| {
        if is_of_type(ty, from) {
            ty.namespace = to.namespace.clone();
            ty.name = to.name.clone();
        }
    };
    let recast = |expression: &mut Expression| text::type_in_expression(expression, from, to, dialect);
    for table in schema.tables.values_mut() {
        for column in &mut table.columns {
            renamed(&mut column.ty);
            column.default.iter_mut().for_each(recast);
            if let Some(Generation::Stored(expression) | Generation::Virtual(expression)) = &mut column.generation {
                recast(expression);
            }
        }
        table.checks.iter_mut().for_each(|check| recast(&mut check.expression));
        table.indexes.iter_mut().filter_map(|index| index.predicate.as_mut()).for_each(recast);
    }
    for object in schema.objects.values_mut() {
        match object {
            Object::Domain(domain) => renamed(&mut domain.base),
            Object::View(view) => recast(&mut view.query),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Sequence(_)
            | Object::Routine(_)
            | Object::Opaque(_) => {}
        }
    }
}

fn move_namespace(schema: &mut Folding, from: &str, to: &str, dialect: &dyn Dialect) -> Result<(), FoldError> {
    let within = |name: &ObjectName| name.namespace.as_deref() == Some(from);
    let tables: Vec<ObjectName> = schema.tables.keys().filter(|name| within(name)).cloned().collect();
    for name in tables {
        table::rename(schema, &name, &ObjectName::within(to, &name.name), dialect)?;
    }
    let objects: Vec<ObjectId> = schema.objects.keys().filter(|id| within(&id.name)).cloned().collect();
    for id in objects {
        let moved = ObjectName::within(to, &id.name.name);
        rename(schema, &id, &moved, dialect)?;
    }
    Ok(())
}

/// A view's query and triggers, when a relation that they may read is renamed.
pub(super) fn follow_relation(view: &mut View, from: &ObjectName, to: &ObjectName, dialect: &dyn Dialect) {
    if let Some(query) = text::relation_in_text(view.query.text(), from, to, dialect) {
        view.query = Expression::new(query);
    }
    for trigger in &mut view.triggers {
        if let Some(definition) = text::relation_in_text(&trigger.definition, from, to, dialect) {
            trigger.definition = definition;
        }
    }
}

/// `ALTER VIEW … RENAME COLUMN`: known only where the view was made with a list of its columns.
pub(super) fn rename_column(schema: &mut Folding, view: &ObjectName, from: &str, to: &str) -> Result<(), FoldError> {
    let engine = schema.engine;
    let found = view_mut(schema, view).ok_or_else(|| FoldError::no_table(view))?;
    let column = (found.columns.iter_mut())
        .find(|column| engine.same_name(column, from))
        .ok_or_else(|| FoldError::no_column(view, from))?;
    *column = to.to_string();
    Ok(())
}

/// Whether the type is the one of that name, or an array of it.
pub(crate) fn is_of_type(ty: &ColumnType, name: &ObjectName) -> bool {
    ty.namespace == name.namespace && unquoted(&ty.name) == name.name
}

/// The name of the object that the type would be, if it is made by people.
pub(crate) fn type_name(ty: &ColumnType) -> ObjectName {
    ObjectName { namespace: ty.namespace.clone(), name: unquoted(&ty.name).to_string() }
}

fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name)
}

fn is_relation(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence)
}

pub(super) fn view_id(schema: &Schema, name: &ObjectName) -> Option<ObjectId> {
    [ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .find_map(|kind| exact_id(schema, &ObjectId::new(kind, name.clone())))
}

/// A view, materialized view or sequence of that name.
pub(super) fn relation_id(schema: &Schema, name: &ObjectName) -> Option<ObjectId> {
    view_id(schema, name).or_else(|| exact_id(schema, &ObjectId::new(ObjectKind::Sequence, name.clone())))
}

pub(super) fn view_mut<'a>(schema: &'a mut Schema, name: &ObjectName) -> Option<&'a mut View> {
    let id = view_id(schema, name)?;
    match schema.objects.get_mut(&id) {
        Some(Object::View(view)) => Some(view),
        Some(_) | None => None,
    }
}

pub(super) fn find_mut<'a>(schema: &'a mut Schema, id: &ObjectId) -> Option<&'a mut Object> {
    let exact = exact_id(schema, id)?;
    schema.objects.get_mut(&exact)
}

/// The id as the schema spells it. A statement may name a routine without its arguments, or an object without its
/// kind's detail: then the only one of that name is meant.
fn exact_id(schema: &Schema, id: &ObjectId) -> Option<ObjectId> {
    if schema.objects.contains_key(id) {
        return Some(id.clone());
    }
    let engine = schema.engine;
    let named = |other: &&ObjectId| other.kind == id.kind && other.name.is(&id.name, engine);
    let meant = |other: &&ObjectId| id.detail.is_none() || other.detail == id.detail;
    // Where case counts, all of one name stand side by side; otherwise everything has to be looked at.
    let alike: Vec<&ObjectId> = if engine.same_name("a", "A") {
        schema.objects.keys().filter(named).filter(meant).take(2).collect()
    } else {
        let first = ObjectId { detail: None, ..id.clone() };
        schema.objects.range(first..).map(|(other, _)| other).take_while(named).filter(meant).take(2).collect()
    };
    match alike.as_slice() {
        [only] => Some((*only).clone()),
        [] if id.kind == ObjectKind::Enum => another_type(schema, &id.name),
        [] | [_, ..] => None,
    }
}

/// `DROP TYPE` and its like name any kind of type; read without a schema, they are taken to mean an enum.
fn another_type(schema: &Schema, name: &ObjectName) -> Option<ObjectId> {
    let domain = ObjectId::new(ObjectKind::Domain, name.clone());
    if schema.objects.contains_key(&domain) {
        return Some(domain);
    }
    let first = ObjectId::new(ObjectKind::Opaque, name.clone());
    let opaque = schema.objects.range(first.clone()..).map(|(id, _)| id);
    let mut named = opaque.take_while(|id| id.kind == first.kind && id.name == first.name);
    named.find(|id| id.detail.as_deref().is_some_and(|detail| detail.ends_with(" type"))).cloned()
}
