//! A struct as a table.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Fields, ItemStruct, Path};
use whimbrel_schema::{Engine, Notes};

use super::argument::Argument;
use super::arguments::{Arguments, comment};
use super::case;
use super::column::{Asked, ColumnRead, column};
use super::problem::{Kind, Problem, Problems};
use super::renamed::Names;
use super::{exclusion, index, key};
use crate::{IndexModel, KeyModel, TableModel, TableModelOptions};

const ONCE: &[&str] =
    &["comment", "crate", "name", "names", "postgres", "primary_key", "rename_all", "renamed_from", "schema", "sqlite"];
const OFTEN: &[&str] = &["check", "exclude", "foreign_key", "index", "unique"];

/// A struct that was read, as far as its own source says.
#[derive(Debug, Clone)]
pub struct TableRead {
    pub model: TableModel,
    /// By position among the columns: types that have to be asked.
    pub asked: Vec<(usize, Asked)>,
    /// Where each column's field is.
    pub spans: Vec<Span>,
    /// Where each foreign key is said.
    pub reference_spans: Vec<Span>,
    /// Where the macro's output finds whimbrel, if somebody says so.
    pub crate_path: Option<Path>,
}

/// `None` where it is no struct with named fields.
pub fn table(item: &ItemStruct, problems: &Problems) -> Option<TableRead> {
    let Fields::Named(fields) = &item.fields else {
        problems.attribute(&item.ident, "a table is a struct with named fields: they are its columns");
        return None;
    };
    if item.generics.type_params().next().is_some() || item.generics.const_params().next().is_some() {
        problems.attribute(&item.generics, "a table is one table: its struct takes no parameters");
    }
    let arguments = Arguments::of_attributes(&item.attrs, "table", problems);
    arguments.know(ONCE, OFTEN);
    let names = Names::of(&arguments, &item.attrs, problems);
    let mut columns: Vec<ColumnRead> =
        fields.named.iter().filter_map(|field| column(field, &names, problems)).collect();
    let mut seen = HashSet::new();
    for column in &columns {
        if !seen.insert(column.model.name.as_str()) {
            let field =
                fields.named.iter().find(|field| field.ident.as_ref().is_some_and(|it| it.unraw() == column.field));
            problems
                .attribute(field.map(|field| &field.ident), format!("there are two columns `{}`", column.model.name));
        }
    }
    if columns.is_empty() {
        problems.attribute(&item.ident, "a table without a column is none");
    }
    let mut model = TableModel {
        name: arguments.text("name").unwrap_or_else(|| case::snake(&item.ident.unraw().to_string())),
        namespace: arguments.text("schema"),
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: comment(&arguments, &item.attrs),
        options: options(&arguments),
        notes: Notes { renamed_from: arguments.text("renamed_from"), ..Notes::default() },
    };
    model.primary_key = primary_key(&arguments, &mut columns);
    let mut reference_spans = Vec::new();
    for column in &mut columns {
        let name = &column.model.name;
        if let Some((key, span)) = column.foreign_key.take() {
            model.foreign_keys.push(key);
            reference_spans.push(span);
        }
        model.checks.append(&mut column.checks);
        // Both at once is one index that is unique.
        let unique_index = column.unique.is_some() && column.index.is_some();
        if let Some(given) = column.unique.take().filter(|_| !unique_index) {
            let (name, columns) = (key::named(given), vec![name.clone()]);
            model.uniques.push(KeyModel { name, columns, ..KeyModel::default() });
        }
        if let Some(given) = column.index.take() {
            let index = index::of_column(&model, name, given);
            model.indexes.push(IndexModel { unique: unique_index, ..index });
        }
    }
    for item in arguments.all("unique") {
        model.uniques.extend(key::key(item, &columns, problems));
    }
    for item in arguments.all("foreign_key") {
        if let Some(key) = key::foreign_key(item, &columns, problems) {
            model.foreign_keys.push(key);
            reference_spans.push(item.span());
        }
    }
    for item in arguments.all("check") {
        model.checks.extend(key::check(item, problems));
    }
    for item in arguments.all("exclude") {
        model.exclusions.extend(exclusion::exclusion(item, &columns, problems));
    }
    for item in arguments.all("index") {
        let index = index::index(item, &model, &columns, problems);
        model.indexes.extend(index);
    }
    count_up(&mut columns, &model);
    long_names(item, &model, &columns, problems);
    let (mut asked, mut spans) = (Vec::new(), Vec::new());
    for (at, column) in columns.into_iter().enumerate() {
        asked.extend(column.asks.map(|asks| (at, asks)));
        spans.push(column.span);
        model.columns.push(column.model);
    }
    let crate_path = arguments.get("crate").and_then(|item| path(item, problems));
    Some(TableRead { model, asked, spans, reference_spans, crate_path })
}

/// Of the fields that say so, or of the struct. A table without one is a table all the same.
fn primary_key(arguments: &Arguments<'_>, columns: &mut [ColumnRead]) -> Option<KeyModel> {
    let own: Vec<String> =
        columns.iter().filter(|column| column.model.primary_key).map(|column| column.model.name.clone()).collect();
    let Some(item) = arguments.get("primary_key") else {
        return (!own.is_empty()).then(|| KeyModel { columns: own, ..KeyModel::default() });
    };
    let key = key::key(item, columns, arguments.problems)?;
    if own.iter().any(|name| !key.columns.contains(name)) {
        arguments.problems.attribute(&item.name, "a field outside of it says that it is the primary key as well");
    }
    for column in columns.iter_mut().filter(|column| key.columns.contains(&column.model.name)) {
        column.model.primary_key = true;
        column.model.nullable = false;
    }
    Some(key)
}

/// The engine counts up a key of one integer, as long as nothing else gives it its value. Whether it is an integer is
/// known with its type.
fn count_up(columns: &mut [ColumnRead], table: &TableModel) {
    let alone = table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
    for column in columns.iter_mut().filter(|column| column.model.primary_key) {
        let model = &column.model;
        let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&model.name));
        let given = model.default.sqlite.is_some() || model.default.postgres.is_some() || model.computed.is_some();
        column.model.autoincrement = column.counts.unwrap_or(alone && !refers && !given);
    }
}

/// PostgreSQL cuts a name that is longer, and then has it by another name than it was given.
const LONGEST_NAME: usize = 63;

fn long_names(item: &ItemStruct, model: &TableModel, columns: &[ColumnRead], problems: &Problems) {
    let tell = |name: &str, span: Span, help: &str| {
        if name.len() > LONGEST_NAME {
            let message = format!("`{name}` has {} bytes, and PostgreSQL keeps {LONGEST_NAME} of a name", name.len());
            problems.tell(Problem::at(Kind::Attribute, span, message).with_help(help).on(Engine::Postgres));
        }
    };
    tell(&model.name, item.ident.span(), "give the table a shorter one: `name = \"…\"`");
    for column in columns {
        tell(&column.model.name, column.span, "give the column a shorter one: `name = \"…\"`");
    }
    let keys = model.primary_key.iter().chain(&model.uniques).filter_map(|key| key.name.postgres.as_ref());
    let references = model.foreign_keys.iter().filter_map(|key| key.name.postgres.as_ref());
    let checks = model.checks.iter().filter_map(|check| check.name.postgres.as_ref());
    let exclusions = model.exclusions.iter().filter_map(|exclusion| exclusion.name.as_ref());
    let indexes = model.indexes.iter().map(|index| &index.name.postgres);
    for name in keys.chain(references).chain(checks).chain(exclusions).chain(indexes) {
        tell(name, item.ident.span(), "give it a shorter one: `name = \"…\"`, `index = \"…\"`");
    }
}

fn options(arguments: &Arguments<'_>) -> TableModelOptions {
    let problems = arguments.problems;
    let mut options = TableModelOptions::default();
    if let Some(item) = arguments.get("sqlite") {
        let within = Arguments::within(item, problems);
        within.know(&["autoincrement", "strict", "without_rowid"], &[]);
        options.sqlite_autoincrement = within.flag("autoincrement");
        options.sqlite_strict = within.flag("strict");
        options.sqlite_without_rowid = within.flag("without_rowid");
    }
    if let Some(item) = arguments.get("postgres") {
        let within = Arguments::within(item, problems);
        within.know(&["inherits", "partition_by", "storage", "tablespace", "unlogged"], &[]);
        options.unlogged = within.flag("unlogged");
        options.partition_by = within.text("partition_by");
        options.tablespace = within.text("tablespace");
        options.inherits = within.text("inherits").into_iter().collect();
        options.storage = within.get("storage").map(|item| index::pairs(item, problems)).unwrap_or_default();
    }
    options
}

/// `crate = "path::to::whimbrel"`.
pub fn path(item: &Argument, problems: &Problems) -> Option<Path> {
    match item.string().map(syn::LitStr::parse::<Path>) {
        Some(Ok(path)) => Some(path),
        Some(Err(_)) | None => {
            problems.attribute(item, "it takes a path as a text: `crate = \"whimbrel\"`");
            None
        }
    }
}
