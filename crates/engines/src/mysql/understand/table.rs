//! CREATE TABLE, and the options of tables.

use std::collections::BTreeMap;

use super::super::reader::{Read, Reader};
use super::super::statement::{Create, Element, Statement};
use super::{column, key};

/// From behind `CREATE [OR REPLACE] [TEMPORARY] TABLE`.
pub(super) fn create(reader: &mut Reader<'_>, temporary: bool, replace: bool) -> Read<Statement> {
    let if_not_exists = reader.if_not_exists();
    let table = reader.object_name()?;
    let mut create = Create {
        table,
        temporary,
        if_not_exists,
        replace,
        elements: Vec::new(),
        options: BTreeMap::new(),
        filled: false,
    };
    if reader.is("LIKE") || (reader.is_symbol("(") && is_like(reader)) {
        return reader.stop("its columns are those of another table, which is not followed");
    }
    if !reader.take_symbol("(") {
        return reader.stop("its columns are those of a query, which is not followed");
    }
    loop {
        create.elements.push(element(reader)?);
        if !reader.take_symbol(",") {
            break;
        }
    }
    reader.expect_symbol(")")?;
    loop {
        reader.take_symbol(",");
        match option(reader)? {
            Some((name, value)) => drop(create.options.insert(name, value)),
            None => break,
        }
    }
    if reader.are(&["PARTITION", "BY"]) {
        create.options.insert("partition by".to_string(), partition_by(reader));
    }
    if reader.is("IGNORE") || reader.is("REPLACE") || reader.is("AS") || reader.is("SELECT") || reader.is("WITH") {
        create.filled = true;
        return reader.stop("a table that a query fills has columns of the query's, which are not followed");
    }
    Ok(Statement::Create(Box::new(create)))
}

fn is_like(reader: &Reader<'_>) -> bool {
    Reader::new(reader.text().get(reader.place() + 1..).unwrap_or_default()).is("LIKE")
}

fn element(reader: &mut Reader<'_>) -> Read<Element> {
    if key::begins(reader) {
        return key::key(reader).map(|(key, _)| Element::Key(key));
    }
    if reader.are(&["PERIOD", "FOR"]) {
        return reader.stop("periods of time are not followed");
    }
    column::definition(reader).map(Element::Column)
}

/// Names of options that are one word, as they stand before `=` or a value.
const OPTIONS: &[&str] = &[
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "COMPRESSION",
    "CONNECTION",
    "DELAY_KEY_WRITE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "ENGINE",
    "ENGINE_ATTRIBUTE",
    "IETF_QUOTES",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SEQUENCE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "TABLESPACE",
    "TRANSACTIONAL",
    "TYPE",
    "COMMENT",
];

/// One option by its lower-case name; `None` where none stands.
pub(super) fn option(reader: &mut Reader<'_>) -> Read<Option<(String, String)>> {
    let defaulted = reader.are(&["DEFAULT", "CHARACTER"])
        || reader.are(&["DEFAULT", "CHARSET"])
        || reader.are(&["DEFAULT", "CHAR"])
        || reader.are(&["DEFAULT", "COLLATE"]);
    if defaulted {
        reader.skip();
    }
    let name = if reader.take_all(&["CHARACTER", "SET"]) || reader.take_all(&["CHAR", "SET"]) || reader.take("CHARSET")
    {
        "charset".to_string()
    } else if reader.take("COLLATE") {
        "collate".to_string()
    } else if reader.take_all(&["DATA", "DIRECTORY"]) {
        "data directory".to_string()
    } else if reader.take_all(&["INDEX", "DIRECTORY"]) {
        "index directory".to_string()
    } else if reader.take("UNION") {
        reader.take_symbol("=");
        return Ok(Some(("union".to_string(), reader.brackets()?.to_string())));
    } else if reader.take_all(&["WITH", "SYSTEM", "VERSIONING"]) {
        return Ok(Some(("system versioning".to_string(), "1".to_string())));
    } else if let Some(word) = reader.take_one_of(OPTIONS) {
        word.to_lowercase()
    } else {
        return Ok(None);
    };
    reader.take_symbol("=");
    let value = reader.value()?;
    if name == "tablespace" {
        if reader.take("STORAGE") {
            reader.name()?;
        }
        return Ok(Some((name, value)));
    }
    // Words and character sets have no case.
    let cased = ["comment", "connection", "password", "data directory", "index directory"].contains(&name.as_str());
    let name = if name == "type" { "engine".to_string() } else { name };
    Ok(Some((name, if cased { value } else { value.to_lowercase() })))
}

/// The rest, from behind `PARTITION BY` to the end of the statement.
pub(super) fn partition_by(reader: &mut Reader<'_>) -> String {
    reader.take_all(&["PARTITION", "BY"]);
    reader.rest().split_whitespace().collect::<Vec<_>>().join(" ")
}
