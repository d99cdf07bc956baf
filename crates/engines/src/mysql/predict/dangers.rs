//! What locks and work do not say of an ALTER TABLE.

use whimbrel_plan::Cast;
use whimbrel_plan::review::{Circumstances, Danger, Misread};
use whimbrel_schema::{Column, Generation, ObjectName, Pair, Table};

use super::super::expression::functions;
use super::super::naming;
use super::super::statement::{Algorithm, Change, Definition, Key};
use super::super::types;
use super::super::understand::kept_default;
use super::clause::{checks_foreign_keys, is_strict};
use super::redefine::column;
use super::server::Server;

pub(super) fn of_change(
    change: &Change,
    algorithm: Option<Algorithm>,
    table: Option<&Table>,
    name: &ObjectName,
    servers: &[Server],
    at: &Circumstances<'_>,
) -> Vec<Danger> {
    match change {
        Change::AddColumn { column, .. } => of_new_column(column, algorithm, name, servers),
        Change::Redefine { from, column: to, .. } => {
            let old = table.and_then(|table| column(table, from));
            let primary =
                table.and_then(|table| table.primary_key.as_ref()).is_some_and(|key| key.columns.contains(from));
            old.map(|old| of_redefinition(old, to, primary, name, at)).unwrap_or_default()
        }
        Change::AddKey { key: Key::Foreign(key), .. } if !checks_foreign_keys(at.session) => {
            let what = format!("the foreign key to `{}`", key.references);
            vec![Danger::Unchecked { what }]
        }
        Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::SetDefault { .. }
        | Change::AddKey { .. }
        | Change::DropPrimary
        | Change::DropIndex { .. }
        | Change::DropForeign { .. }
        | Change::DropConstraint { .. }
        | Change::RenameIndex { .. }
        | Change::ShowIndex
        | Change::EnforceCheck { .. }
        | Change::Rename { .. }
        | Change::Convert { .. }
        | Change::Option { .. }
        | Change::Force
        | Change::OrderBy
        | Change::Keys
        | Change::Tablespace { .. }
        | Change::Partition(_) => Vec::new(),
    }
}

/// Functions that are meant to give every row a value of its own.
const VARYING: [&str; 1] = ["rand"];

fn of_new_column(
    column: &Definition,
    algorithm: Option<Algorithm>,
    table: &ObjectName,
    servers: &[Server],
) -> Vec<Danger> {
    let mut found = Vec::new();
    let of = |name: &str| (table.clone(), name.to_string());
    let asked_to_copy = algorithm.is_none() || (algorithm == Some(Algorithm::Copy) && servers.len() == 1);
    if let Some(default) = &column.default
        && functions(default.text()).iter().any(|name| VARYING.contains(&name.as_str()))
        && servers.iter().any(Server::is_mariadb)
        && !asked_to_copy
    {
        let (table, column) = of(&column.name);
        found.push(Danger::OneValue { table, column, default: default.text().to_string() });
    }
    let required = column.nullable == Some(false) || column.primary;
    if required && column.default.is_none() && column.generation.is_none() {
        let value = zero(column).to_string();
        let (table, column) = of(&column.name);
        found.push(Danger::MadeUp { table, column, value });
    }
    let may_break = column.checks.iter().any(|check| {
        let null = column.default.is_none() && !required;
        !null || check.expression.text().to_uppercase().contains("NULL")
    });
    if may_break && servers.iter().any(Server::is_mariadb) && !asked_to_copy {
        found.push(Danger::Unchecked { what: format!("the check on `{}`", column.name) });
    }
    found.extend(ignored_reference(column, servers));
    found
}

/// Older servers read `REFERENCES` beside a column, and do nothing with it.
pub(super) fn ignored_reference(column: &Definition, servers: &[Server]) -> Option<Danger> {
    let key = column.references.as_ref()?;
    servers.iter().any(Server::may_ignore_inline_references).then(|| Danger::ReadsOtherwise {
        what: Misread::Reference,
        why: format!(
            "MySQL before 9.0 and MariaDB before 10.5 ignore `REFERENCES {}` beside column `{}`",
            key.references, column.name
        ),
    })
}

/// What a row gets in a column that wants a value, has no default, and is new.
fn zero(column: &Definition) -> &'static str {
    match types::family(&column.ty) {
        "date" => "'0000-00-00'",
        "datetime" | "timestamp" => "'0000-00-00 00:00:00'",
        "time" => "'00:00:00'",
        "year" => "0000",
        "enum" => "the first value of the list",
        family
            if types::whole_number(&column.ty).is_some() || ["decimal", "float", "double", "bit"].contains(&family) =>
        {
            "0"
        }
        _ => "''",
    }
}

fn of_redefinition(
    old: &Column,
    to: &Definition,
    primary: bool,
    table: &ObjectName,
    at: &Circumstances<'_>,
) -> Vec<Danger> {
    let mut found = Vec::new();
    let types = Pair::new(&old.ty, &to.ty);
    if types::cast(types) != Cast::Implicit {
        let [from, to_type] = [types::sql(&old.ty), types::sql(&to.ty)];
        let (table, column) = (table.clone(), old.name.clone());
        found.push(Danger::Narrows { table, column, from, to: to_type });
        if !is_strict(at.session) {
            let what = format!("without strict mode, values of `{}` that do not fit are cut off", old.name);
            found.push(Danger::DependsOnSetting { setting: "sql_mode".to_string(), what });
        }
    }
    if old.nullable && to.nullable == Some(false) && !primary {
        match is_strict(at.session) {
            true => found.push(Danger::Fails { why: format!("it fails where a row has NULL in `{}`", old.name) }),
            false => {
                let (table, column, value) = (table.clone(), old.name.clone(), zero(to).to_string());
                found.push(Danger::MadeUp { table, column, value });
            }
        }
    }
    let what = forgotten(old, to, primary);
    if !what.is_empty() {
        found.push(Danger::Forgets { table: table.clone(), column: old.name.clone(), what });
    }
    found
}

/// What the old definition says and the new one does not.
fn forgotten(old: &Column, to: &Definition, primary: bool) -> Vec<String> {
    let updates = |text: Option<&str>| text.is_some_and(|text| text.to_uppercase().contains(" ON UPDATE "));
    let (default, update) = match &old.default {
        Some(value) if updates(Some(value.text())) => {
            let at = value.text().to_uppercase().find(" ON UPDATE ").unwrap_or_default();
            (value.text().get(..at).filter(|text| *text != "NULL"), value.text().get(at + 1..))
        }
        Some(value) => (Some(value.text()), None),
        None => (None, None),
    };
    let new = kept_default(to);
    let mut what = Vec::new();
    if !old.nullable && !primary && to.nullable.is_none() && !to.primary {
        what.push("NOT NULL".to_string());
    }
    if matches!(old.generation, Some(Generation::AutoIncrement)) && to.generation.is_none() {
        what.push("AUTO_INCREMENT".to_string());
    }
    // `DEFAULT NULL` says that it shall go.
    if let Some(default) = default.filter(|_| to.default.is_none()) {
        what.push(format!("DEFAULT {default}"));
    }
    if let Some(update) = update.filter(|_| !updates(new.as_ref().map(|it| it.text()))) {
        what.push(update.to_string());
    }
    if let Some(comment) = old.comment.as_ref().filter(|_| to.comment.is_none()) {
        what.push(format!("COMMENT {}", naming::literal(comment)));
    }
    if let Some(collation) = old.collation.as_ref().filter(|_| to.collation.is_none()) {
        let word = if collation.contains('_') { "COLLATE" } else { "CHARACTER SET" };
        what.push(format!("{word} {collation}"));
    }
    what
}
