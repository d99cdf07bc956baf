//! What a struct says about several of its fields: keys, unique constraints, foreign keys, checks.

use whimbrel_schema::{Action, Deferrable, Match};

use super::argument::{Argument, Given};
use super::arguments::Arguments;
use super::column::ColumnRead;
use super::problem::{Kind, Problem, Problems};
use crate::{ByEngine, CheckModel, ForeignKeyModel, KeyModel};

/// The same name on every engine.
pub fn named(name: Option<String>) -> ByEngine<Option<String>> {
    ByEngine::each(|_| name.clone())
}

/// The column that a name in an attribute of the struct means: a field, or the name of its column.
pub fn column_of(item: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<String> {
    let word = match item.string() {
        Some(text) => text.value(),
        None => item.word(),
    };
    let found = columns.iter().find(|it| it.field == word).or_else(|| columns.iter().find(|it| it.model.name == word));
    if found.is_none() {
        let there: Vec<&str> = columns.iter().map(|it| it.field.as_str()).collect();
        let problem = Problem::new(Kind::Attribute, item, format!("there is no column `{word}`"));
        problems.tell(problem.with_help(format!("there are `{}`", there.join("`, `"))));
    }
    found.map(|it| it.model.name.clone())
}

/// The columns that the items name.
fn columns_of(items: &[Argument], columns: &[ColumnRead], problems: &Problems) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for item in items {
        if let Some(name) = column_of(item, columns, problems) {
            if names.contains(&name) {
                problems.attribute(item, format!("`{name}` is said twice"));
            }
            names.push(name);
        }
    }
    names
}

/// `include(a, b)`.
pub fn included(arguments: &Arguments<'_>, columns: &[ColumnRead]) -> Vec<String> {
    let Some(item) = arguments.get("include") else { return Vec::new() };
    let within = Arguments::within(item, arguments.problems);
    columns_of(&within.items, columns, arguments.problems)
}

/// `primary_key(a, b)` and `unique(a, b, name = "…")`.
pub fn key(item: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<KeyModel> {
    let (own, arguments) = Arguments::beside_columns(item, problems);
    arguments.know(&["name", "include", "nulls_not_distinct", "deferrable", "comment"], &[]);
    let key = KeyModel {
        name: arguments.sql("name").unwrap_or_default(),
        columns: columns_of(&own, columns, problems),
        include: included(&arguments, columns),
        nulls_not_distinct: arguments.flag("nulls_not_distinct"),
        deferrable: deferrable(&arguments),
        comment: arguments.text("comment"),
    };
    if key.columns.is_empty() {
        problems.attribute(item, format!("`{}` names no column", item.word()));
        return None;
    }
    Some(key)
}

/// `foreign_key(a, b, references = "other(x, y)")`.
pub fn foreign_key(item: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<ForeignKeyModel> {
    let (own, arguments) = Arguments::beside_columns(item, problems);
    arguments.know(&["references", "name", "on_delete", "on_update", "deferrable", "match_full", "comment"], &[]);
    let own = columns_of(&own, columns, problems);
    let Some(target) = arguments.text("references") else {
        problems.attribute(item, "a foreign key says what it refers to: `references = \"table(column)\"`");
        return None;
    };
    let Some((table, list)) = target.trim().strip_suffix(')').and_then(|text| text.split_once('(')) else {
        let value = arguments.get("references");
        problems.attribute(value, "what it refers to is a table with its columns: `\"table(column, column)\"`");
        return None;
    };
    let (namespace, table) = match table.trim().split_once('.') {
        Some((namespace, table)) => (Some(namespace.to_owned()), table),
        None => (None, table.trim()),
    };
    let referenced: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    if own.len() != referenced.len() {
        let message = format!("{} columns refer to {}", own.len(), referenced.len());
        problems.attribute(item, message);
        return None;
    }
    Some(ForeignKeyModel {
        name: named(arguments.text("name")),
        columns: own,
        namespace,
        table: table.to_owned(),
        referenced_columns: referenced,
        on_delete: action(&arguments, "on_delete"),
        on_update: action(&arguments, "on_update"),
        set_columns: Vec::new(),
        matching: if arguments.flag("match_full") { Match::Full } else { Match::Simple },
        deferrable: deferrable(&arguments),
        not_valid: false,
        comment: arguments.text("comment"),
    })
}

/// `check = "…"`, `check(name = "…", sql = "…")`, `check(sqlite = "…", postgres = "…")`.
pub fn check(item: &Argument, problems: &Problems) -> Option<CheckModel> {
    let plain = |sql| CheckModel { name: named(None), sql, not_valid: false, no_inherit: false, comment: None };
    match &item.value {
        Given::Literal { .. } => {
            let arguments = Arguments { of: String::new(), items: vec![item.clone()], problems };
            arguments.sql_of(item).map(plain)
        }
        Given::List(_) => {
            let arguments = Arguments::within(item, problems);
            arguments.know(&["name", "sql", "sqlite", "postgres", "no_inherit", "comment"], &[]);
            let both = arguments.text("sql");
            let of = |engine: &str| both.clone().or_else(|| arguments.text(engine));
            let sql = ByEngine { sqlite: of("sqlite"), postgres: of("postgres") };
            if sql == ByEngine::default() {
                problems.attribute(item, "a check says what it checks: `sql = \"…\"`");
                return None;
            }
            Some(CheckModel {
                name: named(arguments.text("name")),
                no_inherit: arguments.flag("no_inherit"),
                comment: arguments.text("comment"),
                ..plain(sql)
            })
        }
        Given::Flag => {
            problems.attribute(item, "a check says what it checks: `check = \"…\"`");
            None
        }
    }
}

/// `on_delete = "cascade"`, in the words of SQL.
pub fn action(arguments: &Arguments<'_>, name: &str) -> Action {
    let Some(text) = arguments.text(name) else { return Action::NoAction };
    Action::from_sql(&text.replace('_', " ")).unwrap_or_else(|| {
        let message = format!(
            "`{text}` is no action; there are `no action`, `restrict`, `cascade`, `set null` and `set default`"
        );
        arguments.problems.attribute(arguments.get(name), message);
        Action::NoAction
    })
}

/// `deferrable` or `deferrable = "deferred"`.
pub fn deferrable(arguments: &Arguments<'_>) -> Deferrable {
    let Some(item) = arguments.get("deferrable") else { return Deferrable::No };
    match (&item.value, item.string().map(syn::LitStr::value).as_deref()) {
        (Given::Flag, _) | (_, Some("immediate")) => Deferrable::InitiallyImmediate,
        (_, Some("deferred")) => Deferrable::InitiallyDeferred,
        (Given::Literal { literal: syn::Lit::Bool(truth), .. }, _) if truth.value => Deferrable::InitiallyImmediate,
        (Given::Literal { literal: syn::Lit::Bool(_), .. }, _) => Deferrable::No,
        (Given::Literal { .. } | Given::List(_), _) => {
            arguments.problems.attribute(item, "a constraint is initially `deferred` or `immediate`");
            Deferrable::No
        }
    }
}
