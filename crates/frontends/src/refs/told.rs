//! What models in other languages than Python tell: which class is the table, and which of its fields is the column under
//! another name. By their marks, line by line.

use super::around::{defined, indent, is_letter, words};
use super::names::Names;

/// So far below a mark stands what it is about.
const NEAR: usize = 12;

/// A class that every file has one of, and that says nothing outside of its own.
const MODEL: &str = "Model";

/// What the table's class is called in this file, where it is called so in every file.
pub(super) fn model_of<'t>(text: &'t str, names: &Names) -> Option<&'t str> {
    if !text.contains(MODEL) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let marked = (0..lines.len()).filter(|at| names_table(lines[*at], names));
    marked.filter_map(|at| owner(&lines, at)).map(|(_, name)| name).find(|name| *name == MODEL)
}

/// Takes what one text tells.
pub(super) fn heed(text: &str, names: &mut Names) {
    let lines: Vec<&str> = text.lines().collect();
    let marked = lines.iter().enumerate().filter(|(_, line)| names_table(line, names)).map(|(at, _)| at);
    for at in marked.collect::<Vec<usize>>() {
        let Some((head, name)) = owner(&lines, at) else { continue };
        if name != MODEL {
            names.take_entity(name);
        }
        let depth = lines.get(head).map_or(0, |line| indent(line));
        let body = lines.iter().enumerate().skip(head + 1);
        let body = body.take_while(|(_, line)| {
            line.trim().is_empty()
                || indent(line) > depth
                || !line.trim_start().starts_with(['}', ')']) && !line.starts_with("end")
        });
        for (at, line) in body.take(400) {
            if let Some(field) = field_of(&lines, at, line, names) {
                names.take_attribute(field);
            }
        }
    }
    // A tag says which column a field is, whatever the table is called elsewhere.
    for (at, line) in lines.iter().enumerate() {
        let within = || {
            let head = (0..at).rev().find(|above| defined(lines[*above]).is_some());
            head.and_then(|head| defined(lines[head])).is_some_and(|name| names.is_kin(name))
        };
        if TAGS.iter().any(|tag| line.contains(tag))
            && within()
            && let Some(field) = field_of(&lines, at, line, names)
        {
            names.take_attribute(field);
        }
    }
}

const TAGS: [&str; 6] = ["db:\"", "gorm:\"", "sqlx(rename", "column_name", "@Column", "source: :"];

/// Whether the line says that something is the table.
fn names_table(line: &str, names: &Names) -> bool {
    const MARKS: [&str; 19] = [
        "return '",
        "@@map(",
        "@Entity(",
        "@Table(",
        "[Table(",
        "table_name",
        "tableName",
        "schema \"",
        "$table",
        "pgTable(",
        "mysqlTable(",
        "sqliteTable(",
        "sqliteTable(",
        "return \"",
        "collection:",
        "self.table",
        "db_table",
        "Table(\"",
        "@entity(",
    ];
    MARKS.iter().any(|mark| line.contains(mark)) && words(line).any(|word| names.is_table(word))
}

/// What a mark is about: the line on which it is defined, and its name.
fn owner<'t>(lines: &[&'t str], at: usize) -> Option<(usize, &'t str)> {
    let line = lines.get(at)?;
    let trimmed = line.trim_start();
    // `object Emails : Table("email") {`.
    if let Some(name) = defined(line).filter(|_| trimmed.contains("Table(\"")) {
        return Some((at, name));
    }
    // `export const mails = pgTable('email', {`.
    if let Some((before, _)) = trimmed.split_once("able('").or_else(|| trimmed.split_once("able(\""))
        && let Some((left, _)) = before.split_once('=')
    {
        return words(left).last().map(|name| (at, name));
    }
    // `func (m Mail) TableName() string {` above `return "emails"`.
    if trimmed.starts_with("return") {
        let above = at.checked_sub(1)?;
        let function = lines.get(above).filter(|line| line.contains("TableName") || line.contains("tableName"))?;
        // `static get tableName() {` within the class.
        if !function.trim_start().starts_with("func ") {
            let head = (0..above).rev().find(|above| defined(lines[*above]).is_some())?;
            return defined(lines[head]).map(|name| (head, name));
        }
        let receiver = function.split_once('(')?.1.split_once(')')?.0;
        let name = words(receiver).last()?;
        let head = lines.iter().position(|line| defined(line) == Some(name)).unwrap_or(above);
        return Some((head, name));
    }
    // `sequelize.define('Mail', {` above `tableName`.
    if trimmed.contains("tableName") {
        let head =
            (0..=at).rev().find(|above| lines[*above].contains("define(") || defined(lines[*above]).is_some())?;
        let called = lines[head].split_once("define(").and_then(|(_, rest)| words(rest).next());
        return called.or_else(|| defined(lines[head])).map(|name| (head, name));
    }
    let is_header = trimmed.starts_with(['@', '#', '[']) && !trimmed.starts_with("@@");
    let found = match is_header {
        true => (at + 1..lines.len().min(at + NEAR)).find(|below| defined(lines[*below]).is_some()),
        false => (0..at).rev().find(|above| defined(lines[*above]).is_some_and(|name| name != "table")),
    };
    found.and_then(|head| defined(lines[head]).map(|name| (head, name)))
}

/// The field that a line says is the column.
fn field_of<'t>(lines: &[&'t str], at: usize, line: &'t str, names: &Names) -> Option<&'t str> {
    const MARKS: [&str; 12] = [
        "@map(",
        "column:",
        "db:\"",
        "rename",
        "column_name",
        "@Column",
        "[Column(",
        "source:",
        "alias_attribute",
        "field:",
        "('",
        "(\"",
    ];
    let mark = MARKS.iter().find(|mark| line.contains(*mark))?;
    // `serde(rename)` is about another text than the database's.
    if line.contains("serde(") || line.contains("json(") || line.contains("JsonProperty") {
        return None;
    }
    let behind = line.split_once(mark)?.1;
    let end = behind.find([')', ';', '}']).unwrap_or(behind.len());
    if !words(behind.get(..end)?).any(|word| names.is_column(word)) {
        return None;
    }
    let trimmed = line.trim_start();
    if trimmed.starts_with("alias_attribute") || trimmed.starts_with("field ") {
        return words(trimmed).nth(1);
    }
    if !trimmed.starts_with(['@', '#', '[']) {
        return words(trimmed).find(|word| !MODIFIERS.contains(word));
    }
    // What the mark stands over, or before.
    let rest = trimmed.rsplit_once(')').map_or("", |(_, rest)| rest.trim_start_matches([']', ' ']));
    let below = lines.get(at + 1..lines.len().min(at + NEAR))?.iter().map(|line| line.trim());
    let field =
        [rest].into_iter().chain(below).find(|line| !line.is_empty() && !line.starts_with(['@', '#', '[', '/']))?;
    name_of_field(field)
}

const MODIFIERS: [&str; 12] =
    ["public", "private", "protected", "readonly", "static", "final", "pub", "crate", "let", "var", "val", "const"];

/// `title: string;`, `private String heading;`, `pub heading: String,`.
fn name_of_field(line: &str) -> Option<&str> {
    let line = line.split(['=', ';', '{']).next()?;
    let declared: Vec<&str> = words(line.split(':').next()?).filter(|word| !MODIFIERS.contains(word)).collect();
    let name = if line.contains(':') { declared.first() } else { declared.last() };
    name.copied().filter(|name| name.chars().all(is_letter))
}
