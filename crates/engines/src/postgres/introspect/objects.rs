use whimbrel_run::DriverError;
use whimbrel_schema::{Extension, Namespace, Object, ObjectName, Opaque, Routine, RoutineKind, Trigger};

use super::catalogue::{Catalogue, NAMESPACE, ROUTINE, TRIGGER, is_ours};
use super::fields::{Fields, Oid};

/// `public` is there in every database; it is an object of the schema no more than `main` is on other engines.
pub fn read_namespace(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (oid, name) = (fields.number()?, fields.string()?);
    let home = catalogue.is_home(&name);
    // What is in a namespace of whimbrel's own has no name that anybody knows.
    if !home && is_ours(&name) {
        return Ok(());
    }
    catalogue.namespaces.insert(oid, (!home).then(|| name.clone()));
    if !home && name != "public" && !catalogue.members.contains(&(NAMESPACE, oid)) {
        let comment = catalogue.comment(NAMESPACE, oid, 0);
        catalogue.objects.push((NAMESPACE, oid, Object::Namespace(Namespace { name, comment })));
    }
    Ok(())
}

pub fn read_member(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    catalogue.members.insert((fields.number()?, fields.number()?));
    Ok(())
}

pub fn read_comment(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let key = (fields.number()?, fields.number()?, fields.number()?);
    catalogue.comments.insert(key, fields.string()?);
    Ok(())
}

pub fn read_extension(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (name, namespace) = (fields.string()?, fields.string()?);
    let namespace = Some(namespace).filter(|namespace| !catalogue.is_home(namespace));
    catalogue.objects.push((0, 0, Object::Extension(Extension { name, namespace })));
    Ok(())
}

pub fn read_routine(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let Some(name) = catalogue.name(ROUTINE, oid, fields.number()?, fields.text()?) else {
        return Ok(());
    };
    let kind = if fields.letter()? == 'p' { RoutineKind::Procedure } else { RoutineKind::Function };
    let (arguments, definition) = (fields.string()?, fields.text()?.trim_end());
    let qualifier = fields.text()?;
    // The catalogue qualifies the name even at home, where nothing else is qualified.
    let definition = match (&name.namespace, definition.split_once(qualifier)) {
        (None, Some((head, rest))) if head.trim_end().ends_with(['N', 'E']) => format!("{head}{rest}"),
        (None, Some(_) | None) | (Some(_), _) => definition.to_string(),
    };
    let comment = catalogue.comment(ROUTINE, oid, 0);
    catalogue.objects.push((ROUTINE, oid, Object::Routine(Routine { name, kind, arguments, definition, comment })));
    Ok(())
}

pub fn read_aggregate(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let Some(name) = catalogue.name(ROUTINE, oid, fields.number()?, fields.text()?) else {
        return Ok(());
    };
    let arguments = Some(fields.string()?).filter(|list| !list.is_empty()).unwrap_or_else(|| "*".to_string());
    let definition = fields.string()?;
    let comment = catalogue.comment(ROUTINE, oid, 0);
    let routine = Routine { name, kind: RoutineKind::Aggregate, arguments, definition, comment };
    catalogue.objects.push((ROUTINE, oid, Object::Routine(routine)));
    Ok(())
}

pub fn read_trigger(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (oid, table) = (fields.number()?, fields.number::<Oid>()?);
    let (name, firing, definition) = (fields.string()?, fields.letter()?, fields.string()?);
    if catalogue.members.contains(&(TRIGGER, oid)) || is_ours(&name) {
        return Ok(());
    }
    let comment = catalogue.comment(TRIGGER, oid, 0);
    let trigger = Trigger { name, definition, enabled: firing != 'D', comment };
    let view = catalogue.views.get(&table).and_then(|place| catalogue.objects.get_mut(*place));
    if let Some((_, _, Object::View(view))) = view {
        view.triggers.push(trigger);
        view.triggers.sort_by(|a, b| a.name.cmp(&b.name));
    } else if let Some(relation) = catalogue.kept_table(table) {
        relation.table.triggers.push(trigger);
    }
    Ok(())
}

pub fn read_opaque(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let (class, oid) = (fields.number()?, fields.number()?);
    let kind = fields.string()?;
    let (namespace, name) = (fields.oid()?, fields.string()?);
    let table = fields.oid()?;
    let definition = fields.string()?;
    if catalogue.members.contains(&(class, oid)) || is_ours(&name) {
        return Ok(());
    }
    let table = match table {
        Some(table) => match table_name(catalogue, table) {
            Some(name) => Some(name),
            None => return Ok(()),
        },
        None => None,
    };
    let namespace = match (namespace, &table) {
        (Some(namespace), _) => match catalogue.namespaces.get(&namespace) {
            Some(namespace) => namespace.clone(),
            None => return Ok(()),
        },
        (None, Some(table)) => table.namespace.clone(),
        (None, None) => None,
    };
    let opaque = Opaque { kind, name: ObjectName { namespace, name }, table, definition };
    catalogue.objects.push((class, oid, Object::Opaque(opaque)));
    Ok(())
}

/// What a column of a view has.
pub fn read_setting(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let view = fields.number()?;
    let (kind, part, definition) = (fields.string()?, fields.text()?, fields.string()?);
    if let Some(view) = table_name(catalogue, view) {
        catalogue.setting(&kind, &view, part, definition);
    }
    Ok(())
}

/// The table or the view that something hangs on, if it belongs to the schema.
fn table_name(catalogue: &Catalogue, oid: Oid) -> Option<ObjectName> {
    let relation = catalogue.relations.get(&oid)?;
    (relation.kept || catalogue.views.contains_key(&oid)).then(|| relation.table.name.clone())
}
