//! What a table is told beside its columns: comment, storage, prefixes.

use whimbrel_schema::Engine;

use super::assembly::Assembly;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::TableModel;
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::Value;

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    pub(super) fn options(&self, at: usize, table: &mut TableModel) {
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
                                    let trouble = Trouble::new(
                                        Code::SqlalchemyRefuses,
                                        "SQLite has no unlogged tables",
                                        draft.span,
                                    );
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
                    self.tell(at, None, None, Trouble::new(Code::Undecided, message, draft.span));
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
                    self.tell(at, None, None, Trouble::new(Code::Undecided, message, draft.span));
                }
            }
        }
    }
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
