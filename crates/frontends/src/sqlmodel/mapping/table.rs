//! A table before it is a model: its columns and what was said of it, and how both become a [`TableModel`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use whimbrel_schema::{Engine, Notes, Origin};

use super::column::{Autoincrement, ColumnSpec, construct_name};
use super::constraint::{Parts, foreign_key_target};
use super::naming::{ColumnPart, MadeName, Metadata, Named, shorten};
use crate::diagnostic::Position;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::expression::{ColumnFacts, Compiler, literal};
use crate::sqlmodel::model::{
    ByEngine, CheckModel, ColumnModel, ComputedModel, ENGINES, IdentityModel, Integral, SequenceModel, SequenceNumbers,
    Sql, TableModel, TableModelOptions,
};
use crate::sqlmodel::types::{Place, ReadType, Reading, Trouble, TypeReader};
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

/// Names on PostgreSQL are cut at 63 bytes; SQLite has no limit worth the name.
const POSTGRES_NAME: usize = 63;
const SQLITE_NAME: usize = 9_999;

pub struct TableDraft<'a> {
    pub name: String,
    pub namespace: Option<String>,
    pub metadata: Rc<Metadata<'a>>,
    pub columns: Vec<ColumnSpec<'a>>,
    /// Constraints and indexes, from `__table_args__` or `Table(…)`.
    pub arguments: Vec<Value<'a>>,
    pub keywords: Vec<(&'a str, Value<'a>)>,
    pub span: Span<'a>,
    /// The classes that are mapped to it, the one that made it first.
    pub classes: Vec<Rc<Class<'a>>>,
    pub call: Option<Rc<Call<'a>>>,
    pub troubles: Vec<Trouble<'a>>,
    pub conditional: Option<Span<'a>>,
}

impl<'a> TableDraft<'a> {
    /// The column that a value stands for: an attribute of a class, an object, `table.c.name`.
    pub fn column_of(&self, value: &Value<'a>) -> Option<usize> {
        let by_key = |key: &str| self.columns.iter().position(|column| column.key == key);
        match value {
            Value::Call(call) => {
                let found =
                    self.columns.iter().position(|column| column.objects.iter().any(|object| Rc::ptr_eq(object, call)));
                found.or_else(|| match construct_name(&call.callee) {
                    Some("col") => self.column_of(call.arguments.positional.first()?),
                    _ => None,
                })
            }
            Value::Attribute(attribute) => match &attribute.of {
                Value::Class(class) if self.is_of(class) => by_key(attribute.name),
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") && self.is_table(&inner.of) => {
                    by_key(attribute.name)
                }
                _ => None,
            },
            Value::Subscript(subscript) => match &subscript.of {
                Value::Attribute(inner) if matches!(inner.name, "c" | "columns") && self.is_table(&inner.of) => {
                    by_key(&subscript.key.as_text()?)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a class's attributes are this table's columns: its own class, one that it extends, one that extends it.
    fn is_of(&self, class: &Rc<Class<'a>>) -> bool {
        self.classes.iter().any(|own| Rc::ptr_eq(own, class) || own.descends_from(class))
    }

    fn is_table(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Call(call) => self.call.as_ref().is_some_and(|own| Rc::ptr_eq(own, call)),
            Value::Attribute(attribute) if attribute.name == "__table__" => {
                matches!(&attribute.of, Value::Class(class) if self.is_of(class))
            }
            _ => false,
        }
    }

    pub fn column_named(&self, key: &str) -> Option<&ColumnSpec<'a>> {
        self.columns
            .iter()
            .find(|column| column.key == key)
            .or_else(|| self.columns.iter().find(|column| column.name() == key))
    }
}

/// What assembling needs to know of all tables.
pub struct Assembly<'s, 'i, 'a> {
    pub interpreter: &'i Interpreter<'a>,
    pub types: TypeReader<'i, 'a>,
    pub drafts: &'s [TableDraft<'a>],
    /// Schema and name of each table.
    pub by_name: HashMap<(Option<String>, String), usize>,
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
        let known = told.iter().any(|other| {
            other.table == table
                && other.trouble.span.range == trouble.span.range
                && other.trouble.message == trouble.message
                && other.engine == engine
        });
        if !known {
            told.push(Told { table, column: column.map(str::to_string), engine, trouble });
        }
    }

    /// One trouble that both engines have is told once.
    fn tell_both(&self, table: usize, column: Option<&str>, troubles: Vec<(Engine, Trouble<'a>)>) {
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
            self.tell(at, None, None, Trouble::new("undecided", message, span));
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
        parts.arguments();
        for check in checks {
            parts.table.checks.push(check);
        }
        self.autoincrement(at, &mut table);
        table
    }

    fn options(&self, at: usize, table: &mut TableModel) {
        let draft = &self.drafts[at];
        let options = &mut table.options;
        for (name, value) in &draft.keywords {
            let undecided = || Trouble::undecided(value, &format!("`{name}`"), draft.span);
            let text = || value.as_text().map(|text| text.to_string());
            match *name {
                "comment" => match (text(), value) {
                    (Some(comment), _) => table.comment = Some(comment),
                    (None, Value::None) => {}
                    _ => self.tell(at, None, None, undecided()),
                },
                "sqlite_autoincrement" | "sqlite_strict" | "sqlite_with_rowid" => match value.truth() {
                    Some(truth) => match *name {
                        "sqlite_autoincrement" => options.sqlite_autoincrement = truth,
                        "sqlite_strict" => options.sqlite_strict = truth,
                        _ => options.sqlite_without_rowid = !truth,
                    },
                    None => self.tell(at, None, None, undecided()),
                },
                "postgresql_partition_by" | "postgresql_tablespace" => match (text(), value) {
                    (Some(text), _) if *name == "postgresql_partition_by" => options.partition_by = Some(text),
                    (Some(text), _) => options.tablespace = Some(text),
                    (None, Value::None) => {}
                    _ => self.tell(at, None, None, undecided()),
                },
                "postgresql_inherits" => {
                    let names = match value {
                        Value::Str(name) => Some(vec![name.to_string()]),
                        value => value.elements().map(|names| {
                            names.iter().filter_map(|name| name.as_text().map(|name| name.to_string())).collect()
                        }),
                    };
                    match names {
                        Some(names) => options.inherits = names,
                        None => self.tell(at, None, None, undecided()),
                    }
                }
                "postgresql_with" => match pairs(value) {
                    Some(pairs) => options.storage = pairs,
                    None => self.tell(at, None, None, undecided()),
                },
                "prefixes" => match value.elements() {
                    Some(words) => {
                        for word in words {
                            match word.as_text().map(|word| word.to_uppercase()).as_deref() {
                                Some("UNLOGGED") => {
                                    options.unlogged = true;
                                    let trouble =
                                        Trouble::new("sqlalchemy-refuses", "SQLite has no unlogged tables", draft.span);
                                    self.tell(at, None, Some(Engine::Sqlite), trouble);
                                }
                                Some("TEMPORARY" | "TEMP") => options.temporary = true,
                                _ => self.tell(at, None, None, undecided()),
                            }
                        }
                    }
                    None => self.tell(at, None, None, undecided()),
                },
                "autoload_with" | "autoload" if !value.is_none() && value.truth() != Some(false) => {
                    let message = "the table is read from a database when the code runs";
                    self.tell(at, None, None, Trouble::new("undecided", message, draft.span));
                }
                "schema" | "info" | "extend_existing" | "keep_existing" | "quote" | "quote_schema"
                | "implicit_returning" | "listeners" | "must_exist" | "autoload_with" | "autoload"
                | "sqlite_on_conflict" => {}
                other
                    if other.starts_with("mysql_")
                        || other.starts_with("mariadb_")
                        || other.starts_with("mssql_")
                        || other.starts_with("oracle_") => {}
                other => {
                    let message = format!("`{other}` of a table is not understood");
                    self.tell(at, None, None, Trouble::new("undecided", message, draft.span));
                }
            }
        }
    }

    fn place(&self, at: usize) -> Place<'_> {
        let draft = &self.drafts[at];
        Place { metadata_schema: draft.metadata.schema.as_deref(), table_schema: draft.namespace.as_deref() }
    }

    /// The type of a column, which a foreign key can leave to the column it refers to.
    pub fn column_type(
        &self,
        at: usize,
        column: &ColumnSpec<'a>,
        engine: Engine,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        if let Some(ty) = &column.ty {
            return self.types.read(ty, engine, self.place(at), column.span);
        }
        if let Some(trouble) = column.troubles.first() {
            return Err(trouble.clone());
        }
        if depth < 20 {
            if let Some(call) = column.argument("ForeignKey").next() {
                let target = foreign_key_target(self, at, call.arguments.positional.first(), column.key.as_str());
                if let Some(table) = target.table
                    && let Some(referred) = self.drafts[table].column_named(&target.column)
                {
                    let mut read = self.column_type(table, referred, engine, depth + 1)?;
                    read.check = None;
                    return Ok(read);
                }
                return Err(Trouble::new(
                    "undecided",
                    format!("the column's type is that of `{}`, which is not among the models", target.written),
                    column.span,
                ));
            }
            // A composite foreign key brings types too.
            if let Some((table, referred)) = self.referred_by_constraint(at, column)
                && let Some(referred) = self.drafts[table].column_named(&referred)
            {
                return self.column_type(table, referred, engine, depth + 1);
            }
        }
        Err(Trouble::new("column-without-type", format!("the column `{}` has no type", column.name()), column.span))
    }

    fn referred_by_constraint(&self, at: usize, column: &ColumnSpec<'a>) -> Option<(usize, String)> {
        for argument in &self.drafts[at].arguments {
            let Value::Call(call) = argument else { continue };
            if construct_name(&call.callee) != Some("ForeignKeyConstraint") {
                continue;
            }
            let columns = call.arguments.get(0, "columns")?.elements()?;
            let referred = call.arguments.get(1, "refcolumns")?.elements()?;
            let position = columns
                .iter()
                .position(|value| value.as_text().is_some_and(|text| *text == *column.key || *text == *column.name()));
            if let Some(target) = position.and_then(|position| referred.get(position)) {
                let target = foreign_key_target(self, at, Some(target), &column.key);
                return Some((target.table?, target.column));
            }
        }
        None
    }

    pub fn facts(&self, at: usize, column: usize, engine: Engine) -> ColumnFacts {
        let spec = &self.drafts[at].columns[column];
        let ty = self.column_type(at, spec, engine, 0).map(|read| read.model.sql).unwrap_or_default();
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
    pub fn compile_both(&self, at: usize, column: Option<&str>, value: &Value<'a>, span: Span<'a>) -> Sql {
        let mut troubles = Vec::new();
        let sql = ByEngine::each(|engine| match self.compile(at, value, engine, span) {
            Ok(text) => Some(text),
            Err(trouble) => {
                troubles.push((engine, trouble));
                None
            }
        });
        self.tell_both(at, column, troubles);
        sql
    }

    fn column(&self, at: usize, spec: &ColumnSpec<'a>, checks: &mut Vec<CheckModel>) -> ColumnModel {
        let name = spec.name().to_string();
        let mut troubles = Vec::new();
        let mut type_check = ByEngine::<Option<(Option<String>, String)>>::default();
        let ty = ByEngine::each(|engine| match self.column_type(at, spec, engine, 0) {
            Ok(read) => {
                if let Some(check) = read.check {
                    let column = crate::sqlmodel::expression::quote(&name, engine);
                    let text = format!("{column} IN ({})", check.values.join(", "));
                    match engine {
                        Engine::Sqlite => type_check.sqlite = Some((check.name, text)),
                        Engine::Postgres => type_check.postgres = Some((check.name, text)),
                        Engine::Mysql => {}
                    }
                }
                read.model
            }
            Err(mut trouble) => {
                let partial = trouble.partial.take();
                troubles.push((engine, trouble));
                partial.map(|partial| *partial).unwrap_or_default()
            }
        });
        self.tell_both(at, Some(&name), troubles);
        for trouble in &spec.troubles {
            self.tell(at, Some(&name), None, trouble.clone());
        }
        if type_check.sqlite.is_some() || type_check.postgres.is_some() {
            let given = type_check.sqlite.as_ref().or(type_check.postgres.as_ref()).and_then(|check| check.0.clone());
            let check_name = match given {
                None => ByEngine::default(),
                Some(given) => self.check_name(at, Some(&given), false, spec.span),
            };
            checks.push(CheckModel {
                name: check_name,
                sql: ByEngine {
                    sqlite: type_check.sqlite.map(|check| check.1),
                    postgres: type_check.postgres.map(|check| check.1),
                },
                not_valid: false,
                no_inherit: false,
                comment: None,
            });
        }
        let mut model = ColumnModel {
            name: name.clone(),
            ty,
            nullable: spec.nullable.unwrap_or(!spec.primary_key),
            primary_key: spec.primary_key,
            autoincrement: false,
            default: Sql::default(),
            computed: None,
            identity: None,
            comment: spec.comment.clone(),
            client_default: self.client_default(spec),
            notes: Notes { origin: Some(origin(spec.span)), ..Notes::default() },
        };
        let generated = spec.server_default.iter().filter(|value| {
            matches!(value, Value::Call(call)
                if matches!(construct_name(&call.callee), Some("Identity" | "Computed" | "Sequence")))
        });
        for argument in spec.arguments.iter().chain(generated) {
            self.column_argument(at, spec, argument, &mut model, checks);
        }
        if let Some(value) = &spec.server_default {
            self.server_default(at, spec, value, &mut model);
        }
        if let Some(Value::Call(call)) = &spec.default
            && construct_name(&call.callee) == Some("Sequence")
        {
            self.sequence(at, &name, call);
        }
        model
    }

    fn column_argument(
        &self,
        at: usize,
        spec: &ColumnSpec<'a>,
        argument: &Value<'a>,
        model: &mut ColumnModel,
        checks: &mut Vec<CheckModel>,
    ) {
        let name = model.name.clone();
        let Value::Call(call) = argument else {
            let message = format!("an argument of the column is not understood: it is {}", argument.describe());
            return self.tell(at, Some(&name), None, Trouble::new("undecided", message, spec.span));
        };
        let reading = Reading { arguments: &call.arguments, span: call.span };
        match construct_name(&call.callee) {
            // Foreign keys are constraints of the table.
            Some("ForeignKey") => {}
            Some("Computed") => {
                let Some(expression) = call.arguments.get(0, "sqltext") else { return };
                let sql = match expression {
                    Value::Str(text) => ByEngine::each(|_| Some(text.to_string())),
                    value => self.compile_both(at, Some(&name), value, call.span),
                };
                let persisted = call.arguments.get(1, "persisted").and_then(Value::as_bool);
                model.computed = Some(ComputedModel { sql, persisted });
            }
            Some("Identity") => match numbers(&reading, 2) {
                Ok(numbers) => match reading.flag(0, "always") {
                    Ok(always) => {
                        model.identity = Some(IdentityModel { always, numbers });
                        if spec.nullable.is_none() {
                            model.nullable = false;
                        }
                    }
                    Err(trouble) => self.tell(at, Some(&name), None, trouble),
                },
                Err(trouble) => self.tell(at, Some(&name), None, trouble),
            },
            Some("Sequence") => self.sequence(at, &name, call),
            Some("CheckConstraint") => {
                if let Some(check) = self.check(at, call) {
                    checks.push(check);
                }
            }
            Some("FetchedValue" | "ColumnDefault" | "DefaultClause") => {}
            _ => {
                let message = format!("an argument of the column is not understood: it is {}", argument.describe());
                self.tell(at, Some(&name), None, Trouble::new("undecided", message, call.span));
            }
        }
    }

    fn server_default(&self, at: usize, spec: &ColumnSpec<'a>, value: &Value<'a>, model: &mut ColumnModel) {
        let name = model.name.clone();
        match value {
            Value::Call(call)
                if matches!(construct_name(&call.callee), Some("Identity" | "Computed" | "FetchedValue")) => {}
            Value::Call(call) if construct_name(&call.callee) == Some("DefaultClause") => {
                if let Some(inner) = call.arguments.positional.first() {
                    self.server_default(at, spec, inner, model);
                }
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let message = format!(
                    "SQLAlchemy refuses {} as a `server_default`: it takes a string or an expression (`text(…)`, `true()`)",
                    value.describe()
                );
                self.tell(at, Some(&name), None, Trouble::new("sqlalchemy-refuses", message, spec.span));
            }
            value => match value.as_text() {
                Some(text) => model.default = ByEngine::each(|_| Some(literal(&text))),
                None => model.default = self.compile_both(at, Some(&name), value, spec.span),
            },
        }
    }

    /// The value that the application gives new rows, where it is a plain one.
    fn client_default(&self, spec: &ColumnSpec<'a>) -> Sql {
        let Some(value) = &spec.default else { return Sql::default() };
        let both = |text: String| ByEngine::each(|_| Some(text.clone()));
        match value {
            Value::Bool(truth) => ByEngine {
                sqlite: Some(if *truth { "1" } else { "0" }.to_string()),
                postgres: Some(if *truth { "true" } else { "false" }.to_string()),
            },
            Value::Int(number) => both(number.to_string()),
            Value::Float(number) => both(format!("{number}")),
            Value::Str(text) => both(literal(text)),
            Value::Member(member) => {
                let stored = spec.ty.as_ref().and_then(|ty| stored_values(self.interpreter, ty));
                match stored {
                    Some(stored) => stored.get(member.name).map(|text| both(literal(text))).unwrap_or_default(),
                    None => match (value.as_text(), value.as_int()) {
                        (Some(text), _) => both(literal(&text)),
                        (None, Some(number)) => both(number.to_string()),
                        (None, None) => Sql::default(),
                    },
                }
            }
            _ => Sql::default(),
        }
    }

    fn sequence(&self, at: usize, column: &str, call: &Rc<Call<'a>>) {
        if let Err(trouble) = self.sequence_construct(call, self.drafts[at].metadata.schema.as_deref()) {
            self.tell(at, Some(column), None, trouble);
        }
    }

    /// `Sequence(…)`, where SQLAlchemy makes it: for a column, or for a `MetaData`.
    pub fn sequence_construct(&self, call: &Rc<Call<'a>>, schema: Option<&str>) -> Result<(), Trouble<'a>> {
        let reading = Reading { arguments: &call.arguments, span: call.span };
        if reading.flag(usize::MAX, "optional")? {
            return Ok(());
        }
        let Some(name) = reading.text(0, "name")? else { return Ok(()) };
        let in_metadata = call.arguments.keyword("metadata").is_some_and(|value| !value.is_none());
        let namespace = match reading.text(usize::MAX, "schema")? {
            Some(schema) => Some(schema),
            None => schema.filter(|_| in_metadata).map(str::to_string),
        };
        let ty = match reading.value(usize::MAX, "data_type") {
            None | Some(Value::None) => None,
            Some(ty) => Some(self.types.read(ty, Engine::Postgres, Place::default(), call.span)?.model.sql),
        };
        let sequence = SequenceModel { name, namespace, ty, numbers: numbers(&reading, 1)? };
        let mut sequences = self.sequences.borrow_mut();
        if !sequences.contains(&sequence) {
            sequences.push(sequence);
        }
        Ok(())
    }

    pub fn check(&self, at: usize, call: &Rc<Call<'a>>) -> Option<CheckModel> {
        let reading = Reading { arguments: &call.arguments, span: call.span };
        let expression = call.arguments.get(0, "sqltext")?;
        let sql = match expression {
            Value::Str(text) => ByEngine::each(|_| Some(text.to_string())),
            value => self.compile_both(at, None, value, call.span),
        };
        let (given, is_final) = self.given_name(at, &call.arguments, 1, call.span);
        let flag = |name: &str| match reading.flag(usize::MAX, name) {
            Ok(flag) => flag,
            Err(trouble) => {
                self.tell(at, None, None, trouble);
                false
            }
        };
        Some(CheckModel {
            name: self.check_name(at, given.as_deref(), is_final, call.span),
            sql,
            not_valid: flag("postgresql_not_valid"),
            no_inherit: false,
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        })
    }

    fn check_name(&self, at: usize, given: Option<&str>, is_final: bool, span: Span<'a>) -> ByEngine<Option<String>> {
        self.name(at, Named::Check, &[], given, is_final, None, &[], span)
    }

    /// `name=…`, and whether it is `conv(…)`, which no convention touches.
    pub fn given_name(
        &self,
        at: usize,
        arguments: &Arguments<'a>,
        position: usize,
        span: Span<'a>,
    ) -> (Option<String>, bool) {
        match arguments.get(position, "name") {
            None | Some(Value::None) => (None, false),
            Some(Value::Call(call)) if matches!(construct_name(&call.callee), Some("conv" | "quoted_name")) => {
                let text = call.arguments.positional.first().and_then(Value::as_text).map(|text| text.to_string());
                (text, construct_name(&call.callee) == Some("conv"))
            }
            Some(Value::Call(call)) if matches!(&call.callee, Value::Attribute(attribute) if attribute.name == "f") => {
                (call.arguments.positional.first().and_then(Value::as_text).map(|text| text.to_string()), true)
            }
            Some(value) => match value.as_text() {
                Some(text) => (Some(text.to_string()), false),
                None => {
                    self.tell(at, None, None, Trouble::undecided(value, "the name", span));
                    (None, false)
                }
            },
        }
    }

    /// The name of a constraint or index on each engine.
    #[allow(clippy::too_many_arguments)]
    pub fn name(
        &self,
        at: usize,
        named: Named,
        columns: &[&ColumnSpec<'a>],
        given: Option<&str>,
        is_final: bool,
        referred_table: Option<&str>,
        referred_columns: &[String],
        span: Span<'a>,
    ) -> ByEngine<Option<String>> {
        let draft = &self.drafts[at];
        let prefix = match &draft.namespace {
            Some(schema) => format!("{}_{}", schema.replace('.', "_"), draft.name),
            None => draft.name.clone(),
        };
        let columns: Vec<ColumnPart> = columns
            .iter()
            .map(|column| ColumnPart {
                name: column.name().to_string(),
                key: column.key.clone(),
                label: format!("{prefix}_{}", column.name()),
            })
            .collect();
        let parts =
            super::naming::Parts { table: &draft.name, columns: &columns, given, referred_table, referred_columns };
        match draft.metadata.name(named, &parts, is_final) {
            Ok(None) => ByEngine::default(),
            Ok(Some(name)) => ByEngine::each(|engine| self.fitting(at, &name, engine, span)),
            Err(message) => {
                self.tell(at, None, None, Trouble::new("undecided", message, span));
                ByEngine::default()
            }
        }
    }

    fn fitting(&self, at: usize, name: &MadeName, engine: Engine, span: Span<'a>) -> Option<String> {
        let limit = match engine {
            Engine::Postgres => POSTGRES_NAME,
            Engine::Sqlite | Engine::Mysql => SQLITE_NAME,
        };
        let fitting = shorten(name, limit);
        if fitting.is_none() {
            let message = format!("SQLAlchemy refuses `{}`: it is longer than {limit} characters", name.text);
            self.tell(at, None, Some(engine), Trouble::new("sqlalchemy-refuses", message, span));
        }
        fitting
    }

    /// The column that counts by itself: a single integer key without a default, by SQLAlchemy's rule.
    fn autoincrement(&self, at: usize, table: &mut TableModel) {
        let draft = &self.drafts[at];
        let Some(key) = &table.primary_key else { return };
        let specs: Vec<&ColumnSpec<'a>> =
            key.columns.iter().filter_map(|name| draft.columns.iter().find(|column| column.name() == name)).collect();
        if specs.len() > 1
            && let Some(counted) = specs.iter().find(|column| column.autoincrement == Autoincrement::Yes)
        {
            let message = "SQLAlchemy refuses `autoincrement=True` in a key of several columns on SQLite";
            self.tell(at, None, Some(Engine::Sqlite), Trouble::new("sqlalchemy-refuses", message, counted.span));
        }
        let chosen = match specs.as_slice() {
            [one] => match one.autoincrement {
                Autoincrement::No => None,
                Autoincrement::Yes => Some(*one),
                Autoincrement::Auto | Autoincrement::IgnoreForeignKey => {
                    let sequence = matches!(&one.default, Some(Value::Call(call)) if construct_name(&call.callee) == Some("Sequence"));
                    let own_default = one.default.is_some() && !sequence;
                    let server = one.server_default.as_ref().is_some_and(
                        |value| !matches!(value, Value::Call(call) if construct_name(&call.callee) == Some("Identity")),
                    );
                    let refers = self.refers(at, one) && one.autoincrement != Autoincrement::IgnoreForeignKey;
                    let computed = one.argument("Computed").next().is_some();
                    (!own_default && !server && !refers && !computed).then_some(*one)
                }
            },
            many => many.iter().find(|column| column.autoincrement == Autoincrement::Yes).copied(),
        };
        let Some(chosen) = chosen else { return };
        let sequence = chosen.argument("Sequence").next().or(match &chosen.default {
            Some(Value::Call(call)) if construct_name(&call.callee) == Some("Sequence") => Some(call),
            _ => None,
        });
        // An explicit sequence takes the place of `serial`, unless it is optional.
        let explicit =
            sequence.is_some_and(|call| call.arguments.keyword("optional").and_then(Value::truth) != Some(true));
        let name = chosen.name().to_string();
        if let Some(column) = table.columns.iter_mut().find(|column| column.name == name) {
            let integral =
                ENGINES.iter().any(|engine| column.ty.get(*engine).is_some_and(|ty| ty.kind != Integral::No));
            column.autoincrement = integral && !explicit && column.identity.is_none();
        }
    }

    fn refers(&self, at: usize, column: &ColumnSpec<'a>) -> bool {
        column.has_foreign_key()
            || self.drafts[at].arguments.iter().any(|argument| {
                let Value::Call(call) = argument else { return false };
                construct_name(&call.callee) == Some("ForeignKeyConstraint")
                    && call.arguments.get(0, "columns").and_then(Value::elements).is_some_and(|columns| {
                        columns.iter().any(|value| {
                            value.as_text().is_some_and(|text| *text == *column.key || *text == *column.name())
                                || self.drafts[at]
                                    .column_of(value)
                                    .is_some_and(|found| self.drafts[at].columns[found].key == column.key)
                        })
                    })
            })
    }
}

pub fn numbers<'a>(reading: &Reading<'_, 'a>, start: usize) -> Result<SequenceNumbers, Trouble<'a>> {
    let number = |position: usize, name: &str| -> Result<Option<i64>, Trouble<'a>> {
        Ok(reading.number(position, name)?.and_then(|number| i64::try_from(number).ok()))
    };
    Ok(SequenceNumbers {
        start: number(start, "start")?,
        increment: number(start + 1, "increment")?,
        minimum: number(start + 2, "minvalue")?,
        maximum: number(start + 3, "maxvalue")?,
        cycle: match reading.value(usize::MAX, "cycle") {
            None | Some(Value::None) => None,
            Some(_) => Some(reading.flag(usize::MAX, "cycle")?),
        },
        cache: number(usize::MAX, "cache")?,
    })
}

/// For an enum column: what is stored for each member.
fn stored_values<'a>(interpreter: &Interpreter<'a>, ty: &Value<'a>) -> Option<HashMap<String, String>> {
    let Value::Call(call) = ty else { return None };
    if !matches!(construct_name(&call.callee), Some("Enum" | "ENUM")) {
        return None;
    }
    let Some(Value::Class(class)) = call.arguments.positional.first() else { return None };
    let names: Vec<String> = Class::members(class).iter().map(|member| member.name.to_string()).collect();
    let values: Vec<String> = match call.arguments.keyword("values_callable") {
        Some(function) if !function.is_none() => {
            let given = Arguments { positional: vec![Value::Class(class.clone())], ..Arguments::default() };
            let values = interpreter.call(function.clone(), given, call.span, &class.scope).elements()?;
            values.iter().map(|value| value.as_text().map(|text| text.to_string())).collect::<Option<_>>()?
        }
        _ => names.clone(),
    };
    (names.len() == values.len()).then(|| names.into_iter().zip(values).collect())
}

/// `{"fillfactor": 70}`.
pub fn pairs(value: &Value<'_>) -> Option<Vec<(String, String)>> {
    let Value::Dict(dict) = value else { return value.is_none().then(Vec::new) };
    let dict = dict.borrow();
    if dict.open.is_some() {
        return None;
    }
    dict.entries()
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Bool(truth) => truth.to_string(),
                value => match (value.as_int(), value.as_text()) {
                    (Some(number), _) => number.to_string(),
                    (None, Some(text)) => text.to_string(),
                    (None, None) => return None,
                },
            };
            Some((key.as_text()?.to_string(), value))
        })
        .collect()
}

pub fn origin(span: Span<'_>) -> Origin {
    let Position { line, column } = span.source.position(usize::from(span.range.start()));
    Origin { file: span.source.file.clone(), line, column }
}

/// Where a value was written.
pub fn span_of<'a>(value: &Value<'a>, otherwise: Span<'a>) -> Span<'a> {
    match value {
        Value::Call(call) => call.span,
        Value::Attribute(attribute) => attribute.span,
        Value::Operation(operation) => operation.span,
        Value::Unknown(unknown) => unknown.span,
        _ => otherwise,
    }
}
