//! `index(a, b(desc), expression("lower(c)"), name = "…", unique = true, where = "…")`.

use whimbrel_schema::Engine;

use super::argument::{Argument, Given};
use super::arguments::Arguments;
use super::column::ColumnRead;
use super::key;
use super::problem::Problems;
use crate::{ByEngine, ENGINES, IndexModel, KeyPart, Sql, TableModel};

const OPTIONS: &[&str] =
    &["include", "method", "name", "nulls_not_distinct", "only", "storage", "tablespace", "unique", "where"];

/// One of the struct's own; without a name it gets the one that a field's gets, of all its columns.
pub fn index(item: &Argument, table: &TableModel, columns: &[ColumnRead], problems: &Problems) -> Option<IndexModel> {
    let all = Arguments::within(item, problems);
    let (keys, items): (Vec<Argument>, Vec<Argument>) = all.items.iter().cloned().partition(is_key);
    let arguments = Arguments { items, ..all };
    arguments.know(OPTIONS, &[]);
    let keys: Vec<ByEngine<KeyPart>> = keys.iter().filter_map(|part| key(part, columns, problems)).collect();
    if keys.is_empty() {
        problems.attribute(item, "an index without a key is none");
        return None;
    }
    let name: Sql = match arguments.sql("name") {
        Some(name) => name,
        None => {
            let columns: Option<Vec<&str>> = keys.iter().map(|key| key.postgres.column.as_deref()).collect();
            let Some(columns) = columns else {
                problems.attribute(item, "an index over an expression needs a name: `name = \"…\"`");
                return None;
            };
            let name = made_name(table, &columns);
            ByEngine::each(|_| Some(name.clone()))
        }
    };
    let only = only(&arguments);
    let there = |engine: Engine| only.is_none_or(|only| only == engine);
    Some(IndexModel {
        // Without a name and a key it is not there.
        name: ByEngine::each(|engine| {
            name.get(engine).cloned().flatten().filter(|_| there(engine)).unwrap_or_default()
        }),
        unique: arguments.flag("unique"),
        keys: ByEngine::each(|engine| {
            let part = |key: &ByEngine<KeyPart>| key.get(engine).cloned();
            if there(engine) { keys.iter().filter_map(part).collect() } else { Vec::new() }
        }),
        predicate: arguments.sql("where").unwrap_or_default(),
        method: arguments.text("method"),
        include: key::included(&arguments, columns),
        nulls_not_distinct: arguments.flag("nulls_not_distinct"),
        storage: storage(&arguments),
        tablespace: arguments.text("tablespace"),
    })
}

/// A name alone, a text alone, and a name with how it is sorted.
fn is_key(item: &Argument) -> bool {
    match &item.value {
        Given::Flag => true,
        Given::Literal { .. } => item.name.is_none(),
        Given::List(within) => match item.word().as_str() {
            "include" | "storage" => false,
            // `name(desc)` is a column of that name, `name(sqlite = "…", postgres = "…")` what the index is called.
            word if OPTIONS.contains(&word) => {
                !within.iter().any(|it| ["postgres", "sqlite"].contains(&it.word().as_str()))
            }
            _ => true,
        },
    }
}

fn key(part: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<ByEngine<KeyPart>> {
    match &part.value {
        Given::Flag => column(part, columns, problems).map(both),
        Given::Literal { .. } => match part.string() {
            Some(text) => Some(both(KeyPart { expression: Some(text.value()), ..KeyPart::default() })),
            None => {
                problems.attribute(part, "a key is a column, or an expression as a text");
                None
            }
        },
        Given::List(_) if part.word() == "expression" => written(part, problems, &[]),
        Given::List(_) => {
            let key = column(part, columns, problems)?;
            Some(both(options(key, &Arguments::within(part, problems), &[])))
        }
    }
}

/// The index of one column, as a field asks for it.
pub fn of_column(table: &TableModel, column: &str, name: Option<String>) -> IndexModel {
    let name = name.unwrap_or_else(|| made_name(table, &[column]));
    let key = KeyPart { column: Some(column.to_owned()), ..KeyPart::default() };
    IndexModel {
        name: ByEngine::each(|_| name.clone()),
        unique: false,
        keys: ByEngine::each(|_| vec![key.clone()]),
        predicate: Sql::default(),
        method: None,
        include: Vec::new(),
        nulls_not_distinct: false,
        storage: Vec::new(),
        tablespace: None,
    }
}

/// `ix_table_column`, with the schema in front: the name that SQLAlchemy gives the same index.
fn made_name(table: &TableModel, columns: &[&str]) -> String {
    let parts = ["ix"].into_iter().chain(table.namespace.as_deref()).chain([table.name.as_str()]);
    parts.chain(columns.iter().copied()).collect::<Vec<_>>().join("_")
}

fn both(key: KeyPart) -> ByEngine<KeyPart> {
    ByEngine { sqlite: key.clone(), postgres: key }
}

/// `only = "postgres"`: the one engine that gets it.
fn only(arguments: &Arguments<'_>) -> Option<Engine> {
    let text = arguments.text("only")?;
    let engine = ENGINES.into_iter().find(|engine| engine.word() == text);
    if engine.is_none() {
        arguments.problems.attribute(arguments.get("only"), "it is there on `sqlite` or on `postgres`");
    }
    engine
}

pub fn column(item: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<KeyPart> {
    let column = key::column_of(item, columns, problems)?;
    Some(KeyPart { column: Some(column), ..KeyPart::default() })
}

/// `expression("lower(email)", desc)`, `expression(sqlite = "…", postgres = "…")`.
pub fn written(item: &Argument, problems: &Problems, beside: &[&str]) -> Option<ByEngine<KeyPart>> {
    let mut within = Arguments::within(item, problems);
    let at = within.items.iter().position(|it| it.name.is_none());
    let both_of = at.map(|at| within.items.remove(at)).and_then(|it| it.string().map(syn::LitStr::value));
    let of = |engine: &str| both_of.clone().or_else(|| within.text(engine));
    let (Some(sqlite), Some(postgres)) = (of("sqlite"), of("postgres")) else {
        problems.attribute(item, "an expression is a text: `expression(\"lower(email)\")`, or one for each engine");
        return None;
    };
    let beside = [&["sqlite", "postgres"], beside].concat();
    let key = options(KeyPart::default(), &within, &beside);
    let with = |text: String| KeyPart { expression: Some(text), ..key.clone() };
    Some(ByEngine { sqlite: with(sqlite), postgres: with(postgres) })
}

/// How one key is sorted and compared.
pub fn options(key: KeyPart, within: &Arguments<'_>, beside: &[&str]) -> KeyPart {
    let known: Vec<&str> = ["asc", "desc", "nulls_first", "nulls_last", "collation", "operator_class"]
        .iter()
        .chain(beside)
        .copied()
        .collect();
    within.know(&known, &[]);
    let nulls_first = match (within.flag("nulls_first"), within.flag("nulls_last")) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    };
    KeyPart {
        descending: within.flag("desc"),
        nulls_first,
        collation: within.text("collation"),
        operator_class: within.text("operator_class"),
        ..key
    }
}

/// `storage(fillfactor = 50)`.
fn storage(arguments: &Arguments<'_>) -> Vec<(String, String)> {
    let Some(item) = arguments.get("storage") else { return Vec::new() };
    pairs(item, arguments.problems)
}

/// Names with values, whatever these are.
pub fn pairs(item: &Argument, problems: &Problems) -> Vec<(String, String)> {
    let within = Arguments::within(item, problems);
    let pairs = within.items.iter().filter_map(|item| match &item.value {
        Given::Literal { literal: syn::Lit::Str(text), .. } => Some((item.word(), text.value())),
        Given::Literal { literal: syn::Lit::Int(number), .. } => Some((item.word(), number.base10_digits().to_owned())),
        Given::Literal { literal: syn::Lit::Float(number), .. } => {
            Some((item.word(), number.base10_digits().to_owned()))
        }
        Given::Literal { literal: syn::Lit::Bool(truth), .. } => Some((item.word(), truth.value.to_string())),
        Given::Literal { .. } | Given::Flag | Given::List(_) => {
            problems.attribute(item, "a parameter has a value: `fillfactor = 50`");
            None
        }
    });
    pairs.collect()
}
