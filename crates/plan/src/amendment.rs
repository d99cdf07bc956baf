use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use whimbrel_schema::{
    Check, ColumnType, Domain, Expression, Generation, Identity, Index, Object, ObjectId, ObjectKind, ObjectName,
    Persistence, RowSecurity, Schema, SequenceOptions, Table,
};

use crate::constraint_index;

/// One part of something that changes while the rest of it stays: what an `ALTER` says that does not say everything.
///
/// Statements are read without the schema that they run on, so `ALTER TABLE t SET (fillfactor = 70)` cannot become
/// the table's options as they shall be; it becomes this, and folding does the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amendment {
    Persistence {
        table: ObjectName,
        to: Persistence,
    },
    RowSecurity {
        table: ObjectName,
        change: RowSecurityChange,
    },
    /// `None` resets a parameter.
    Storage {
        table: ObjectName,
        set: BTreeMap<String, Option<String>>,
    },
    Tablespace {
        table: ObjectName,
        to: Option<String>,
    },
    Inherit {
        table: ObjectName,
        parent: ObjectName,
        inherits: bool,
    },
    IndexStorage {
        index: ObjectName,
        set: BTreeMap<String, Option<String>>,
    },
    IndexTablespace {
        index: ObjectName,
        to: Option<String>,
    },
    /// The index of a partition becomes a part of its parent's: `ALTER INDEX … ATTACH PARTITION …`.
    AttachIndex {
        index: ObjectName,
        partition: ObjectName,
    },
    /// `ALTER COLUMN … SET GENERATED …, SET INCREMENT …`.
    Identity {
        table: ObjectName,
        column: String,
        always: Option<bool>,
        numbers: SequenceChange,
    },
    /// `ALTER COLUMN … SET EXPRESSION AS (…)`: stored stays stored, virtual stays virtual.
    GenerationExpression {
        table: ObjectName,
        column: String,
        to: Expression,
    },
    Sequence {
        name: ObjectName,
        #[serde(rename = "type")]
        ty: Option<ColumnType>,
        numbers: SequenceChange,
        /// `Some(None)` is `OWNED BY NONE`.
        owned_by: Option<Option<(ObjectName, String)>>,
    },
    Domain {
        name: ObjectName,
        change: DomainChange,
    },
    /// A view's or a materialized view's options; `None` resets one.
    ViewOptions {
        view: ObjectId,
        set: BTreeMap<String, Option<String>>,
    },
    ExtensionNamespace {
        name: String,
        to: Option<String>,
    },
}

/// Two switches that are thrown one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowSecurityChange {
    Enable,
    Disable,
    Force,
    NoForce,
}

/// The numbers that a statement names; `Some(None)` for a bound is `NO MINVALUE` or `NO MAXVALUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct SequenceChange {
    pub start: Option<i64>,
    pub increment: Option<i64>,
    pub minimum: Option<Option<i64>>,
    pub maximum: Option<Option<i64>>,
    pub cache: Option<i64>,
    pub cycle: Option<bool>,
}

impl SequenceChange {
    pub fn is_empty(&self) -> bool {
        *self == SequenceChange::default()
    }

    /// A new sequence with these numbers; `ceiling` is the greatest number of its type.
    pub fn create(&self, ceiling: i64) -> SequenceOptions {
        let ascending = self.increment.unwrap_or(1) > 0;
        let minimum = self.minimum.flatten().unwrap_or(if ascending { 1 } else { -ceiling - 1 });
        let maximum = self.maximum.flatten().unwrap_or(if ascending { ceiling } else { -1 });
        SequenceOptions {
            start: self.start.unwrap_or(if ascending { minimum } else { maximum }),
            increment: self.increment.unwrap_or(1),
            minimum,
            maximum,
            cache: self.cache.unwrap_or(1),
            cycle: self.cycle.unwrap_or(false),
        }
    }

    pub fn apply(&self, options: &mut SequenceOptions, ceiling: i64) {
        options.increment = self.increment.unwrap_or(options.increment);
        let ascending = options.increment > 0;
        if let Some(minimum) = self.minimum {
            options.minimum = minimum.unwrap_or(if ascending { 1 } else { -ceiling - 1 });
        }
        if let Some(maximum) = self.maximum {
            options.maximum = maximum.unwrap_or(if ascending { ceiling } else { -1 });
        }
        options.start = self.start.unwrap_or(options.start);
        options.cache = self.cache.unwrap_or(options.cache);
        options.cycle = self.cycle.unwrap_or(options.cycle);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainChange {
    Default(Option<Expression>),
    Nullable(bool),
    AddCheck(Check),
    DropCheck { name: String, if_exists: bool },
    RenameCheck { from: String, to: String },
    ValidateCheck { name: String },
}

/// The amendment names something that the schema does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no {what}")]
pub struct Absent {
    pub what: String,
}

fn absent<T>(what: String) -> Result<T, Absent> {
    Err(Absent { what })
}

impl Amendment {
    pub fn apply(&self, schema: &mut Schema) -> Result<(), Absent> {
        match self {
            Amendment::Persistence { table, to } => table_of(schema, table)?.options.persistence = *to,
            Amendment::RowSecurity { table, change } => {
                let security = &mut table_of(schema, table)?.options.row_security;
                *security = match (change, *security) {
                    (RowSecurityChange::Enable, RowSecurity::Off) => RowSecurity::Enabled,
                    (RowSecurityChange::Enable, kept) => kept,
                    (RowSecurityChange::Disable, _) => RowSecurity::Off,
                    (RowSecurityChange::Force, _) => RowSecurity::Forced,
                    (RowSecurityChange::NoForce, RowSecurity::Forced) => RowSecurity::Enabled,
                    (RowSecurityChange::NoForce, kept) => kept,
                };
            }
            Amendment::Storage { table, set } => merge(&mut table_of(schema, table)?.options.storage, set),
            Amendment::Tablespace { table, to } => table_of(schema, table)?.options.tablespace.clone_from(to),
            Amendment::Inherit { table, parent, inherits } => {
                let parents = &mut table_of(schema, table)?.options.inherits;
                parents.retain(|known| known != parent);
                if *inherits {
                    parents.push(parent.clone());
                }
            }
            Amendment::IndexStorage { index, set } => {
                if !constraint_index::amend(schema, index, |kept| merge(&mut kept.storage, set)) {
                    merge(&mut index_of(schema, index)?.storage, set);
                }
            }
            Amendment::IndexTablespace { index, to } => {
                if !constraint_index::amend(schema, index, |kept| kept.tablespace.clone_from(to)) {
                    index_of(schema, index)?.tablespace.clone_from(to);
                }
            }
            Amendment::AttachIndex { index, partition } => attach_index(schema, index, partition)?,
            Amendment::Identity { table, column, always, numbers } => {
                let Some(found) = table_of(schema, table)?.column_mut(column) else {
                    return absent(format!("column `{table}.{column}`"));
                };
                let ceiling = ceiling_of(&found.ty);
                let Some(Generation::Identity(Identity { always: current, options })) = &mut found.generation else {
                    return absent(format!("identity on column `{table}.{column}`"));
                };
                *current = always.unwrap_or(*current);
                numbers.apply(options, ceiling);
            }
            Amendment::GenerationExpression { table, column, to } => {
                match table_of(schema, table)?.column_mut(column).and_then(|column| column.generation.as_mut()) {
                    Some(Generation::Stored(expression) | Generation::Virtual(expression)) => {
                        *expression = to.clone();
                    }
                    Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => {
                        return absent(format!("generated column `{table}.{column}`"));
                    }
                }
            }
            Amendment::Sequence { name, ty, numbers, owned_by } => {
                let id = ObjectId::new(ObjectKind::Sequence, name.clone());
                let Some(Object::Sequence(sequence)) = schema.objects.get_mut(&id) else {
                    // The sequence of a serial column has no numbers of its own in a schema.
                    return if is_serial(schema, name) { Ok(()) } else { absent(format!("sequence `{name}`")) };
                };
                if let Some(ty) = ty {
                    let ceilings = (ceiling_of(&sequence.ty), ceiling_of(ty));
                    if sequence.options.maximum == ceilings.0 {
                        sequence.options.maximum = ceilings.1;
                    }
                    if sequence.options.minimum == -ceilings.0 - 1 {
                        sequence.options.minimum = -ceilings.1 - 1;
                    }
                    sequence.ty = ty.clone();
                }
                let ceiling = ceiling_of(&sequence.ty);
                numbers.apply(&mut sequence.options, ceiling);
                if let Some(owner) = owned_by {
                    sequence.owned_by.clone_from(owner);
                }
            }
            Amendment::Domain { name, change } => {
                let id = ObjectId::new(ObjectKind::Domain, name.clone());
                let Some(Object::Domain(domain)) = schema.objects.get_mut(&id) else {
                    return absent(format!("domain `{name}`"));
                };
                change.apply(domain)?;
            }
            Amendment::ViewOptions { view, set } => {
                let Some(Object::View(found)) = schema.objects.get_mut(view) else {
                    return absent(view.to_string());
                };
                merge(&mut found.options, set);
            }
            Amendment::ExtensionNamespace { name, to } => {
                let id = ObjectId::new(ObjectKind::Extension, name.as_str());
                let Some(Object::Extension(extension)) = schema.objects.get_mut(&id) else {
                    return absent(format!("extension `{name}`"));
                };
                extension.namespace.clone_from(to);
            }
        }
        Ok(())
    }
}

impl DomainChange {
    fn apply(&self, domain: &mut Domain) -> Result<(), Absent> {
        let place = |domain: &Domain, name: &str| {
            let found = domain.checks.iter().position(|check| check.name.as_deref() == Some(name));
            found.ok_or_else(|| Absent { what: format!("constraint `{name}` of domain `{}`", domain.name) })
        };
        match self {
            DomainChange::Default(to) => domain.default.clone_from(to),
            DomainChange::Nullable(nullable) => domain.nullable = *nullable,
            DomainChange::AddCheck(check) => domain.checks.push(check.clone()),
            DomainChange::DropCheck { name, if_exists } => match place(domain, name) {
                Ok(at) => drop(domain.checks.remove(at)),
                Err(_) if *if_exists => {}
                Err(error) => return Err(error),
            },
            DomainChange::RenameCheck { from, to } => {
                let at = place(domain, from)?;
                domain.checks[at].name = Some(to.clone());
            }
            DomainChange::ValidateCheck { name } => {
                let at = place(domain, name)?;
                domain.checks[at].validated = true;
            }
        }
        Ok(())
    }
}

fn table_of<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Table, Absent> {
    schema.table_mut(name).ok_or_else(|| Absent { what: format!("table `{name}`") })
}

/// An index of a table or of a materialized view.
fn index_of<'a>(schema: &'a mut Schema, name: &ObjectName) -> Result<&'a mut Index, Absent> {
    let tables = schema.tables.values_mut().filter(|table| table.name.namespace == name.namespace);
    let of_tables = tables.flat_map(|table| table.indexes.iter_mut());
    let of_views = schema.objects.values_mut().filter_map(|object| match object {
        Object::View(view) if view.name.namespace == name.namespace => Some(view.indexes.iter_mut()),
        Object::View(_)
        | Object::Namespace(_)
        | Object::Extension(_)
        | Object::Enum(_)
        | Object::Domain(_)
        | Object::Sequence(_)
        | Object::Routine(_)
        | Object::Opaque(_) => None,
    });
    let mut found = of_tables.chain(of_views.flatten()).filter(|index| index.name == name.name);
    found.next().ok_or_else(|| Absent { what: format!("index `{name}`") })
}

/// A partition lists no index that it has because its parent has one.
fn attach_index(schema: &mut Schema, index: &ObjectName, partition: &ObjectName) -> Result<(), Absent> {
    let table_of = |schema: &Schema, name: &ObjectName| {
        let mut tables = schema.tables.values().filter(|table| table.name.namespace == name.namespace);
        let has =
            |table: &&Table| table.index(&name.name).is_some() || constraint_index::has_index_of(table, &name.name);
        tables.find(has).map(|table| table.name.clone())
    };
    let missing = |name: &ObjectName| Absent { what: format!("index `{name}`") };
    table_of(schema, index).ok_or_else(|| missing(index))?;
    let holder = table_of(schema, partition).ok_or_else(|| missing(partition))?;
    let table = self::table_of(schema, &holder)?;
    let is_it = |name: &Option<String>| name.as_deref() == Some(partition.name.as_str());
    table.indexes.retain(|own| own.name != partition.name);
    table.uniques.retain(|own| !is_it(&own.name));
    table.primary_key.take_if(|own| is_it(&own.name));
    table.exclusions.retain(|own| !is_it(&own.name));
    Ok(())
}

fn is_serial(schema: &Schema, name: &ObjectName) -> bool {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    columns
        .filter_map(|column| column.generation.as_ref())
        .any(|generation| matches!(generation, Generation::Serial { sequence } if sequence == name))
}

fn merge(options: &mut BTreeMap<String, String>, set: &BTreeMap<String, Option<String>>) {
    for (key, value) in set {
        match value {
            Some(value) => options.insert(key.clone(), value.clone()),
            None => options.remove(key),
        };
    }
}

fn ceiling_of(ty: &ColumnType) -> i64 {
    match ty.name.as_str() {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Engine, Sequence};

    use super::*;

    #[test]
    fn a_storage_parameter_is_set_and_the_others_stay() {
        let mut schema = Schema::new(Engine::Postgres);
        let mut table = Table::new("t");
        table.options.storage.insert("fillfactor".into(), "70".into());
        table.options.storage.insert("autovacuum_enabled".into(), "false".into());
        schema.insert_table(table);
        let set = [("fillfactor", Some("90")), ("autovacuum_enabled", None)];
        let set = set.map(|(key, value)| (key.to_string(), value.map(str::to_string))).into();
        Amendment::Storage { table: "t".into(), set }.apply(&mut schema).unwrap();
        let storage = &schema.table(&"t".into()).unwrap().options.storage;
        assert_eq!(storage.iter().collect::<Vec<_>>(), [(&"fillfactor".to_string(), &"90".to_string())]);
    }

    #[test]
    fn a_sequence_that_counts_down_ends_at_minus_one() {
        let change = SequenceChange { increment: Some(-1), ..SequenceChange::default() };
        let options = change.create(i64::from(i32::MAX));
        assert_eq!((options.start, options.minimum, options.maximum), (-1, i64::from(i32::MIN), -1));
    }

    #[test]
    fn a_sequence_of_another_type_gets_its_bounds() {
        let mut schema = Schema::new(Engine::Postgres);
        schema.insert_object(Object::Sequence(Sequence {
            name: "s".into(),
            ty: ColumnType::new("bigint"),
            options: SequenceOptions::ascending(i64::MAX),
            owned_by: None,
            comment: None,
        }));
        let amendment = Amendment::Sequence {
            name: "s".into(),
            ty: Some(ColumnType::new("smallint")),
            numbers: SequenceChange::default(),
            owned_by: Some(Some(("t".into(), "c".into()))),
        };
        amendment.apply(&mut schema).unwrap();
        let Some(Object::Sequence(sequence)) = schema.object(&ObjectId::new(ObjectKind::Sequence, "s")) else {
            panic!("the sequence is gone");
        };
        assert_eq!(sequence.options.maximum, 32767);
        assert_eq!(sequence.owned_by, Some(("t".into(), "c".to_string())));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let mut schema = Schema::new(Engine::Postgres);
        let amendment = Amendment::Persistence { table: "t".into(), to: Persistence::Unlogged };
        assert_eq!(amendment.apply(&mut schema).unwrap_err().to_string(), "there is no table `t`");
    }
}
