//! Constraints of a table, from those of its columns and from `__table_args__`.

use std::rc::Rc;

use whimbrel_schema::{Deferrable, Engine};

use super::assembly::Assembly;
use super::column::{ColumnSpec, construct_name};
use super::draft::TableDraft;
use super::foreign_key::foreign_key_target;
use super::naming::Named;
use super::only_on::{self, restricted};
use super::place::span_of;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::{ByEngine, ENGINES, IndexModel, KeyModel, KeyPart, TableModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::Reading;
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

/// One table while its constraints are put together.
pub struct Parts<'p, 's, 'i, 'a> {
    pub assembly: &'p Assembly<'s, 'i, 'a>,
    pub at: usize,
    pub draft: &'p TableDraft<'a>,
    pub table: &'p mut TableModel,
}

impl<'p, 's, 'i, 'a> Parts<'p, 's, 'i, 'a> {
    pub(super) fn tell(&self, trouble: Trouble<'a>) {
        self.assembly.tell(self.at, None, None, trouble);
    }

    /// What the columns say of themselves: keys, `unique`, `index`, `ForeignKey`.
    pub fn keys_and_indexes(&mut self) {
        self.primary_key();
        let columns: Vec<&'p ColumnSpec<'a>> = self.draft.columns.iter().filter(|column| !column.system).collect();
        for column in columns {
            if column.index {
                let name = self.assembly.name(self.at, Named::Index, &[column], None, false, None, &[], column.span);
                let part = KeyPart { column: Some(column.name().to_string()), ..KeyPart::default() };
                match (name.sqlite, name.postgres) {
                    (Some(sqlite), Some(postgres)) => self.table.indexes.push(IndexModel {
                        name: ByEngine { sqlite, postgres },
                        unique: column.unique,
                        keys: ByEngine { sqlite: vec![part.clone()], postgres: vec![part] },
                        predicate: ByEngine::default(),
                        method: None,
                        include: Vec::new(),
                        nulls_not_distinct: false,
                        storage: Vec::new(),
                        tablespace: None,
                    }),
                    _ => self.tell(Trouble::new(
                        Code::SqlalchemyRefuses,
                        format!(
                            "the index of `{}` has no name: the naming convention has none for indexes",
                            column.name()
                        ),
                        column.span,
                    )),
                }
            } else if column.unique {
                let name = self.assembly.name(self.at, Named::Unique, &[column], None, false, None, &[], column.span);
                let columns = vec![column.name().to_string()];
                self.table.uniques.push(KeyModel { name, columns, ..KeyModel::default() });
            }
            self.spatial_index(column);
            for call in column.argument("ForeignKey") {
                let target = foreign_key_target(self.assembly, self.at, call.arguments.positional.first(), &column.key);
                let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, 2, call.span);
                self.foreign_key(&[column], vec![target], given, is_final, &call.arguments, call.span);
            }
        }
    }

    fn primary_key(&mut self) {
        let flagged: Vec<&'p ColumnSpec<'a>> = self.draft.columns.iter().filter(|column| column.primary_key).collect();
        let explicit = self.draft.arguments.iter().find_map(|argument| match argument {
            Value::Call(call) if construct_name(&call.callee) == Some("PrimaryKeyConstraint") => Some(call.clone()),
            _ => None,
        });
        let (columns, given, is_final, arguments, span) = match &explicit {
            None => (flagged, None, false, None, self.draft.span),
            Some(call) => {
                let named = self.columns(&call.arguments.positional, call.span);
                let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, usize::MAX, call.span);
                let columns = if named.is_empty() { flagged } else { named };
                (columns, given, is_final, Some(call.arguments.clone()), call.span)
            }
        };
        if columns.is_empty() {
            return;
        }
        for column in &columns {
            if let Some(model) = self.table.columns.iter_mut().find(|model| model.name == column.name()) {
                model.primary_key = true;
                if column.nullable.is_none() {
                    model.nullable = false;
                }
            }
        }
        let name =
            self.assembly.name(self.at, Named::PrimaryKey, &columns, given.as_deref(), is_final, None, &[], span);
        let mut key = KeyModel {
            name,
            columns: columns.iter().map(|column| column.name().to_string()).collect(),
            ..KeyModel::default()
        };
        if let Some(arguments) = arguments {
            self.key_options(&mut key, &arguments, span);
        }
        self.table.primary_key = Some(key);
    }

    fn key_options(&self, key: &mut KeyModel, arguments: &Arguments<'a>, span: Span<'a>) {
        let reading = Reading { arguments, span };
        key.deferrable = self.deferrable(arguments, span);
        match reading.flag(usize::MAX, "postgresql_nulls_not_distinct") {
            Ok(flag) => key.nulls_not_distinct = flag,
            Err(trouble) => self.tell(trouble),
        }
        if let Some(include) = arguments.keyword("postgresql_include").filter(|value| !value.is_none()) {
            match include.elements() {
                Some(values) => {
                    key.include = self.columns(&values, span).iter().map(|column| column.name().to_string()).collect();
                }
                None => self.tell(Trouble::undecided(include, "`postgresql_include`", span)),
            }
        }
        key.comment = reading.text(usize::MAX, "comment").ok().flatten();
        self.odd_keywords(arguments, span);
    }

    /// Keywords that would change what the engine makes, and that are not read.
    pub(super) fn odd_keywords(&self, arguments: &Arguments<'a>, span: Span<'a>) {
        for (name, value) in &arguments.keywords {
            if *name == "sqlite_on_conflict" && !value.is_none() {
                self.tell(Trouble::new(Code::Undecided, format!("`{name}` is not read"), span));
            }
        }
        if let Some(open) = &arguments.open {
            self.tell(Trouble::undecided(&Value::Unknown(open.clone()), "what the constraint is given", span));
        }
    }

    pub(super) fn deferrable(&self, arguments: &Arguments<'a>, span: Span<'a>) -> Deferrable {
        let reading = Reading { arguments, span };
        let initially = match reading.text(usize::MAX, "initially") {
            Ok(text) => text.map(|text| text.to_uppercase()),
            Err(trouble) => {
                self.tell(trouble);
                None
            }
        };
        let deferrable = match arguments.keyword("deferrable") {
            None | Some(Value::None) => None,
            Some(value) => match value.truth() {
                Some(truth) => Some(truth),
                None => {
                    self.tell(Trouble::undecided(value, "`deferrable`", span));
                    None
                }
            },
        };
        match (deferrable, initially.as_deref()) {
            (_, Some("DEFERRED")) => Deferrable::InitiallyDeferred,
            (Some(true), _) => Deferrable::InitiallyImmediate,
            _ => Deferrable::No,
        }
    }

    /// The columns that strings and objects stand for.
    pub(super) fn columns(&self, values: &[Value<'a>], span: Span<'a>) -> Vec<&'p ColumnSpec<'a>> {
        let mut columns = Vec::new();
        for value in values {
            let found = match value.as_text() {
                Some(name) => self.draft.column_named(&name),
                None => self.draft.column_of(value).map(|at| &self.draft.columns[at]),
            };
            match found {
                Some(column) => columns.push(column),
                None => {
                    let what = value.as_text().map_or_else(|| value.describe(), |text| format!("`{text}`"));
                    let message = format!("the table `{}` has no column {what}", self.draft.name);
                    let code = if matches!(value, Value::Unknown(_)) { Code::Undecided } else { Code::NoSuchColumn };
                    self.tell(Trouble::new(code, message, span_of(value, span)));
                }
            }
        }
        columns
    }

    /// What stands in `__table_args__` or behind the columns of `Table(…)`.
    pub fn arguments(&mut self) {
        let draft = self.draft;
        for argument in &draft.arguments {
            self.argument(argument);
        }
    }

    pub fn argument(&mut self, argument: &Value<'a>) {
        let Value::Call(call) = argument else {
            if !argument.is_none() {
                self.tell(Trouble::undecided(argument, "a part of the table", span_of(argument, self.draft.span)));
            }
            return;
        };
        if let Some(open) = &call.arguments.open {
            self.tell(Trouble::undecided(&Value::Unknown(open.clone()), "a part of the table", call.span));
            return;
        }
        if let Some(inner) = restricted(call) {
            return self.restricted(call, inner);
        }
        match construct_name(&call.callee) {
            Some("PrimaryKeyConstraint") => {}
            Some("UniqueConstraint") => {
                let columns = self.columns(&call.arguments.positional, call.span);
                if columns.is_empty() {
                    return;
                }
                let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, usize::MAX, call.span);
                let name = self.assembly.name(
                    self.at,
                    Named::Unique,
                    &columns,
                    given.as_deref(),
                    is_final,
                    None,
                    &[],
                    call.span,
                );
                let columns = columns.iter().map(|column| column.name().to_string()).collect();
                let mut key = KeyModel { name, columns, ..KeyModel::default() };
                self.key_options(&mut key, &call.arguments, call.span);
                self.table.uniques.push(key);
            }
            Some("ForeignKeyConstraint") => self.foreign_key_constraint(call),
            Some("CheckConstraint") => {
                if let Some(check) = self.assembly.check(self.at, call) {
                    self.table.checks.push(check);
                }
            }
            Some("Index") => self.index(call),
            Some("ExcludeConstraint") => self.exclusion(call),
            Some("Column" | "Sequence" | "DDL" | "MetaData") => {}
            _ => {
                let message = format!("a part of the table is not understood: it is {}", argument.describe());
                self.tell(Trouble::new(Code::Undecided, message, call.span));
            }
        }
    }

    /// A part that only some engines get.
    fn restricted(&mut self, call: &Rc<Call<'a>>, inner: &Rc<Call<'a>>) {
        let engines = match only_on::engines(call) {
            Ok(engines) => engines,
            Err(trouble) => return self.tell(trouble),
        };
        let (indexes, checks) = (self.table.indexes.len(), self.table.checks.len());
        match construct_name(&inner.callee) {
            Some("Index" | "CheckConstraint") => self.argument(&Value::Call(inner.clone())),
            _ if engines.len() == ENGINES.len() => self.argument(&Value::Call(inner.clone())),
            _ => {
                let message = format!("`ddl_if` of {} is not read", Value::Call(inner.clone()).describe());
                self.tell(Trouble::new(Code::Undecided, message, call.span));
            }
        }
        for index in &mut self.table.indexes[indexes..] {
            if !engines.contains(&Engine::Sqlite) {
                index.name.sqlite.clear();
            }
            if !engines.contains(&Engine::Postgres) {
                index.name.postgres.clear();
            }
        }
        for check in &mut self.table.checks[checks..] {
            only_on::keep(&mut check.sql, &engines);
        }
    }
}
