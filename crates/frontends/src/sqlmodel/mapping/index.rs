//! Indexes: their keys, and what PostgreSQL is told beside them.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::column::ColumnSpec;
use super::constraint::Parts;
use super::naming::Named;
use super::options::pairs;
use super::place::span_of;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::expression::Compiler;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::model::{ByEngine, IndexModel, KeyPart};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::Reading;
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

impl<'p, 's, 'i, 'a> Parts<'p, 's, 'i, 'a> {
    pub(super) fn index(&mut self, call: &Rc<Call<'a>>) {
        let span = call.span;
        let arguments = &call.arguments;
        let (given, is_final) = self.assembly.given_name(self.at, arguments, 0, span);
        let expressions = arguments.positional.get(1..).unwrap_or(&[]);
        if expressions.is_empty() {
            // SQLAlchemy renders no index without columns: `CREATE INDEX … ON t ()` is refused by every engine.
            return self.tell(Trouble::new(Code::IndexWithoutColumns, "the index has no columns", span));
        }
        let named: Vec<&ColumnSpec<'a>> = expressions
            .iter()
            .filter_map(|value| match value.as_text() {
                Some(name) => self.draft.column_named(&name),
                None => self.draft.column_of(unwrapped(value)).map(|at| &self.draft.columns[at]),
            })
            .collect();
        let name = self.assembly.name(self.at, Named::Index, &named, given.as_deref(), is_final, None, &[], span);
        if name.sqlite.is_none() && name.postgres.is_none() {
            return self.tell(Trouble::new(Code::SqlalchemyRefuses, "the index has no name", span));
        }
        // A name that one engine refuses was told when it was made; lowering leaves the index out there.
        let (sqlite, postgres) = (name.sqlite.unwrap_or_default(), name.postgres.unwrap_or_default());
        let reading = Reading { arguments, span };
        let unique = match reading.flag(usize::MAX, "unique") {
            Ok(unique) => unique,
            Err(trouble) => return self.tell(trouble),
        };
        let mut failed = Vec::new();
        let keys = ByEngine::each(|engine| {
            let mut keys = Vec::new();
            for expression in expressions {
                match self.key(expression, engine, arguments, span) {
                    Ok(key) => keys.push(key),
                    Err(trouble) => failed.push((engine, trouble)),
                }
            }
            keys
        });
        let predicate = ByEngine::each(|engine| {
            let keyword = match engine {
                Engine::Postgres => "postgresql_where",
                Engine::Sqlite | Engine::Mysql => "sqlite_where",
            };
            let value = arguments.keyword(keyword).filter(|value| !value.is_none())?;
            match self.predicate(value, engine, span) {
                Ok(text) => Some(text),
                Err(trouble) => {
                    failed.push((engine, trouble));
                    None
                }
            }
        });
        if !failed.is_empty() {
            for (engine, trouble) in failed {
                self.assembly.tell(self.at, None, Some(engine), trouble);
            }
        }
        let mut index = IndexModel {
            name: ByEngine { sqlite, postgres },
            unique,
            keys,
            predicate,
            method: None,
            include: Vec::new(),
            nulls_not_distinct: false,
            storage: Vec::new(),
            tablespace: None,
        };
        for (keyword, value) in &arguments.keywords {
            let undecided = || Trouble::undecided(value, &format!("`{keyword}`"), span);
            match *keyword {
                "unique"
                | "name"
                | "info"
                | "quote"
                | "postgresql_where"
                | "sqlite_where"
                | "postgresql_ops"
                | "postgresql_concurrently"
                | "_table"
                | "_column_flag" => {}
                "postgresql_using" => match (value, value.as_text()) {
                    (Value::None, _) => {}
                    (_, Some(method)) => index.method = Some(method.to_lowercase()),
                    _ => self.tell(undecided()),
                },
                "postgresql_tablespace" => match (value, value.as_text()) {
                    (Value::None, _) => {}
                    (_, Some(name)) => index.tablespace = Some(name.to_string()),
                    _ => self.tell(undecided()),
                },
                "postgresql_include" => match value.elements() {
                    Some(values) => {
                        index.include =
                            self.columns(&values, span).iter().map(|column| column.name().to_string()).collect();
                    }
                    None if value.is_none() => {}
                    None => self.tell(undecided()),
                },
                "postgresql_with" => match pairs(value) {
                    Some(pairs) => index.storage = pairs,
                    None => self.tell(undecided()),
                },
                "postgresql_nulls_not_distinct" => match value {
                    Value::None => {}
                    value => match value.truth() {
                        Some(truth) => index.nulls_not_distinct = truth,
                        None => self.tell(undecided()),
                    },
                },
                other
                    if other.starts_with("mysql_")
                        || other.starts_with("mariadb_")
                        || other.starts_with("mssql_")
                        || other.starts_with("oracle_") => {}
                other => {
                    self.tell(Trouble::new(Code::Undecided, format!("`{other}` of an index is not understood"), span))
                }
            }
        }
        self.table.indexes.push(index);
    }

    /// GeoAlchemy makes an index of every geometry unless told otherwise.
    pub(super) fn spatial_index(&mut self, column: &ColumnSpec<'a>) {
        let (path, arguments) = match &column.ty {
            Some(Value::External(path)) => (*path, None),
            Some(Value::Call(call)) => match &call.callee {
                Value::External(path) => (*path, Some(&call.arguments)),
                _ => return,
            },
            _ => return,
        };
        if !matches!(known(path), (Family::Geoalchemy, "Geometry" | "Geography")) {
            return;
        }
        let wanted = arguments.and_then(|arguments| arguments.keyword("spatial_index")).and_then(Value::truth);
        if wanted == Some(false) {
            return;
        }
        let name = format!("idx_{}_{}", self.table.name, column.name());
        let part = KeyPart { column: Some(column.name().to_string()), ..KeyPart::default() };
        self.table.indexes.push(IndexModel {
            name: ByEngine { sqlite: String::new(), postgres: name },
            unique: false,
            keys: ByEngine { sqlite: Vec::new(), postgres: vec![part] },
            predicate: ByEngine::default(),
            method: Some("gist".to_string()),
            include: Vec::new(),
            nulls_not_distinct: false,
            storage: Vec::new(),
            tablespace: None,
        });
    }

    pub(super) fn predicate(&self, value: &Value<'a>, engine: Engine, span: Span<'a>) -> Result<String, Trouble<'a>> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            value => self.assembly.compile(self.at, value, engine, span),
        }
    }

    /// One key of an index: a column with what is said of its order, or an expression.
    pub(super) fn key(
        &self,
        value: &Value<'a>,
        engine: Engine,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) -> Result<KeyPart, Trouble<'a>> {
        let mut part = KeyPart::default();
        let mut inner = value.clone();
        let mut label = None;
        // The outermost says what is written last.
        for _ in 0..8 {
            let Value::Call(call) = &inner else { break };
            let (of, name, first) = match &call.callee {
                Value::Attribute(attribute) => (Some(&attribute.of), attribute.name, call.arguments.positional.first()),
                Value::External(path) => match known(path) {
                    (Family::Sqlalchemy, name) => {
                        (call.arguments.positional.first(), name, call.arguments.positional.get(1))
                    }
                    _ => break,
                },
                _ => break,
            };
            let Some(of) = of.cloned() else { break };
            match name {
                "desc" => part.descending = true,
                "asc" => {}
                "nulls_last" | "nullslast" => part.nulls_first = Some(false),
                "nulls_first" | "nullsfirst" => part.nulls_first = Some(true),
                "label" => label = first.and_then(Value::as_text).map(|text| text.to_string()),
                "collate" if self.draft.column_of(&of).is_some() => {
                    part.collation = first.and_then(Value::as_text).map(|text| text.to_string());
                }
                _ => break,
            }
            inner = of;
        }
        let column = match inner.as_text() {
            Some(name) if label.is_none() => match self.draft.column_named(&name) {
                Some(column) => Some(column),
                None => {
                    let message = format!("the table `{}` has no column `{name}`", self.draft.name);
                    return Err(Trouble::new(Code::NoSuchColumn, message, span_of(value, span)));
                }
            },
            _ => self.draft.column_of(&inner).map(|at| &self.draft.columns[at]),
        };
        match column {
            Some(column) => part.column = Some(column.name().to_string()),
            None => {
                let columns = |value: &Value<'a>| {
                    self.draft.column_of(value).map(|column| self.assembly.facts(self.at, column, engine))
                };
                self.assembly.interpreter.refuel();
                let compiler = Compiler { types: &self.assembly.types, engine, columns: &columns };
                let text = compiler.compile(&inner, span_of(&inner, span))?;
                self.written_key(&text, &mut part);
            }
        }
        // Which class each key has is said by its column's key, or by its label.
        if let Some(classes) = arguments.keyword("postgresql_ops").filter(|value| !value.is_none()) {
            let key = label.clone().or_else(|| column.map(|column| column.key.clone()));
            let Value::Dict(dict) = classes else {
                return Err(Trouble::undecided(classes, "`postgresql_ops`", span));
            };
            if let Some(key) = key
                && let Some(class) = dict.borrow().get_text(&key)
                && engine == Engine::Postgres
            {
                match class.as_text() {
                    Some(text) => part.operator_class = Some(text.to_string()),
                    None => return Err(Trouble::undecided(class, "an operator class", span)),
                }
            }
        }
        Ok(part)
    }

    /// A key that was written as SQL: `created_at DESC`, `lower(name)`.
    fn written_key(&self, text: &str, part: &mut KeyPart) {
        let mut rest = text.trim();
        loop {
            let upper = rest.to_ascii_uppercase();
            if let Some(shorter) = upper.strip_suffix(" NULLS LAST") {
                part.nulls_first = Some(false);
                rest = rest[..shorter.len()].trim_end();
            } else if let Some(shorter) = upper.strip_suffix(" NULLS FIRST") {
                part.nulls_first = Some(true);
                rest = rest[..shorter.len()].trim_end();
            } else if let Some(shorter) = upper.strip_suffix(" DESC") {
                part.descending = true;
                rest = rest[..shorter.len()].trim_end();
            } else if let Some(shorter) = upper.strip_suffix(" ASC") {
                rest = rest[..shorter.len()].trim_end();
            } else {
                break;
            }
        }
        let bare = rest.trim_matches('"');
        let plain = self
            .draft
            .columns
            .iter()
            .find(|column| column.name() == bare || (rest == bare && column.name().eq_ignore_ascii_case(bare)));
        match plain {
            Some(column) => part.column = Some(column.name().to_string()),
            None => {
                // `column operator_class`: two words, of which the first is a column.
                let words: Vec<&str> = rest.split_whitespace().collect();
                if let [first, class] = words.as_slice()
                    && let Some(column) =
                        self.draft.columns.iter().find(|column| column.name() == first.trim_matches('"'))
                    && class.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                {
                    part.column = Some(column.name().to_string());
                    part.operator_class = Some(class.to_string());
                    return;
                }
                part.expression = Some(rest.to_string());
            }
        }
    }
}

/// The column within what only says something of its order.
fn unwrapped<'v, 'a>(value: &'v Value<'a>) -> &'v Value<'a> {
    match value {
        Value::Call(call) => match &call.callee {
            Value::Attribute(attribute)
                if matches!(
                    attribute.name,
                    "desc" | "asc" | "nulls_last" | "nullslast" | "nulls_first" | "nullsfirst" | "collate"
                ) =>
            {
                unwrapped(&attribute.of)
            }
            Value::External(path)
                if matches!(known(path), (Family::Sqlalchemy, "desc" | "asc" | "nulls_last" | "nulls_first")) =>
            {
                call.arguments.positional.first().map_or(value, unwrapped)
            }
            _ => value,
        },
        value => value,
    }
}
