//! The texts of views and triggers after a rename, as an engine itself would write them.

use std::collections::BTreeMap;

use whimbrel_schema::{Expression, Object, ObjectName, Schema, Trigger};

/// What [`Dialect::renamed_texts`](crate::Dialect::renamed_texts) answers: only what changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RenamedTexts {
    /// The queries of views.
    pub views: BTreeMap<ObjectName, Expression>,
    /// The definitions of triggers, by their names: for engines where a trigger is named without its table.
    pub triggers: BTreeMap<String, String>,
}

impl RenamedTexts {
    pub(super) fn put_into(self, schema: &mut Schema) {
        let RenamedTexts { mut views, mut triggers } = self;
        let mut rewrite = |trigger: &mut Trigger| {
            if let Some(definition) = triggers.remove(&trigger.name) {
                trigger.definition = definition;
            }
        };
        schema.tables.values_mut().flat_map(|table| &mut table.triggers).for_each(&mut rewrite);
        for object in schema.objects.values_mut() {
            if let Object::View(view) = object {
                if let Some(query) = views.remove(&view.name) {
                    view.query = query;
                }
                view.triggers.iter_mut().for_each(&mut rewrite);
            }
        }
    }
}
