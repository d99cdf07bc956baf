//! Storage parameters and tablespace of the index behind a constraint. A constraint has no room for them, so they are kept
//! beside it, in the words in which a catalogue's reader keeps them: `fillfactor=70, fast`.

use std::collections::BTreeMap;

use whimbrel_schema::{Object, ObjectId, ObjectKind, ObjectName, Opaque, Schema, Table};

use crate::{Amendment, Step};

/// The kind under which they are kept, named by the constraint.
const KIND: &str = "index storage";

#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub storage: BTreeMap<String, String>,
    pub tablespace: Option<String>,
}

impl Settings {
    fn read(definition: &str) -> Self {
        let mut settings = Settings::default();
        for part in definition.split(", ").filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) => drop(settings.storage.insert(name.to_string(), value.to_string())),
                None => settings.tablespace = Some(part.to_string()),
            }
        }
        settings
    }

    fn definition(&self) -> String {
        let storage = self.storage.iter().map(|(name, value)| format!("{name}={value}"));
        storage.chain(self.tablespace.clone()).collect::<Vec<_>>().join(", ")
    }
}

/// Changes what is kept of the index. `false` where no constraint has an index of that name.
pub(crate) fn amend(schema: &mut Schema, index: &ObjectName, change: impl FnOnce(&mut Settings)) -> bool {
    let owner = (schema.tables.values())
        .filter(|table| table.name.namespace == index.namespace)
        .find(|table| has_index_of(table, &index.name))
        .map(|table| table.name.clone());
    let Some(table) = owner else { return false };
    let id = id_of(&table, &index.name);
    let kept = schema.objects.remove(&id).map(|object| match object {
        Object::Opaque(opaque) => Settings::read(&opaque.definition),
        _ => Settings::default(),
    });
    let mut settings = kept.unwrap_or_default();
    change(&mut settings);
    let definition = settings.definition();
    if !definition.is_empty() {
        let kept = Opaque { kind: KIND.to_string(), name: index.clone(), table: Some(table), definition };
        schema.insert_object(Object::Opaque(kept));
    }
    true
}

/// Whether it is one of these, and so can be made.
pub(crate) fn is_kept(opaque: &Opaque) -> bool {
    opaque.kind == KIND
}

/// The steps that make it, once its constraint is there.
pub(crate) fn steps(opaque: &Opaque) -> Vec<Step> {
    if !is_kept(opaque) {
        return Vec::new();
    }
    let Settings { storage, tablespace } = Settings::read(&opaque.definition);
    let set: BTreeMap<String, Option<String>> = storage.into_iter().map(|(name, value)| (name, Some(value))).collect();
    let index = &opaque.name;
    let storage = (!set.is_empty()).then(|| Amendment::IndexStorage { index: index.clone(), set });
    let tablespace = tablespace.map(|to| Amendment::IndexTablespace { index: index.clone(), to: Some(to) });
    storage.into_iter().chain(tablespace).map(|amendment| Step::Amend(Box::new(amendment))).collect()
}

/// They go with the constraint.
pub(crate) fn forget(schema: &mut Schema, table: &ObjectName, constraint: &str) {
    schema.objects.remove(&id_of(table, constraint));
}

/// Those whose constraints have gone with a column go as well.
pub(crate) fn forget_lost(schema: &mut Schema, table: &ObjectName) {
    let Some(found) = schema.table(table) else { return };
    let first = ObjectId::new(ObjectKind::Opaque, "");
    let lost: Vec<ObjectId> = (schema.objects.range(first..))
        .filter(|(_, object)| {
            let of_table = |opaque: &Opaque| is_kept(opaque) && opaque.table.as_ref() == Some(table);
            matches!(object, Object::Opaque(opaque) if of_table(opaque) && !has_index_of(found, &opaque.name.name))
        })
        .map(|(id, _)| id.clone())
        .collect();
    for id in lost {
        schema.objects.remove(&id);
    }
}

pub(crate) fn rename(schema: &mut Schema, table: &ObjectName, from: &str, to: &str) {
    if let Some(Object::Opaque(kept)) = schema.objects.remove(&id_of(table, from)) {
        schema.insert_object(Object::Opaque(Opaque { name: table.sibling(to), ..kept }));
    }
}

/// Whether the object is kept for a constraint of its table that `target` does not have, or has otherwise.
pub(crate) fn is_lost(opaque: &Opaque, from: &Schema, target: &Schema) -> bool {
    let Some(table) = opaque.table.as_ref().filter(|_| is_kept(opaque)) else { return false };
    let of = |schema: &Schema| {
        let constraints = schema.table(table).map(Table::constraints).unwrap_or_default();
        let mut found = constraints.into_iter().find(|it| it.name() == Some(opaque.name.name.as_str()));
        if let Some(found) = &mut found {
            *found.comment_mut() = None;
        }
        found
    };
    of(from) != of(target)
}

/// Whether the table has an index of that name behind one of its constraints.
pub(crate) fn has_index_of(table: &Table, name: &str) -> bool {
    let named = |candidate: &Option<String>| candidate.as_deref() == Some(name);
    table.primary_key.as_ref().is_some_and(|key| named(&key.name))
        || table.uniques.iter().any(|unique| named(&unique.name))
        || table.exclusions.iter().any(|exclusion| named(&exclusion.name))
}

fn id_of(table: &ObjectName, constraint: &str) -> ObjectId {
    let detail = Some(format!("{KIND} on {table}"));
    ObjectId { detail, ..ObjectId::new(ObjectKind::Opaque, table.sibling(constraint)) }
}
