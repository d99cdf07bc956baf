//! Who names what: by the words of a text, so that what is found may mean something else, and what means it is found.

use std::collections::BTreeSet;

use whimbrel_schema::{Object, ObjectName, Schema, Trigger, View};

use super::super::how::names;
use super::super::naming::{same, unquote};
use super::super::token::tokens;

/// The tables whose names stand in the text.
pub(super) fn tables_in<'a>(text: &str, schema: &'a Schema) -> impl Iterator<Item = &'a ObjectName> {
    let names: BTreeSet<ObjectName> =
        tokens(text).filter(|token| token.is_name()).map(|token| ObjectName::new(unquote(token.text))).collect();
    let found: BTreeSet<&ObjectName> = names.iter().filter_map(|name| Some(&schema.table(name)?.name)).collect();
    found.into_iter()
}

pub(super) fn views(schema: &Schema) -> impl Iterator<Item = &View> {
    schema.objects.values().filter_map(Object::as_view)
}

/// The view of that name.
pub(super) fn view<'a>(name: &ObjectName, schema: &'a Schema) -> Option<&'a View> {
    views(schema).find(|view| same(&view.name.name, &name.name))
}

/// Every trigger with the name of the table or view it belongs to.
pub(super) fn triggers(schema: &Schema) -> impl Iterator<Item = (&ObjectName, &Trigger)> {
    let on_tables = schema.tables.values().flat_map(|table| table.triggers.iter().map(|it| (&table.name, it)));
    on_tables.chain(views(schema).flat_map(|view| view.triggers.iter().map(|it| (&view.name, it))))
}

/// Views and triggers in whose text the name stands, but for the triggers of that table itself: they go with it.
pub(super) fn readers_of(name: &ObjectName, schema: &Schema) -> Vec<String> {
    let views = views(schema).filter(|view| names(view.query.text(), &name.name));
    let triggers =
        triggers(schema).filter(|(on, trigger)| !same(&on.name, &name.name) && names(&trigger.definition, &name.name));
    let views = views.map(|view| format!("view `{}`", view.name));
    views.chain(triggers.map(|(on, trigger)| format!("trigger `{}` of `{on}`", trigger.name))).collect()
}

/// The virtual table that keeps what it knows in that table.
pub(super) fn virtual_owner<'a>(table: &ObjectName, schema: &'a Schema) -> Option<&'a ObjectName> {
    // Those of full-text search (4 and 5) and R*Tree; whatever else a module makes is not known to anybody.
    const SHADOWS: [&str; 11] =
        ["data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node", "parent", "rowid"];
    let (owner, suffix) = table.name.rsplit_once('_')?;
    if !SHADOWS.iter().any(|shadow| same(shadow, suffix)) {
        return None;
    }
    let owner = schema.table(&ObjectName::new(owner))?;
    owner.options.virtual_using.is_some().then_some(&owner.name)
}

/// The full-text indexes that read their text from that table: `content='email'`.
pub(super) fn indexes_content_of<'a>(
    table: &'a ObjectName,
    schema: &'a Schema,
) -> impl Iterator<Item = (&'a ObjectName, &'a str)> {
    schema.tables.values().filter_map(move |candidate| {
        let definition = candidate.options.virtual_using.as_deref()?;
        let words: Vec<_> = tokens(definition).collect();
        let content = words.iter().position(|word| word.is_word("content"))?;
        let is_equal = words.get(content + 1).is_some_and(|word| word.is_symbol("="));
        let named = words.get(content + 2).filter(|word| is_equal && word.is_name())?;
        same(&unquote(named.text), &table.name).then_some((&candidate.name, definition))
    })
}
