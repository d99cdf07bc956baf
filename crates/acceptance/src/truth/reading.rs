use std::collections::BTreeSet;

use anyhow::Result;
use whimbrel_frontends::sqlmodel::{Desired, Extent, Models, Undecided, Versions};
use whimbrel_plan::diff::{DiffOptions, Scope, diff, in_doubt};
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Object, ObjectKind, ObjectName, Pair, Schema};

use super::Created;
use crate::difference::differences;

/// A static reading of models, held against the database that the real library made of them.
#[derive(Debug, Clone)]
pub struct Reading {
    pub classes: usize,
    pub tables: usize,
    pub identical_tables: usize,
    pub columns: usize,
    pub identical_columns: usize,
    pub diagnostics: Vec<String>,
    /// What the reader itself says that it does not know.
    pub undecided: Vec<String>,
    /// What is not the same, and was not said to be undecided.
    pub silent: Vec<String>,
}

/// The versions that made the truth.
pub fn versions(created: &Created) -> Versions {
    let numbers = |package: &str| -> Option<Vec<u32>> {
        Some(created.versions.get(package)?.split('.').filter_map(|part| part.parse().ok()).collect())
    };
    let mut versions = Versions::default();
    if let Some([major, minor, patch, ..]) = numbers("sqlmodel").as_deref() {
        versions.sqlmodel = (*major, *minor, *patch);
    }
    if let Some([major, minor, ..]) = numbers("sqlalchemy").as_deref() {
        versions.sqlalchemy = (*major, *minor);
    }
    versions
}

/// `without` are tables that the engine refused and that are therefore not there.
pub fn compare(models: &Models, without: &[String], driver: &mut dyn Driver) -> Result<Reading> {
    let dialect = driver.dialect();
    let Desired { schema, diagnostics, undecided } = models.lower(dialect);
    let mut desired = schema;
    desired.tables.retain(|name, _| !without.contains(&name.to_string()));
    let mut found = driver.introspect()?;
    let doubts = Doubts::of(undecided);
    for schema in [&mut desired, &mut found] {
        strip(schema);
    }

    // What is announced as not known is counted, and not compared.
    let (mut whole, found_whole) = (desired.clone(), found.clone());
    for schema in [&mut desired, &mut found] {
        schema.tables.retain(|name, _| !doubts.tables.contains(name));
    }
    if doubts.somewhere {
        found.tables.retain(|name, _| desired.tables.contains_key(name));
    }
    doubts.leave_out(&mut desired, &mut found);
    let mut silent = Vec::new();
    let options = DiffOptions { scope: Scope::Models };
    let doubtful = in_doubt(&diff(Pair::new(&found, &desired), dialect, &options));
    if !doubtful.is_empty() {
        match driver.normalize(&desired, &doubtful) {
            Ok(normal) => desired = normal,
            Err(error) => silent.push(format!("the engine refuses what was read: {error}")),
        }
    }
    for (name, table) in desired.tables.iter() {
        whole.tables.insert(name.clone(), table.clone());
    }
    desired.sort();
    found.sort();
    silent.extend(differences(Pair::new(&desired, &found), dialect));
    let changes = diff(Pair::new(&found, &desired), dialect, &options);
    if silent.is_empty() {
        silent.extend(changes.iter().map(|change| format!("the diff finds: {change}")));
    }
    let mut reading = Reading {
        classes: models.classes,
        tables: found_whole.tables.len(),
        identical_tables: 0,
        columns: 0,
        identical_columns: 0,
        diagnostics: diagnostics.iter().map(|it| format!("{:?}[{}]: {}", it.severity, it.code, it.message)).collect(),
        undecided: doubts.in_words(),
        silent,
    };
    for table in found_whole.tables.values() {
        let read = whole.tables.get(&table.name);
        let one = |table: &whimbrel_schema::Table| {
            let mut schema = Schema::new(found_whole.engine);
            schema.insert_table(table.clone());
            schema.sort();
            schema
        };
        let same = read.is_some_and(|read| differences(Pair::new(&one(read), &one(table)), dialect).is_empty());
        reading.identical_tables += usize::from(same);
        reading.columns += table.columns.len();
        let equal = |column: &&whimbrel_schema::Column| {
            let read = read.and_then(|read| read.column(&column.name));
            read.is_some_and(|read| {
                let alone = |column: &whimbrel_schema::Column| {
                    let mut holder = whimbrel_schema::Table::new(table.name.clone());
                    holder.columns = vec![column.clone()];
                    one(&holder)
                };
                differences(Pair::new(&alone(read), &alone(column)), dialect).is_empty()
            })
        };
        reading.identical_columns += table.columns.iter().filter(equal).count();
    }
    Ok(reading)
}

/// What the reader says that it does not know.
#[derive(Default)]
struct Doubts {
    /// There may be a table of which not even the name is known.
    somewhere: bool,
    tables: BTreeSet<ObjectName>,
    namespaces: BTreeSet<ObjectName>,
    columns: BTreeSet<(ObjectName, String)>,
    collations: BTreeSet<(ObjectName, String)>,
    checks: BTreeSet<ObjectName>,
}

impl Doubts {
    fn of(undecided: Vec<Undecided>) -> Self {
        let mut doubts = Doubts::default();
        for Undecided { table, extent, .. } in undecided {
            let Some(table) = table else {
                doubts.somewhere = true;
                continue;
            };
            match extent {
                Extent::Table => doubts.tables.insert(table),
                Extent::Namespace => doubts.namespaces.insert(table),
                Extent::Column(column) => doubts.columns.insert((table, column)),
                Extent::Collation(column) => doubts.collations.insert((table, column)),
                Extent::Check => doubts.checks.insert(table),
            };
        }
        doubts
    }

    /// Makes alike what is not known, so that all the rest is compared. A table stays where it was read to be: one
    /// whose schema is another after all is a difference.
    fn leave_out(&self, desired: &mut Schema, found: &mut Schema) {
        for (table, column) in &self.columns {
            let Some(theirs) = found.tables.get(table).and_then(|found| found.column(column)).cloned() else {
                continue;
            };
            if let Some(ours) = desired.table_mut(table).and_then(|table| table.column_mut(column)) {
                *ours = theirs;
            }
        }
        for (table, column) in &self.collations {
            let Some(theirs) = found.tables.get(table).and_then(|found| found.column(column)) else { continue };
            let collation = theirs.collation.clone();
            if let Some(ours) = desired.table_mut(table).and_then(|table| table.column_mut(column)) {
                ours.collation = collation;
            }
        }
        for name in &self.checks {
            let Some(ours) = desired.tables.get(name).map(|table| table.checks.clone()) else { continue };
            if let Some(theirs) = found.table_mut(name) {
                theirs.checks.retain(|check| ours.iter().any(|ours| ours.name == check.name));
            }
        }
    }

    fn in_words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.tables.iter().map(ToString::to_string).collect();
        let mut add = |what: &str, names: Vec<String>| match names.len() {
            0 => {}
            1..=3 => words.push(format!("{what} of {}", names.join(", "))),
            many => {
                words.push(format!("{what} of {many} {}", if what.contains("schema") { "tables" } else { "columns" }))
            }
        };
        let columns =
            |set: &BTreeSet<(ObjectName, String)>| set.iter().map(|(table, it)| format!("{table}.{it}")).collect();
        add("the schema", self.namespaces.iter().map(ToString::to_string).collect());
        add("the type or default", columns(&self.columns));
        add("the collation", columns(&self.collations));
        add("a check", self.checks.iter().map(ToString::to_string).collect());
        if self.somewhere {
            words.push("a table whose name is not known".to_owned());
        }
        words
    }
}

/// What models do not speak of: extensions and namespaces are made beside them.
fn strip(schema: &mut Schema) {
    schema.objects.retain(|id, object| {
        let beside = matches!(id.kind, ObjectKind::Extension | ObjectKind::Namespace);
        let of_extension = matches!(object, Object::Routine(_) | Object::Opaque(_));
        !(beside || (schema.engine == Engine::Postgres && of_extension))
    });
}
