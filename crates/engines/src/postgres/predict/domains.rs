//! A domain changes, and with it what every column of it may hold.

use whimbrel_plan::DomainChange;
use whimbrel_plan::review::Work;
use whimbrel_schema::{Domain, Object, ObjectId, ObjectKind, ObjectName, Schema, Table};

use super::draft::Draft;
use super::locks::Mode;

pub(super) fn change(draft: &mut Draft<'_>, name: &ObjectName, change: &DomainChange) {
    match change {
        DomainChange::Nullable(false) => look_through(draft, name, "rows with NULL"),
        DomainChange::AddCheck(check) if check.validated => look_through(draft, name, "rows that break the check"),
        DomainChange::ValidateCheck { .. } => look_through(draft, name, "rows that break the check"),
        DomainChange::AddCheck(_)
        | DomainChange::Nullable(true)
        | DomainChange::Default(_)
        | DomainChange::DropCheck { .. }
        | DomainChange::RenameCheck { .. } => {}
    }
}

/// Every table with a column of the domain, or of a domain over it, is read.
fn look_through(draft: &mut Draft<'_>, name: &ObjectName, why: &str) {
    let schema = draft.schema();
    let mut domains = vec![name.clone()];
    let mut at = 0;
    while let Some(base) = domains.get(at).cloned() {
        let over = schema.objects_of(ObjectKind::Domain).filter_map(as_domain).filter(|domain| is(&domain.base, &base));
        let over: Vec<ObjectName> = over.map(|domain| domain.name.clone()).collect();
        domains.extend(over.into_iter().filter(|domain| !domains.contains(domain)).collect::<Vec<_>>());
        at += 1;
    }
    let mut found = false;
    for table in schema.tables.values().filter(|table| uses(table, &domains)) {
        found = true;
        draft.work(&table.name, Mode::Share, Work::Scan);
    }
    if found || !draft.at.complete {
        draft.fails(why);
    }
    if !draft.at.complete || !is_known(schema, name) {
        draft.work_unknown(Mode::Share, Work::Scan);
    }
}

fn is_known(schema: &Schema, name: &ObjectName) -> bool {
    schema.object(&ObjectId::new(ObjectKind::Domain, name.clone())).is_some()
}

fn as_domain(object: &Object) -> Option<&Domain> {
    match object {
        Object::Domain(domain) => Some(domain),
        Object::Namespace(_)
        | Object::Extension(_)
        | Object::Enum(_)
        | Object::Sequence(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Opaque(_) => None,
    }
}

fn is(ty: &whimbrel_schema::ColumnType, name: &ObjectName) -> bool {
    ty.name == name.name && ty.namespace == name.namespace
}

fn uses(table: &Table, domains: &[ObjectName]) -> bool {
    table.columns.iter().any(|column| domains.iter().any(|domain| is(&column.ty, domain)))
}
