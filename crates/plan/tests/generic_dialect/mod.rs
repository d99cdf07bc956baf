//! A dialect that is no engine's: enough of one to test what is decided without engines.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::ops::Range;

use whimbrel_plan::review::{Circumstances, Prediction};
use whimbrel_plan::{Cast, Dialect, How, RenderError, Step, Understanding};
use whimbrel_schema::{ColumnType, Engine, Expression, ObjectName, Pair, Schema};

#[derive(Debug, Clone, Copy)]
pub struct Generic {
    pub engine: Engine,
}

pub const STRICT: Generic = Generic { engine: Engine::Postgres };
pub const LAX: Generic = Generic { engine: Engine::Sqlite };

impl Dialect for Generic {
    fn engine(&self) -> Engine {
        self.engine
    }

    fn transactional_ddl(&self) -> bool {
        true
    }

    fn split(&self, script: &str) -> Vec<Range<usize>> {
        let mut at = 0;
        let mut found = Vec::new();
        for line in script.split_inclusive('\n') {
            let end = line.trim_end_matches('\n').len();
            if end > 0 {
                found.push(at..at + end);
            }
            at += line.len();
        }
        found
    }

    /// Reads back what [`render`](Dialect::render) wrote.
    fn understand(&self, statement: &str) -> Understanding {
        match serde_json::from_str::<Step>(statement) {
            Ok(step) => Understanding::Known { steps: vec![step], transactional: true },
            Err(error) => Understanding::Unknown { reason: error.to_string(), at: 0, transactional: true },
        }
    }

    fn predict(&self, _statement: &str, _understanding: &Understanding, _at: &Circumstances<'_>) -> Prediction {
        Prediction::worst()
    }

    /// The step as data: this dialect's SQL.
    fn render(&self, step: &Step, _before: &Schema) -> Result<Vec<String>, RenderError> {
        let text = serde_json::to_string(step)
            .map_err(|error| RenderError::Unsupported { engine: "the generic engine", what: error.to_string() })?;
        Ok(vec![text])
    }

    fn how(&self, step: &Step, before: &Schema) -> How {
        if self.engine != Engine::Sqlite {
            return How::InPlace;
        }
        match step {
            Step::SetColumnType { .. }
            | Step::SetNullable { .. }
            | Step::SetDefault { .. }
            | Step::SetGeneration { .. }
            | Step::AddConstraint { .. }
            | Step::DropConstraint { .. }
            | Step::RenameConstraint { .. }
            | Step::SetDeferrable { .. }
            | Step::ValidateConstraint { .. }
            | Step::SetTableOptions { .. } => How::Rebuild,
            Step::DropColumn { table, column, .. } => match before.table(table) {
                Some(found) if found.indexes.iter().any(|index| index.names_column(column)) => How::Rebuild,
                _ => How::InPlace,
            },
            _ => How::InPlace,
        }
    }

    fn complete(&self, schema: &mut Schema, table: &ObjectName) {
        let engine = self.engine;
        let keys: Vec<(ObjectName, Vec<String>)> = match schema.table(table) {
            Some(found) => (found.foreign_keys.iter())
                .filter(|key| key.referenced_columns.is_empty())
                .filter_map(|key| {
                    let columns = schema.table(&key.references)?.primary_key.as_ref()?.columns.clone();
                    Some((key.references.clone(), columns))
                })
                .collect(),
            None => return,
        };
        let Some(found) = schema.table_mut(table) else { return };
        for (references, columns) in keys {
            for key in found.foreign_keys.iter_mut().filter(|key| key.references == references) {
                if key.referenced_columns.is_empty() {
                    key.referenced_columns.clone_from(&columns);
                }
            }
        }
        if engine == Engine::Sqlite {
            return;
        }
        let table_name = found.name.name.clone();
        if let Some(key) = &mut found.primary_key {
            key.name.get_or_insert_with(|| format!("{table_name}_pkey"));
            for column in &mut found.columns {
                if key.columns.contains(&column.name) {
                    column.nullable = false;
                }
            }
        }
        for unique in &mut found.uniques {
            let columns = unique.columns.join("_");
            unique.name.get_or_insert_with(|| format!("{table_name}_{columns}_key"));
        }
        for key in &mut found.foreign_keys {
            let columns = key.columns.join("_");
            key.name.get_or_insert_with(|| format!("{table_name}_{columns}_fkey"));
        }
        for check in &mut found.checks {
            check.name.get_or_insert_with(|| format!("{table_name}_check"));
        }
    }

    fn read_type(&self, text: &str) -> ColumnType {
        ColumnType::new(text)
    }

    fn same_type(&self, types: Pair<&ColumnType>) -> bool {
        types.from == types.to
    }

    fn same_expression(&self, expressions: Pair<&Expression>) -> bool {
        let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<String>();
        plain(expressions.from.text()) == plain(expressions.to.text())
    }

    fn cast(&self, column: &str, types: Pair<&ColumnType>) -> Cast {
        match (types.from.name.as_str(), types.to.name.as_str()) {
            ("integer", "bigint") | ("character varying", "text") => Cast::Implicit,
            ("text", "integer") => Cast::Lossy(Some(Expression::new(format!("{column}::integer")))),
            ("text" | "character varying", _) => Cast::Using(Expression::new(format!("{column}::{}", types.to))),
            (from, to) if from == to => Cast::Implicit,
            _ => Cast::Lossy(None),
        }
    }

    fn quote(&self, name: &str) -> String {
        let plain = name.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
        if plain { name.to_string() } else { format!("\"{name}\"") }
    }
}
