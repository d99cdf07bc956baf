use std::collections::{BTreeMap, BTreeSet, HashSet};

use whimbrel_schema::{ColumnType, Constraint, IndexKey, IndexTarget, Object, ObjectId, ObjectName, Schema, Table};

/// What has to be made: what was asked about, and of what that refers to, whatever the given schema has.
pub struct Gathered<'a> {
    /// Asked about; with the name under which each is made.
    pub tables: BTreeMap<&'a ObjectName, String>,
    /// Only referred to: columns will do.
    pub bare_tables: BTreeSet<&'a ObjectName>,
    pub objects: BTreeMap<&'a ObjectId, String>,
    /// Only referred to, and made where they belong.
    pub others: BTreeSet<&'a ObjectId>,
}

impl<'a> Gathered<'a> {
    pub fn of(schema: &'a Schema, differing: &[ObjectName]) -> Self {
        let asked: HashSet<&ObjectName> = differing.iter().collect();
        let mut taken = HashSet::new();
        let mut place = |name: &ObjectName| {
            // All stand in one schema there, wherever they stand here.
            let mut place = name.name.clone();
            while !taken.insert(place.clone()) {
                place.push('_');
            }
            place
        };
        let tables: BTreeMap<_, _> =
            schema.tables.keys().filter(|name| asked.contains(name)).map(|name| (name, place(name))).collect();
        let objects: BTreeMap<_, _> = (schema.objects.iter())
            .filter(|(id, object)| {
                let table = if let Object::Opaque(opaque) = object { opaque.table.as_ref() } else { None };
                asked.contains(&id.name) || table.is_some_and(|table| asked.contains(table))
            })
            .filter(|(_, object)| has_text(object))
            .map(|(id, _)| (id, place(&id.name)))
            .collect();
        let mut gathered = Gathered { tables, bare_tables: BTreeSet::new(), objects, others: BTreeSet::new() };
        gathered.follow(schema);
        gathered
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.objects.is_empty()
    }

    /// Those of the things that are made where they belong.
    pub fn namespaces(&self) -> BTreeSet<&'a String> {
        let names = self.others.iter().map(|id| &id.name).chain(self.bare_tables.iter().copied());
        names.filter_map(|name| name.namespace.as_ref()).collect()
    }

    fn follow(&mut self, schema: &'a Schema) {
        let mut words = Words::default();
        for name in self.tables.keys() {
            if let Some(table) = schema.tables.get(name) {
                words.add_table(table);
            }
        }
        for id in self.objects.keys() {
            if let Some(object) = schema.objects.get(*id) {
                words.add_object(object);
            }
        }
        loop {
            let known = words.seen.len();
            for (id, object) in &schema.objects {
                // What is asked about is made anew under its name at home; from elsewhere it is referred to where it is.
                let at_home = id.name.namespace.is_none() && self.objects.contains_key(id);
                if at_home || self.others.contains(id) || !words.name(&id.name.name) {
                    continue;
                }
                if can_be_referred_to(object) {
                    self.others.insert(id);
                    words.add_object(object);
                }
            }
            for (name, table) in schema.tables.iter() {
                let at_home = name.namespace.is_none() && self.tables.contains_key(name);
                if words.queries && !at_home && !self.bare_tables.contains(name) && words.name(&name.name) {
                    self.bare_tables.insert(name);
                    words.add_types(table);
                }
            }
            if words.seen.len() == known {
                return;
            }
        }
    }
}

/// The objects in an order in which a view comes after those that its query names.
pub fn in_order<'a>(objects: Vec<(&'a ObjectId, &'a Object)>) -> Vec<&'a ObjectId> {
    let mut waiting: Vec<_> = objects
        .into_iter()
        .map(|(id, object)| {
            let mut words = Words::default();
            words.add_object(object);
            (id, words)
        })
        .collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let names: Vec<&ObjectId> = waiting.iter().map(|(id, _)| *id).collect();
        let free =
            |id: &ObjectId, words: &Words| !names.iter().any(|other| *other != id && words.name(&other.name.name));
        let (mut ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(id, words)| free(id, words));
        waiting = rest;
        if ready.is_empty() {
            // Names that only look like references; any order is as good.
            ready = std::mem::take(&mut waiting);
        }
        ordered.extend(ready.into_iter().map(|(id, _)| id));
    }
    ordered
}

/// Whether there is anything in it that the server would word.
fn has_text(object: &Object) -> bool {
    match object {
        Object::Domain(_) | Object::View(_) | Object::Routine(_) => true,
        Object::Opaque(opaque) => can_be_made(&opaque.kind),
        Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Sequence(_) => false,
    }
}

fn can_be_referred_to(object: &Object) -> bool {
    match object {
        Object::Enum(_) | Object::Domain(_) | Object::Sequence(_) | Object::View(_) | Object::Routine(_) => true,
        Object::Opaque(opaque) => opaque.table.is_none() && can_be_made(&opaque.kind),
        Object::Namespace(_) | Object::Extension(_) => false,
    }
}

/// Those opaque things whose definition is a statement that leaves the rest of the database alone.
fn can_be_made(kind: &str) -> bool {
    ["policy", "rule", "statistics", "composite type", "range type", "collation", "operator"].contains(&kind)
}

/// Every word that might be somebody's name.
#[derive(Default)]
struct Words {
    seen: HashSet<String>,
    /// Whether there was a text that can name tables.
    queries: bool,
}

impl Words {
    fn name(&self, name: &str) -> bool {
        // A name that is no plain word would be quoted, and its parts are words by themselves.
        let mut parts = parts(name).peekable();
        parts.peek().is_some() && parts.all(|part| self.seen.contains(part))
    }

    fn add(&mut self, text: &str) {
        for word in parts(text) {
            if !self.seen.contains(word) {
                self.seen.insert(word.to_string());
                self.seen.insert(word.to_lowercase());
            }
        }
    }

    fn add_type(&mut self, ty: &ColumnType) {
        self.add(&ty.name);
    }

    fn add_types(&mut self, table: &Table) {
        table.columns.iter().for_each(|column| self.add_type(&column.ty));
    }

    fn add_key(&mut self, key: &IndexKey) {
        if let IndexTarget::Expression(expression) = &key.target {
            self.add(expression.text());
        }
        key.operator_class.iter().for_each(|class| self.add(class));
    }

    fn add_table(&mut self, table: &Table) {
        use whimbrel_schema::Generation::{AutoIncrement, Identity, Serial, Stored, Virtual};
        self.add_types(table);
        for column in &table.columns {
            column.default.iter().for_each(|default| self.add(default.text()));
            match &column.generation {
                Some(Stored(expression) | Virtual(expression)) => self.add(expression.text()),
                Some(Serial { .. } | Identity(_) | AutoIncrement) | None => {}
            }
        }
        for constraint in table.constraints() {
            match constraint {
                Constraint::Check(check) => self.add(check.expression.text()),
                Constraint::Exclusion(exclusion) => {
                    exclusion.elements.iter().for_each(|element| self.add_key(&element.key));
                    exclusion.predicate.iter().for_each(|predicate| self.add(predicate.text()));
                }
                Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) => {}
            }
        }
        for index in &table.indexes {
            index.keys.iter().for_each(|key| self.add_key(key));
            index.predicate.iter().for_each(|predicate| self.add(predicate.text()));
        }
        table.triggers.iter().for_each(|trigger| self.add(&trigger.definition));
    }

    fn add_object(&mut self, object: &Object) {
        match object {
            Object::View(view) => {
                self.queries = true;
                self.add(view.query.text());
                view.triggers.iter().for_each(|trigger| self.add(&trigger.definition));
            }
            Object::Routine(routine) => {
                self.queries = true;
                self.add(&routine.definition);
            }
            Object::Opaque(opaque) => {
                self.queries = true;
                self.add(&opaque.definition);
            }
            Object::Domain(domain) => {
                self.add_type(&domain.base);
                domain.default.iter().for_each(|default| self.add(default.text()));
                domain.checks.iter().for_each(|check| self.add(check.expression.text()));
            }
            Object::Namespace(_) | Object::Extension(_) | Object::Enum(_) | Object::Sequence(_) => {}
        }
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty())
}
