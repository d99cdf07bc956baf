use whimbrel_schema::{Expression, Generation, Index, Object, ObjectId, ObjectName, Schema, Table};

use super::gather::Gathered;
use crate::postgres::bind::without_qualifier;
use crate::postgres::dialect;

/// The schema with the words of its twin, which was read from the server. What the twin lacks, the server did not
/// take, and it stays as it was.
pub fn reworded(schema: &Schema, gathered: &Gathered<'_>, twin: &Schema, scratch: &str, home: &str) -> Schema {
    let mut schema = schema.clone();
    let words = Words { scratch, home };
    for (name, place) in &gathered.tables {
        let twin = twin.tables.get(&ObjectName::new(place.as_str()));
        if let (Some(table), Some(twin)) = (schema.tables.get_mut(name), twin) {
            words.table(table, twin, place);
        }
    }
    for (id, place) in &gathered.objects {
        let twin = twin.objects.get(&twin_id(id, place, gathered));
        if let (Some(object), Some(twin)) = (schema.objects.get_mut(*id), twin) {
            words.object(object, twin, place);
        }
    }
    schema
}

fn twin_id(id: &ObjectId, place: &str, gathered: &Gathered<'_>) -> ObjectId {
    let mut twin = ObjectId { name: ObjectName::new(place), ..id.clone() };
    // `policy on app.posts` hangs on the twin of that table.
    if let Some((kind, table)) = id.detail.as_deref().and_then(|detail| detail.split_once(" on ")) {
        let place = gathered.tables.iter().find(|(name, _)| name.to_string() == table);
        let place = place.map_or(table, |(_, place)| place.as_str());
        twin.detail = Some(format!("{kind} on {place}"));
    }
    twin
}

struct Words<'a> {
    scratch: &'a str,
    home: &'a str,
}

impl Words<'_> {
    /// Where something made anew hides what is at home, the server qualifies what it prints of home's; a schema
    /// qualifies neither. A text that names the scratch schema itself is nobody's.
    fn text(&self, twin: &str) -> Option<String> {
        (!twin.contains(self.scratch)).then(|| without_qualifier(twin, self.home))
    }

    fn take(&self, own: &mut Expression, twin: &Expression) {
        if let Some(text) = self.text(twin.text()) {
            own.0 = text;
        }
    }

    fn definition(&self, own: &mut String, twin: &str, place: &str, name: &ObjectName) {
        if let Some(text) = self.text(twin) {
            *own = back(&text, place, name);
        }
    }

    fn take_optional(&self, own: &mut Option<Expression>, twin: &Option<Expression>) {
        if let (Some(own), Some(twin)) = (own, twin) {
            self.take(own, twin);
        }
    }

    fn table(&self, table: &mut Table, twin: &Table, place: &str) {
        for column in &mut table.columns {
            let Some(twin) = twin.column(&column.name) else { continue };
            self.take_optional(&mut column.default, &twin.default);
            match (&mut column.generation, &twin.generation) {
                (Some(Generation::Stored(own)), Some(Generation::Stored(twin)))
                | (Some(Generation::Virtual(own)), Some(Generation::Virtual(twin))) => self.take(own, twin),
                _ => {}
            }
        }
        for check in &mut table.checks {
            if let Some(twin) = twin.checks.iter().find(|twin| twin.name == check.name && twin.name.is_some()) {
                self.take(&mut check.expression, &twin.expression);
            }
        }
        for exclusion in &mut table.exclusions {
            let twin = twin.exclusions.iter().find(|twin| twin.name == exclusion.name && twin.name.is_some());
            if let Some(twin) = twin.filter(|twin| twin.elements.len() == exclusion.elements.len()) {
                exclusion.elements.clone_from(&twin.elements);
                self.take_optional(&mut exclusion.predicate, &twin.predicate);
            }
        }
        self.indexes(&mut table.indexes, &twin.indexes);
        for trigger in &mut table.triggers {
            if let Some(twin) = twin.triggers.iter().find(|twin| twin.name == trigger.name) {
                self.definition(&mut trigger.definition, &twin.definition, place, &table.name);
            }
        }
    }

    fn indexes(&self, indexes: &mut [Index], twins: &[Index]) {
        for index in indexes {
            let twin = twins.iter().find(|twin| twin.name == index.name);
            if let Some(twin) = twin.filter(|twin| twin.keys.len() == index.keys.len()) {
                index.keys.clone_from(&twin.keys);
                self.take_optional(&mut index.predicate, &twin.predicate);
            }
        }
    }

    fn object(&self, object: &mut Object, twin: &Object, place: &str) {
        match (object, twin) {
            (Object::Domain(own), Object::Domain(twin)) => {
                self.take_optional(&mut own.default, &twin.default);
                for check in &mut own.checks {
                    if let Some(twin) = twin.checks.iter().find(|twin| twin.name == check.name) {
                        self.take(&mut check.expression, &twin.expression);
                    }
                }
            }
            (Object::View(own), Object::View(twin)) => {
                // The server keeps a list of column names as aliases within the query.
                if let Some(query) = self.text(twin.query.text()) {
                    own.query.0 = query;
                    own.columns.clear();
                }
                self.indexes(&mut own.indexes, &twin.indexes);
                for trigger in &mut own.triggers {
                    if let Some(twin) = twin.triggers.iter().find(|twin| twin.name == trigger.name) {
                        self.definition(&mut trigger.definition, &twin.definition, place, &own.name);
                    }
                }
            }
            (Object::Routine(own), Object::Routine(twin)) => {
                self.definition(&mut own.definition, &twin.definition, place, &own.name);
            }
            (Object::Opaque(own), Object::Opaque(twin)) => {
                self.definition(&mut own.definition, &twin.definition, place, &own.name);
                if let (Some(table), Some(place)) = (&own.table, &twin.table) {
                    own.definition = back(&own.definition, &place.name, table);
                }
            }
            _ => {}
        }
    }
}

/// The statement with the name that the thing has, in place of the one under which it was made.
fn back(definition: &str, place: &str, name: &ObjectName) -> String {
    if name.namespace.is_none() && name.name == place {
        return definition.to_string();
    }
    let made = dialect().quote(place);
    // The name stands behind a space: `CREATE FUNCTION touch(`, `ON posts `.
    definition.replacen(&format!(" {made}"), &format!(" {}", dialect().quote_name(name)), 1)
}
