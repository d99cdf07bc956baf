//! `MODIFY` and `CHANGE`: the column as it was beside the column as it shall be.

use whimbrel_schema::{Column, ColumnType, Expression, Pair, Table};

use super::super::expression;
use super::super::naming::same;
use super::super::statement::{Definition, Position};
use super::super::types;
use super::super::understand::{column_of, kept_default};
use super::clause::{Ground, rename_column, uses};
use super::cost::Cost;
use super::server::Server;

pub(super) fn column<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| same(&column.name, name))
}

pub(super) fn cost(from: &str, to: &Definition, position: Option<&Position>, ground: &Ground<'_>) -> Cost {
    let Some((table, old)) = ground.table.and_then(|table| Some((table, column(table, from)?))) else {
        return Cost::copy();
    };
    let new = column_of(to);
    let mut cost = type_cost(table, old, &new, ground.server);
    let in_primary_key =
        |name: &str| table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|it| same(it, name)));
    // A column of the primary key holds no NULL, whatever is said.
    if old.nullable != new.nullable && !in_primary_key(from) {
        cost = cost.and(match ground.finds_nulls() || new.nullable {
            true if ground.may_have_fulltext() => Cost::rebuild().locked(super::super::statement::Level::Shared),
            true => Cost::rebuild(),
            false => Cost::copy(),
        });
    }
    if old.generation != new.generation {
        cost = cost.and(Cost::copy());
    }
    if !same_default(old.default.as_ref(), kept_default(to).as_ref()) {
        cost = cost.and(default_cost(old, to, ground.server));
    }
    if !same(&old.name, &new.name) {
        cost = cost.and(rename_column(ground));
    }
    if position.is_some() {
        let instant = ground.keeps_an_order();
        cost = cost.and(if instant { Cost { rebuild: true, ..Cost::instant() } } else { Cost::rebuild() });
    }
    if to.unique {
        cost = cost.and(Cost::index());
    }
    if to.primary {
        cost = cost.and(Cost::rebuild());
    }
    if !to.checks.is_empty() {
        cost = cost.and(Cost::copy());
    }
    cost
}

pub(super) fn same_default(from: Option<&Expression>, to: Option<&Expression>) -> bool {
    match (from, to) {
        (Some(from), Some(to)) => expression::same(Pair::new(from.text(), to.text())),
        (None, None) => true,
        (_, _) => false,
    }
}

/// What is said of updates is part of the column, and MySQL does not promise that changing it costs nothing.
fn default_cost(old: &Column, to: &Definition, server: Server) -> Cost {
    let updates = |value: Option<&Expression>| value.is_some_and(|it| it.text().to_uppercase().contains(" ON UPDATE "));
    match updates(old.default.as_ref()) != updates(to.default.as_ref()) {
        true if !server.is_mariadb() => Cost::copy(),
        _ if server.has_instant() => Cost::instant(),
        _ => Cost::catalogue(),
    }
}

fn type_cost(table: &Table, old: &Column, new: &Column, server: Server) -> Cost {
    let unchanged = if server.has_instant() { Cost::instant() } else { Cost::catalogue() };
    let types = Pair::new(&old.ty, &new.ty);
    let same_type = types::are_same(types);
    if is_text(&new.ty) {
        let charsets = Pair::new(collation(table, old), collation(table, new));
        if charsets.from != charsets.to {
            // Rows hold the same bytes under another order, which is that of the indexes.
            let charset = |name: &Option<String>| Some(name.as_deref()?.split('_').next()?.to_string());
            let same_bytes = same_type && charset(&charsets.from).is_some_and(|it| charset(&charsets.to) == Some(it));
            let kept = same_bytes && server.is_mariadb() && server.since((0, 0, 0), (10, 4, 3));
            return match kept {
                true if is_indexed(table, old) => Cost::index(),
                true => unchanged,
                false => Cost::copy(),
            };
        }
        if !same_type {
            return longer(table, old, new, charsets.to.as_deref(), server).unwrap_or(Cost::copy());
        }
        return unchanged;
    }
    if same_type { unchanged } else { longer(table, old, new, None, server).unwrap_or(Cost::copy()) }
}

fn is_indexed(table: &Table, column: &Column) -> bool {
    let key = table.primary_key.as_ref();
    table.indexes.iter().any(|index| uses(index, &column.name))
        || key.is_some_and(|key| key.columns.iter().any(|name| same(name, &column.name)))
}

fn is_text(ty: &ColumnType) -> bool {
    let family = types::family(ty);
    ["char", "varchar", "enum", "set"].contains(&family) || family.ends_with("text")
}

/// The collation of a column, or the character set where only that is said; its own, or the table's.
fn collation(table: &Table, column: &Column) -> Option<String> {
    let option = |name: &str| table.options.storage.get(name).cloned();
    column.collation.clone().or_else(|| option("collate")).or_else(|| option("charset"))
}

/// What can grow without touching rows: a VARCHAR whose length is stored in as many bytes as before, and an ENUM or
/// SET with more values at its end that are stored in as many.
fn longer(table: &Table, old: &Column, new: &Column, charset: Option<&str>, server: Server) -> Option<Cost> {
    let free = || if server.has_instant() { Cost::instant() } else { Cost::catalogue() };
    match (types::family(&old.ty), types::family(&new.ty)) {
        (from @ ("varchar" | "varbinary"), to) if from == to => {
            let (old_length, new_length) = (types::argument(&old.ty, 0)?, types::argument(&new.ty, 0)?);
            let widths = if from == "varbinary" { vec![1] } else { widths(charset) };
            let class = |length: u64, width: u64| length * width > 255;
            // A value of up to 127 bytes has its length in one byte, whatever the column could hold.
            let newer = server.is_mariadb() && server.since((0, 0, 0), (10, 4, 3));
            let short = |width: u64| newer && old_length * width <= 127;
            let kept = |width: u64| class(old_length, width) == class(new_length, width) || short(width);
            if new_length < old_length || !widths.iter().all(|width| kept(*width)) {
                return None;
            }
            Some(if newer || (server.is_mariadb() && !is_indexed(table, old)) {
                Cost::instant()
            } else {
                Cost::catalogue()
            })
        }
        (from @ ("enum" | "set"), to) if from == to && new.ty.arguments.starts_with(&old.ty.arguments) => {
            let bytes = |ty: &ColumnType| match (from, ty.arguments.len()) {
                ("enum", 0..=255) => 1,
                ("enum", _) => 2,
                (_, count) => [1, 2, 3, 4].into_iter().find(|bytes| count <= bytes * 8).unwrap_or(8),
            };
            (bytes(&old.ty) == bytes(&new.ty)).then(free)
        }
        _ => None,
    }
}

/// How many bytes a character may take. Where nobody says, any of them.
fn widths(charset: Option<&str>) -> Vec<u64> {
    let Some(charset) = charset else { return vec![1, 2, 3, 4] };
    match charset.split('_').next().unwrap_or_default() {
        "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => vec![4],
        "utf8mb3" => vec![3],
        // Which of the two it means depends on the version.
        "utf8" => vec![3, 4],
        "ucs2" | "big5" | "gbk" | "sjis" | "cp932" | "gb2312" | "euckr" => vec![2],
        "ujis" | "eucjpms" => vec![3],
        "latin1" | "latin2" | "latin5" | "latin7" | "ascii" | "binary" | "cp1250" | "cp1251" | "cp1256" | "cp1257"
        | "cp850" | "cp852" | "cp866" | "koi8r" | "koi8u" | "hebrew" | "greek" | "tis620" => vec![1],
        // `uca1400_ai_ci` of MariaDB names no character set.
        _ => vec![1, 2, 3, 4],
    }
}
