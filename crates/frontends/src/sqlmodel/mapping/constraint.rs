//! Constraints and indexes of a table, from those of its columns and from `__table_args__`.

use std::rc::Rc;

use whimbrel_schema::{Action, Deferrable, Engine, Match};

use super::column::{ColumnSpec, construct_name};
use super::naming::Named;
use super::table::{Assembly, TableDraft, pairs, span_of};
use crate::sqlmodel::expression::Compiler;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::model::{
    ByEngine, ExclusionElementModel, ExclusionModel, ForeignKeyModel, IndexModel, KeyModel, KeyPart, TableModel,
};
use crate::sqlmodel::types::{Reading, Trouble};
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

/// What a foreign key refers to.
pub struct Target {
    /// Among the models.
    pub table: Option<usize>,
    pub namespace: Option<String>,
    pub name: String,
    /// The column's key, or its name where the table is not among the models.
    pub column: String,
    pub written: String,
}

/// `"user.id"`, `"schema.user.id"`, `User.id`, `users.c.id`.
pub fn foreign_key_target<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    at: usize,
    value: Option<&Value<'a>>,
    own_column: &str,
) -> Target {
    let nowhere =
        |written: String| Target { table: None, namespace: None, name: String::new(), column: String::new(), written };
    let Some(value) = value else { return nowhere("nothing".to_string()) };
    if let Some(text) = value.as_text() {
        let parts: Vec<&str> = text.split('.').collect();
        let (namespace, name, column) = match parts.as_slice() {
            [table] => (None, table.to_string(), own_column.to_string()),
            [table, column] => (None, table.to_string(), column.to_string()),
            [schema @ .., table, column] => (Some(schema.join(".")), table.to_string(), column.to_string()),
            [] => return nowhere(text.to_string()),
        };
        let namespace = namespace.or_else(|| assembly.drafts[at].metadata.schema.clone());
        let table = assembly.by_name.get(&(namespace.clone(), name.clone())).copied();
        return Target { table, namespace, name, column, written: text.to_string() };
    }
    // An attribute names its class, so that not every table has to be asked.
    let found = assembly
        .owner_of(value)
        .and_then(|table| assembly.drafts[table].column_of(value).map(|column| (table, column)));
    match found {
        Some((table, column)) => {
            let draft = &assembly.drafts[table];
            let key = draft.columns[column].key.clone();
            let written = format!("{}.{key}", draft.name);
            Target {
                table: Some(table),
                namespace: draft.namespace.clone(),
                name: draft.name.clone(),
                column: key,
                written,
            }
        }
        None => nowhere(value.dotted().unwrap_or_else(|| value.describe())),
    }
}

/// One table while its constraints are put together.
pub struct Parts<'p, 's, 'i, 'a> {
    pub assembly: &'p Assembly<'s, 'i, 'a>,
    pub at: usize,
    pub draft: &'p TableDraft<'a>,
    pub table: &'p mut TableModel,
}

impl<'p, 's, 'i, 'a> Parts<'p, 's, 'i, 'a> {
    fn tell(&self, trouble: Trouble<'a>) {
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
                        "sqlalchemy-refuses",
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

    /// GeoAlchemy makes an index of every geometry unless told otherwise.
    fn spatial_index(&mut self, column: &ColumnSpec<'a>) {
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
    fn odd_keywords(&self, arguments: &Arguments<'a>, span: Span<'a>) {
        for (name, value) in &arguments.keywords {
            if *name == "sqlite_on_conflict" && !value.is_none() {
                self.tell(Trouble::new("undecided", format!("`{name}` is not read"), span));
            }
        }
        if let Some(open) = &arguments.open {
            self.tell(Trouble::undecided(&Value::Unknown(open.clone()), "what the constraint is given", span));
        }
    }

    fn deferrable(&self, arguments: &Arguments<'a>, span: Span<'a>) -> Deferrable {
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
    fn columns(&self, values: &[Value<'a>], span: Span<'a>) -> Vec<&'p ColumnSpec<'a>> {
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
                    let code = if matches!(value, Value::Unknown(_)) { "undecided" } else { "no-such-column" };
                    self.tell(Trouble::new(code, message, span_of(value, span)));
                }
            }
        }
        columns
    }

    fn foreign_key(
        &mut self,
        columns: &[&ColumnSpec<'a>],
        targets: Vec<Target>,
        given: Option<String>,
        is_final: bool,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) {
        let Some(first) = targets.first() else { return };
        if first.name.is_empty() {
            let message = format!("the foreign key's target is not known: it is {}", first.written);
            return self.tell(Trouble::new("undecided", message, span));
        }
        let mut referred = Vec::new();
        for target in &targets {
            referred.push(match target.table {
                Some(table) => match self.assembly.drafts[table].column_named(&target.column) {
                    Some(column) => column.name().to_string(),
                    None => {
                        let message =
                            format!("the foreign key's target `{}` has no column `{}`", target.name, target.column);
                        self.tell(Trouble::new("no-such-column", message, span));
                        target.column.clone()
                    }
                },
                None => target.column.clone(),
            });
        }
        if first.table.is_none() {
            let message = format!("the foreign key's target `{}` is not among the models", first.written);
            self.tell(Trouble::new("foreign-key-target-missing", message, span));
        }
        let name = self.assembly.name(
            self.at,
            Named::ForeignKey,
            columns,
            given.as_deref(),
            is_final,
            Some(&first.name),
            &referred,
            span,
        );
        let reading = Reading { arguments, span };
        let mut set_columns = Vec::new();
        let mut action = |name: &str| match reading.text(usize::MAX, name) {
            Ok(None) => Action::NoAction,
            Ok(Some(words)) => {
                // `SET NULL (a, b)` names the columns that are set.
                let (words, list) = match words.split_once('(') {
                    Some((words, list)) => (words.trim().to_string(), Some(list.trim_end_matches(')').to_string())),
                    None => (words.trim().to_string(), None),
                };
                if let Some(list) = list {
                    set_columns = list.split(',').map(|name| name.trim().trim_matches('"').to_string()).collect();
                }
                match Action::from_sql(&words) {
                    Some(action) => action,
                    None => {
                        self.tell(Trouble::new(
                            "undecided",
                            format!("`{name}={words}` is no action that is understood"),
                            span,
                        ));
                        Action::NoAction
                    }
                }
            }
            Err(trouble) => {
                self.tell(trouble);
                Action::NoAction
            }
        };
        let on_delete = action("ondelete");
        let on_update = action("onupdate");
        let matching = match reading.text(usize::MAX, "match").ok().flatten().map(|text| text.to_uppercase()).as_deref()
        {
            Some("FULL") => Match::Full,
            Some("PARTIAL") => Match::Partial,
            _ => Match::Simple,
        };
        self.odd_keywords(arguments, span);
        let key = ForeignKeyModel {
            name,
            columns: columns.iter().map(|column| column.name().to_string()).collect(),
            namespace: first.namespace.clone(),
            table: first.name.clone(),
            referenced_columns: referred,
            on_delete,
            on_update,
            set_columns,
            matching,
            deferrable: self.deferrable(arguments, span),
            not_valid: reading.flag(usize::MAX, "postgresql_not_valid").unwrap_or(false),
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        };
        self.table.foreign_keys.push(key);
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
                self.tell(Trouble::new("undecided", message, call.span));
            }
        }
    }

    fn foreign_key_constraint(&mut self, call: &Rc<Call<'a>>) {
        let list = |position: usize, name: &str| call.arguments.get(position, name).and_then(Value::elements);
        let (Some(columns), Some(referred)) = (list(0, "columns"), list(1, "refcolumns")) else {
            return self.tell(Trouble::new("undecided", "the columns of a foreign key are not known", call.span));
        };
        let columns = self.columns(&columns, call.span);
        let targets: Vec<Target> = referred
            .iter()
            .enumerate()
            .map(|(position, value)| {
                let own = columns.get(position).map_or("", |column| column.key.as_str());
                foreign_key_target(self.assembly, self.at, Some(value), own)
            })
            .collect();
        let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, 2, call.span);
        self.foreign_key(&columns, targets, given, is_final, &call.arguments, call.span);
    }

    fn index(&mut self, call: &Rc<Call<'a>>) {
        let span = call.span;
        let arguments = &call.arguments;
        let (given, is_final) = self.assembly.given_name(self.at, arguments, 0, span);
        let expressions = arguments.positional.get(1..).unwrap_or(&[]);
        if expressions.is_empty() {
            // SQLAlchemy renders no index without columns: `CREATE INDEX … ON t ()` is refused by every engine.
            return self.tell(Trouble::new("index-without-columns", "the index has no columns", span));
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
            return self.tell(Trouble::new("sqlalchemy-refuses", "the index has no name", span));
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
                other => self.tell(Trouble::new("undecided", format!("`{other}` of an index is not understood"), span)),
            }
        }
        self.table.indexes.push(index);
    }

    fn predicate(&self, value: &Value<'a>, engine: Engine, span: Span<'a>) -> Result<String, Trouble<'a>> {
        match value {
            Value::Str(text) => Ok(text.to_string()),
            value => self.assembly.compile(self.at, value, engine, span),
        }
    }

    /// One key of an index: a column with what is said of its order, or an expression.
    fn key(
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
                    return Err(Trouble::new("no-such-column", message, span_of(value, span)));
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

    fn exclusion(&mut self, call: &Rc<Call<'a>>) {
        let span = call.span;
        let reading = Reading { arguments: &call.arguments, span };
        let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, usize::MAX, span);
        let mut elements = Vec::new();
        for pair in &call.arguments.positional {
            let parts = pair.elements().unwrap_or_default();
            let [target, operator] = parts.as_slice() else {
                return self.tell(Trouble::undecided(pair, "a part of the exclusion constraint", span));
            };
            let Some(operator) = operator.as_text() else {
                return self.tell(Trouble::undecided(operator, "an operator", span));
            };
            let mut classes = call.arguments.clone();
            classes.keywords.retain(|(name, _)| *name != "postgresql_ops");
            if let Some(ops) = call.arguments.keyword("ops") {
                classes.keywords.push(("postgresql_ops", ops.clone()));
            }
            match self.key(target, Engine::Postgres, &classes, span) {
                Ok(key) => elements.push(ExclusionElementModel { key, operator: operator.to_string() }),
                Err(trouble) => return self.tell(trouble),
            }
        }
        let predicate = match call.arguments.keyword("where").filter(|value| !value.is_none()) {
            None => None,
            Some(value) => match self.predicate(value, Engine::Postgres, span) {
                Ok(text) => Some(text),
                Err(trouble) => return self.tell(trouble),
            },
        };
        let method = match reading.text(usize::MAX, "using") {
            Ok(method) => method.unwrap_or_else(|| "gist".to_string()).to_lowercase(),
            Err(trouble) => return self.tell(trouble),
        };
        let name = if is_final || given.is_some() { given } else { None };
        let exclusion = ExclusionModel {
            name,
            method,
            elements,
            predicate,
            deferrable: self.deferrable(&call.arguments, span),
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        };
        self.table.exclusions.push(exclusion);
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
