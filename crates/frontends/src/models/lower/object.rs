//! What has to exist beside the tables: schemas, extensions, enums, domains, sequences.

use whimbrel_schema::{
    Check, Domain, Engine, EnumType, Expression, Extension, Namespace, Object, Schema, Sequence, SequenceOptions,
};

use super::Lowering;
use crate::models::model::{NamedType, SequenceModel, SequenceNumbers, TableModel};

impl Lowering<'_> {
    pub(super) fn objects(&self, table: &TableModel, schema: &mut Schema) {
        match self.engine {
            Engine::Postgres => {}
            Engine::Sqlite | Engine::Mysql => return,
        }
        self.namespace(table.namespace.as_deref(), schema);
        for column in &table.columns {
            let Some(ty) = column.ty.get(self.engine) else { continue };
            if let Some(extension) = &ty.extension {
                schema.insert_object(Object::Extension(Extension { name: extension.clone(), namespace: None }));
            }
            match ty.named.as_deref() {
                None => {}
                Some(NamedType::Enum { name, namespace, values }) => {
                    self.namespace(namespace.as_deref(), schema);
                    schema.insert_object(Object::Enum(EnumType {
                        name: self.name(namespace.as_deref(), name),
                        values: values.clone(),
                        comment: None,
                    }));
                }
                Some(NamedType::Domain { name, namespace, base, nullable, default, collation, check }) => {
                    self.namespace(namespace.as_deref(), schema);
                    let checks = check.iter().map(|(check_name, sql)| {
                        let check_name = check_name.clone().unwrap_or_else(|| format!("{name}_check"));
                        Check::new(Some(check_name), sql.as_str())
                    });
                    schema.insert_object(Object::Domain(Domain {
                        name: self.name(namespace.as_deref(), name),
                        base: self.dialect.read_type(base),
                        nullable: *nullable,
                        default: default.as_deref().map(Expression::new),
                        collation: collation.clone(),
                        checks: checks.collect(),
                        comment: None,
                    }));
                }
            }
        }
    }

    fn namespace(&self, namespace: Option<&str>, schema: &mut Schema) {
        if let Some(name) = self.name(namespace, "").namespace {
            schema.insert_object(Object::Namespace(Namespace { name, comment: None }));
        }
    }

    pub(super) fn sequence(&self, sequence: &SequenceModel, schema: &mut Schema) {
        match self.engine {
            Engine::Postgres => {}
            // There are none there, and SQLAlchemy makes none.
            Engine::Sqlite | Engine::Mysql => return,
        }
        let ty = self.dialect.read_type(sequence.ty.as_deref().unwrap_or("BIGINT"));
        let maximum = largest(&ty.name);
        schema.insert_object(Object::Sequence(Sequence {
            name: self.name(sequence.namespace.as_deref(), &sequence.name),
            options: options(&sequence.numbers, maximum),
            ty,
            owned_by: None,
            comment: None,
        }));
    }
}

/// The greatest number of an integer type, as PostgreSQL names it.
pub(super) fn largest(ty: &str) -> i64 {
    match ty {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    }
}

/// What PostgreSQL makes of the numbers that were given.
pub(super) fn options(numbers: &SequenceNumbers, largest: i64) -> SequenceOptions {
    let increment = numbers.increment.unwrap_or(1);
    let smallest = -largest - 1;
    let (minimum, maximum) = if increment < 0 { (smallest, -1) } else { (1, largest) };
    let minimum = numbers.minimum.unwrap_or(minimum);
    let maximum = numbers.maximum.unwrap_or(maximum);
    SequenceOptions {
        start: numbers.start.unwrap_or(if increment < 0 { maximum } else { minimum }),
        increment,
        minimum,
        maximum,
        cache: numbers.cache.unwrap_or(1),
        cycle: numbers.cycle.unwrap_or(false),
    }
}
