//! How drafts become models, with all tables in view.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use whimbrel_schema::{Engine, Notes};

use super::ByMetadata;
use super::column::construct_name;
use super::constraint::Parts;
use super::default::stored_values;
use super::draft::TableDraft;
use super::place::origin;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::expression::{ColumnFacts, Compiler};
use crate::sqlmodel::model::{ByEngine, SequenceModel, Sql, TableModel, TableModelOptions};
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::types::{Place, TypeReader};
use crate::sqlmodel::value::{Call, Span, Value};

/// What assembling needs to know of all tables.
pub struct Assembly<'s, 'i, 'a> {
    pub interpreter: &'i Interpreter<'a>,
    pub types: TypeReader<'i, 'a>,
    pub drafts: &'s [TableDraft<'a>],
    pub by_metadata: ByMetadata,
    pub by_class: HashMap<*const Class<'a>, usize>,
    pub by_call: HashMap<*const Call<'a>, usize>,
    pub sequences: RefCell<Vec<SequenceModel>>,
    pub undecided: RefCell<Vec<Told<'a>>>,
}

/// Trouble with a table; on one engine only, or on all.
pub struct Told<'a> {
    pub table: usize,
    pub column: Option<String>,
    pub engine: Option<Engine>,
    pub trouble: Trouble<'a>,
}

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    pub fn tell(&self, table: usize, column: Option<&str>, engine: Option<Engine>, trouble: Trouble<'a>) {
        let mut told = self.undecided.borrow_mut();
        // What is told of one table is told in a row, and little of it.
        let known = told.iter().rev().take_while(|other| other.table == table).any(|other| {
            other.trouble.span.range == trouble.span.range
                && other.trouble.message == trouble.message
                && other.engine == engine
        });
        if !known {
            told.push(Told { table, column: column.map(str::to_string), engine, trouble });
        }
    }

    /// One trouble that both engines have is told once.
    pub(super) fn tell_both(&self, table: usize, column: Option<&str>, troubles: Vec<(Engine, Trouble<'a>)>) {
        if let [(_, one), (_, other)] = troubles.as_slice()
            && one.message == other.message
        {
            return self.tell(table, column, None, one.clone());
        }
        for (engine, trouble) in troubles {
            self.tell(table, column, Some(engine), trouble);
        }
    }

    /// The table that `Table(…)` or `Model.__table__` is.
    pub fn table_of(&self, value: &Value<'a>) -> Option<usize> {
        match value {
            Value::Call(call) => self.by_call.get(&Rc::as_ptr(call)).copied(),
            Value::Attribute(attribute) if attribute.name == "__table__" => match &attribute.of {
                Value::Class(class) => self.by_class.get(&Rc::as_ptr(class)).copied(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The table that an attribute of a class, an object or `table.c.name` is a column of.
    pub fn owner_of(&self, value: &Value<'a>) -> Option<usize> {
        let of_table = |value: &Value<'a>| self.table_of(value);
        match value {
            Value::Attribute(attribute) => match &attribute.of {
                Value::Class(class) => self.by_class.get(&Rc::as_ptr(class)).copied(),
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") => of_table(&inner.of),
                _ => None,
            },
            Value::Subscript(subscript) => match &subscript.of {
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") => of_table(&inner.of),
                _ => None,
            },
            Value::Call(call) => {
                if let Some("Column" | "mapped_column") = construct_name(&call.callee) {
                    return self.drafts.iter().position(|draft| draft.column_of(value).is_some());
                }
                None
            }
            _ => None,
        }
    }

    /// The same, for the first column within an expression.
    pub fn owner_within(&self, value: &Value<'a>, depth: u32) -> Option<usize> {
        if depth > 20 {
            return None;
        }
        if let Some(at) = self.owner_of(value) {
            return Some(at);
        }
        match value {
            Value::Call(call) => {
                let of = match &call.callee {
                    Value::Attribute(attribute) => self.owner_within(&attribute.of, depth + 1),
                    _ => None,
                };
                of.or_else(|| call.arguments.positional.iter().find_map(|value| self.owner_within(value, depth + 1)))
            }
            Value::Operation(operation) => {
                operation.operands.iter().find_map(|value| self.owner_within(value, depth + 1))
            }
            Value::Attribute(attribute) => self.owner_within(&attribute.of, depth + 1),
            Value::Subscript(subscript) => self.owner_within(&subscript.of, depth + 1),
            Value::Tuple(values) => values.iter().find_map(|value| self.owner_within(value, depth + 1)),
            _ => None,
        }
    }

    pub fn assemble(&self, at: usize) -> TableModel {
        let draft = &self.drafts[at];
        for trouble in &draft.troubles {
            self.tell(at, None, None, trouble.clone());
        }
        if let Some(trouble) = &draft.metadata.trouble {
            self.tell(at, None, None, trouble.clone());
        }
        if let Some(span) = draft.conditional {
            let text = span.source.text.get(usize::from(span.range.start())..usize::from(span.range.end()));
            let text = text.unwrap_or("").lines().next().unwrap_or("");
            let message = format!("whether the table `{}` exists depends on `{text}`", draft.name);
            let of = Some(self.interpreter.condition(span));
            self.tell(at, None, None, Trouble { of, ..Trouble::new(Code::Undecided, message, span) });
        }
        let mut table = TableModel {
            name: draft.name.clone(),
            namespace: draft.namespace.clone(),
            columns: Vec::with_capacity(draft.columns.len()),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: TableModelOptions::default(),
            notes: Notes { origin: Some(origin(draft.span)), ..Notes::default() },
        };
        self.options(at, &mut table);
        let mut checks = Vec::new();
        for column in &draft.columns {
            if column.system {
                continue;
            }
            let model = self.column(at, column, &mut checks);
            table.columns.push(model);
        }
        let mut parts = Parts { assembly: self, at, draft, table: &mut table };
        parts.keys_and_indexes();
        // SQLAlchemy makes those of `unique=True` last, and an engine may keep the first of two equal ones.
        let of_columns = parts.table.uniques.len();
        parts.arguments();
        parts.table.uniques.rotate_left(of_columns);
        for check in checks {
            parts.table.checks.push(check);
        }
        self.autoincrement(at, &mut table);
        table
    }

    pub(super) fn place(&self, at: usize) -> Place<'_> {
        let draft = &self.drafts[at];
        Place { metadata_schema: draft.metadata.schema.as_deref(), table_schema: draft.namespace.as_deref() }
    }

    pub fn facts(&self, at: usize, column: usize, engine: Engine) -> ColumnFacts {
        let spec = &self.drafts[at].columns[column];
        let ty = match self.column_type(at, spec, engine, 0) {
            Ok(read) => read.model.sql,
            Err(trouble) => trouble.partial.map(|partial| partial.sql).unwrap_or_default(),
        };
        ColumnFacts {
            name: spec.name().to_string(),
            stored: spec.ty.as_ref().and_then(|ty| stored_values(self.interpreter, ty)).map(Rc::new),
            boolean: ty == "BOOLEAN",
            text: ty.starts_with("VARCHAR") || ty.starts_with("TEXT") || ty.starts_with("CHAR"),
            binary_json: ty == "JSONB",
        }
    }

    pub fn compile(&self, at: usize, value: &Value<'a>, engine: Engine, span: Span<'a>) -> Result<String, Trouble<'a>> {
        let columns = |value: &Value<'a>| self.drafts[at].column_of(value).map(|column| self.facts(at, column, engine));
        self.interpreter.refuel();
        Compiler { types: &self.types, engine, columns: &columns }.compile(value, span)
    }

    /// The SQL of an expression on each engine; what one engine lacks is told for that engine.
    pub fn compile_both(
        &self,
        at: usize,
        column: Option<&str>,
        touches: Touches,
        value: &Value<'a>,
        span: Span<'a>,
    ) -> Sql {
        let mut troubles = Vec::new();
        let sql = ByEngine::each(|engine| match self.compile(at, value, engine, span) {
            Ok(text) => Some(text),
            Err(trouble) => {
                troubles.push((engine, trouble.touching(touches)));
                None
            }
        });
        self.tell_both(at, column, troubles);
        sql
    }
}
