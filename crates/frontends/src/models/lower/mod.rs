//! From models to a schema in the terms of one engine.

mod object;
mod table;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use whimbrel_plan::{Dialect, Understanding, fold};
use whimbrel_schema::{ColumnType, Engine, ObjectName, Schema};

use super::model::{NamedType, StatementModel, TypeModel};
use super::{Desired, Extent, Models, Undecided};
use crate::diagnostic::{Diagnostic, Severity};
use crate::sqlmodel::Code;

/// What the models want, as this engine would have it.
pub(super) fn lower(models: &Models, dialect: &dyn Dialect) -> Desired {
    let engine = dialect.engine();
    let lowering = Lowering { dialect, engine, types: RefCell::default() };
    let mut schema = Schema::new(engine);
    for table in &models.tables {
        lowering.objects(table, &mut schema);
        schema.insert_table(lowering.table(table));
    }
    for sequence in &models.sequences {
        lowering.sequence(sequence, &mut schema);
    }
    dialect.complete_all(&mut schema);
    let mut diagnostics: Vec<Diagnostic> = models.notes.clone();
    let mut undecided = Vec::new();
    for statement in &models.statements {
        if let Err(reason) = lowering.run(statement, &mut schema) {
            let table = statement.table.and_then(|at| models.tables.get(at));
            undecided.push(Undecided {
                table: table.map(|table| lowering.name(table.namespace.as_deref(), &table.name)),
                extent: Extent::Table,
                diagnostic: diagnostics.len(),
            });
            diagnostics.push(Diagnostic::new(
                Code::StatementNotUnderstood.severity(),
                Code::StatementNotUnderstood.word(),
                format!("what this statement makes is not known: {reason}"),
                statement.file.clone(),
                statement.text.clone(),
                statement.span.clone(),
            ));
        }
    }
    schema.sort();
    // What concerns many tables is said once.
    let mut told: HashMap<(PathBuf, usize, String), usize> = HashMap::new();
    for trouble in &models.troubles {
        if trouble.engine.is_some_and(|other| other != engine) {
            continue;
        }
        let diagnostic = &trouble.diagnostic;
        let certain = diagnostic.severity != Severity::Error;
        let key = (diagnostic.file.to_path_buf(), diagnostic.span.start, diagnostic.message.clone());
        let at = *told.entry(key).or_insert_with(|| {
            diagnostics.push(diagnostic.clone());
            diagnostics.len() - 1
        });
        if !certain {
            let table = trouble.table.and_then(|at| models.tables.get(at));
            let table = table.map(|table| lowering.name(table.namespace.as_deref(), &table.name));
            undecided.push(Undecided { table, extent: trouble.extent.clone(), diagnostic: at });
        }
    }
    Desired { schema, diagnostics, undecided }
}

pub(super) struct Lowering<'d> {
    dialect: &'d dyn Dialect,
    engine: Engine,
    /// Types by their words: models use few, and often.
    types: RefCell<HashMap<String, ColumnType>>,
}

impl Lowering<'_> {
    /// The name of something; the default namespace is not spelled out.
    fn name(&self, namespace: Option<&str>, name: &str) -> ObjectName {
        let default = match self.engine {
            Engine::Postgres => "public",
            Engine::Sqlite => "main",
            Engine::Mysql => "",
        };
        match namespace {
            Some(namespace) if namespace != default && !namespace.is_empty() => ObjectName::within(namespace, name),
            Some(_) | None => ObjectName::new(name),
        }
    }

    /// Folds a statement that runs with the creation of the tables.
    fn run(&self, statement: &StatementModel, schema: &mut Schema) -> Result<(), String> {
        let Some(sql) = statement.sql.get(self.engine).cloned().flatten() else { return Ok(()) };
        for range in self.dialect.split(&sql) {
            match self.dialect.understand(sql.get(range).unwrap_or_default()) {
                Understanding::Known { steps, .. } => {
                    for step in steps {
                        fold::apply(schema, &step, self.dialect).map_err(|error| error.to_string())?;
                    }
                }
                Understanding::Unknown { reason, .. } => return Err(reason),
            }
        }
        Ok(())
    }

    fn column_type(&self, ty: &TypeModel) -> ColumnType {
        let words = match ty.named.as_deref() {
            Some(NamedType::Enum { name, namespace, .. } | NamedType::Domain { name, namespace, .. }) => {
                self.dialect.quote_name(&self.name(namespace.as_deref(), name))
            }
            None => ty.sql.clone(),
        };
        let words = format!("{words}{}", "[]".repeat(usize::from(ty.dimensions)));
        if let Some(known) = self.types.borrow().get(&words) {
            return known.clone();
        }
        let read = self.dialect.read_type(&words);
        self.types.borrow_mut().insert(words, read.clone());
        read
    }
}
