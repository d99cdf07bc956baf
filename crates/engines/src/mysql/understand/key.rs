//! Indexes and constraints of a table.

use whimbrel_schema::{ForeignKey, Index, IndexKey, IndexTarget};

use super::super::reader::{Read, Reader};
use super::super::statement::{IndexKind, Key};
use super::column;

/// Whether a key begins here, and not a column of that name.
pub(super) fn begins(reader: &Reader<'_>) -> bool {
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"]
        .iter()
        .any(|word| reader.is(word))
        || reader.are(&["VECTOR", "INDEX"])
        || reader.are(&["VECTOR", "KEY"])
}

/// A key, and whether `IF NOT EXISTS` is said.
pub(super) fn key(reader: &mut Reader<'_>) -> Read<(Key, bool)> {
    let mut if_not_exists = false;
    let mut constraint = None;
    if reader.take("CONSTRAINT") {
        if_not_exists = reader.if_not_exists();
        let unnamed = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"].iter().any(|word| reader.is(word));
        constraint = if unnamed { None } else { Some(reader.name()?) };
    }
    if reader.is("CHECK") {
        return Ok((Key::Check(column::check(reader, constraint)?), if_not_exists));
    }
    if reader.take_all(&["PRIMARY", "KEY"]) {
        if_not_exists |= reader.if_not_exists();
        let mut options = Index::new("PRIMARY", Vec::new());
        if !reader.is_symbol("(") && !reader.is("USING") {
            reader.name()?;
        }
        using(reader, &mut options)?;
        let columns = plain_columns(reader)?;
        index_options(reader, &mut options)?;
        return Ok((Key::Primary { columns }, if_not_exists));
    }
    if reader.take_all(&["FOREIGN", "KEY"]) {
        if_not_exists |= reader.if_not_exists();
        let index_name = if reader.is_symbol("(") { None } else { Some(reader.name()?) };
        let columns = plain_columns(reader)?;
        let found = column::references(reader, columns)?;
        return Ok((Key::Foreign(ForeignKey { name: constraint.or(index_name), ..found }), if_not_exists));
    }
    let (kind, unique) = index_kind(reader)?;
    if_not_exists |= reader.if_not_exists();
    let name = match reader.is_symbol("(") || reader.is("USING") || reader.is("TYPE") {
        true => None,
        false => Some(reader.name()?),
    };
    let mut index = Index::new(name.or(constraint).unwrap_or_default(), Vec::new());
    index.unique = unique;
    using(reader, &mut index)?;
    index.keys = parts(reader)?;
    index_options(reader, &mut index)?;
    if index.name.is_empty() {
        index.name = name_for(&index.keys);
    }
    note_kind(kind, &mut index);
    Ok((Key::Index { index, kind }, if_not_exists))
}

/// `UNIQUE KEY`, `FULLTEXT INDEX`, `KEY`: the words in front of an index's name.
pub(super) fn index_kind(reader: &mut Reader<'_>) -> Read<(IndexKind, bool)> {
    let (kind, unique) = match reader.take_one_of(&["UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"]) {
        Some("UNIQUE") => (IndexKind::Ordered, true),
        Some("FULLTEXT") => (IndexKind::Fulltext, false),
        Some("SPATIAL") => (IndexKind::Spatial, false),
        Some(_) => (IndexKind::Vector, false),
        None if reader.is("INDEX") || reader.is("KEY") => (IndexKind::Ordered, false),
        None => return reader.stop(format!("`{}` is no kind of key", reader.here())),
    };
    reader.take_one_of(&["INDEX", "KEY"]);
    Ok((kind, unique))
}

pub(super) fn note_kind(kind: IndexKind, index: &mut Index) {
    match kind {
        IndexKind::Ordered => {}
        IndexKind::Fulltext => index.method = Some("fulltext".to_string()),
        IndexKind::Spatial => index.method = Some("spatial".to_string()),
        IndexKind::Vector => index.method = Some("vector".to_string()),
    }
}

/// MySQL names an index after its first column.
pub(super) fn name_for(keys: &[IndexKey]) -> String {
    match keys.first().map(|key| &key.target) {
        Some(IndexTarget::Column(column)) => column.clone(),
        Some(IndexTarget::Expression(_)) | None => "functional_index".to_string(),
    }
}

pub(super) fn using(reader: &mut Reader<'_>, index: &mut Index) -> Read<()> {
    if reader.take("USING") || reader.take("TYPE") {
        let method = reader.name()?.to_lowercase();
        // InnoDB builds a tree whatever is asked for.
        index.method = Some(method).filter(|method| method != "btree" && method != "hash");
    }
    Ok(())
}

/// What may stand behind an index's columns.
pub(super) fn index_options(reader: &mut Reader<'_>, index: &mut Index) -> Read<()> {
    loop {
        if reader.is("USING") || reader.is("TYPE") {
            using(reader, index)?;
        } else if reader.take("COMMENT") {
            index.comment = Some(reader.string()?).filter(|text| !text.is_empty());
        } else if reader.take_all(&["WITH", "PARSER"]) {
            index.storage.insert("parser".to_string(), reader.name()?);
        } else if reader.take("KEY_BLOCK_SIZE") {
            reader.take_symbol("=");
            index.storage.insert("key_block_size".to_string(), reader.value()?);
        } else if reader.take("INVISIBLE") || reader.take("IGNORED") {
            index.storage.insert("visible".to_string(), "no".to_string());
        } else if reader.take_one_of(&["ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE", "M", "DISTANCE"]).is_some() {
            reader.take_symbol("=");
            reader.value()?;
        } else if !reader.take("VISIBLE") && !reader.take_all(&["NOT", "IGNORED"]) && !reader.take("CLUSTERING") {
            return Ok(());
        }
    }
}

/// The parts of an index: columns, with a prefix's length (kept as an operator class, which it resembles) or a
/// direction, and expressions in brackets of their own.
pub(super) fn parts(reader: &mut Reader<'_>) -> Read<Vec<IndexKey>> {
    reader.expect_symbol("(")?;
    let mut keys = Vec::new();
    loop {
        let mut key = match reader.is_symbol("(") {
            true => IndexKey::expression(reader.bracketed_expression()?),
            false => IndexKey::column(reader.name()?),
        };
        if reader.is_symbol("(") {
            key.operator_class = Some(format!("({})", reader.brackets()?));
        }
        key.descending = reader.take("DESC");
        if !key.descending {
            reader.take("ASC");
        }
        keys.push(key);
        if !reader.take_symbol(",") {
            break;
        }
    }
    reader.expect_symbol(")")?;
    Ok(keys)
}

/// The names alone: where a key can be of nothing but whole columns, or where a prefix does not matter.
pub(super) fn plain_columns(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    let place = reader.place();
    let keys = parts(reader)?;
    let columns: Vec<String> = keys
        .into_iter()
        .filter_map(|key| match key.target {
            IndexTarget::Column(column) => Some(column),
            IndexTarget::Expression(_) => None,
        })
        .collect();
    if columns.is_empty() {
        return Err(super::super::reader::Stop { at: place, reason: "a column's name is missing".to_string() });
    }
    Ok(columns)
}
