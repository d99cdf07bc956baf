//! Types, in the one spelling that the servers themselves print.

use whimbrel_plan::Cast;
use whimbrel_schema::{ColumnType, Pair};

use super::naming::text_of;
use super::reader::{Read, Reader};
use super::token::{Kind, tokens};

/// The canonical type for a type as people write it; what is no type of MySQL stays as it stands.
pub(super) fn read(text: &str) -> ColumnType {
    let mut reader = Reader::new(text);
    match take(&mut reader) {
        Ok(ty) if reader.is_done() => ty,
        Ok(_) | Err(_) => ColumnType::new(text.trim()),
    }
}

/// Words that are other names of types.
fn canonical(word: &str) -> Option<&'static str> {
    Some(match word {
        "int" | "integer" | "int4" => "int",
        "tinyint" | "int1" => "tinyint",
        "smallint" | "int2" => "smallint",
        "mediumint" | "int3" | "middleint" => "mediumint",
        "bigint" | "int8" => "bigint",
        "decimal" | "dec" | "numeric" | "fixed" | "number" => "decimal",
        "float" | "float4" => "float",
        "double" | "real" | "float8" => "double",
        "bit" => "bit",
        "char" | "character" | "nchar" => "char",
        "varchar" | "varcharacter" | "nvarchar" | "varchar2" => "varchar",
        "binary" => "binary",
        "varbinary" => "varbinary",
        "tinytext" => "tinytext",
        "text" => "text",
        "mediumtext" => "mediumtext",
        "longtext" | "clob" => "longtext",
        "tinyblob" => "tinyblob",
        "blob" => "blob",
        "mediumblob" => "mediumblob",
        "longblob" => "longblob",
        "enum" => "enum",
        "set" => "set",
        "date" => "date",
        "time" => "time",
        "datetime" => "datetime",
        "timestamp" => "timestamp",
        "year" => "year",
        "json" => "json",
        "uuid" => "uuid",
        "inet4" => "inet4",
        "inet6" => "inet6",
        "vector" => "vector",
        "geometry" => "geometry",
        "point" => "point",
        "linestring" => "linestring",
        "polygon" => "polygon",
        "multipoint" => "multipoint",
        "multilinestring" => "multilinestring",
        "multipolygon" => "multipolygon",
        "geometrycollection" | "geomcollection" => "geometrycollection",
        _ => return None,
    })
}

/// The type that stands here; character sets and collations are left where they are.
pub(super) fn take(reader: &mut Reader<'_>) -> Read<ColumnType> {
    reader.take("NATIONAL");
    let Some(word) = reader.peek().filter(|token| token.kind == Kind::Word).map(|token| token.text.to_lowercase())
    else {
        return reader.stop("a type is missing");
    };
    if word == "bool" || word == "boolean" {
        reader.skip();
        return Ok(ColumnType::with_arguments("tinyint", ["1"]));
    }
    if word == "long" {
        reader.skip();
        let binary = reader.take("VARBINARY");
        reader.take_one_of(&["VARCHAR", "VARCHARACTER"]);
        return Ok(ColumnType::new(if binary { "mediumblob" } else { "mediumtext" }));
    }
    let Some(mut name) = canonical(&word) else {
        return reader.stop(format!("`{word}` is no type that is known"));
    };
    reader.skip();
    match name {
        "double" => drop(reader.take("PRECISION")),
        "char" if reader.take_one_of(&["VARYING", "VARCHAR", "VARCHARACTER"]).is_some() => name = "varchar",
        _ => {}
    }
    let mut arguments = arguments(reader)?;
    let mut suffix = "";
    if is_number(name) {
        loop {
            match reader.take_one_of(&["UNSIGNED", "SIGNED", "ZEROFILL"]) {
                Some("ZEROFILL") => suffix = " unsigned zerofill",
                Some("UNSIGNED") if suffix.is_empty() => suffix = " unsigned",
                Some(_) => {}
                None => break,
            }
        }
    }
    settle(name, suffix, &mut arguments);
    Ok(ColumnType { arguments, ..ColumnType::new(format!("{name}{suffix}")) })
}

fn arguments(reader: &mut Reader<'_>) -> Read<Vec<String>> {
    if !reader.is_symbol("(") {
        return Ok(Vec::new());
    }
    let inside = reader.brackets()?;
    let parts = tokens(inside).filter(|token| !token.is_symbol(","));
    Ok(parts
        .map(|token| match token.kind {
            Kind::Text => super::naming::literal(&text_of(token.text)),
            Kind::Word | Kind::Quoted | Kind::Number | Kind::Variable | Kind::Symbol | Kind::Executable => {
                token.text.to_lowercase()
            }
        })
        .collect())
}

/// Writes out what is meant by leaving it out, and leaves out what means nothing.
fn settle(name: &str, suffix: &str, arguments: &mut Vec<String>) {
    let lacking = arguments.is_empty();
    match name {
        "decimal" if lacking => *arguments = vec!["10".into(), "0".into()],
        "decimal" if arguments.len() == 1 => arguments.push("0".into()),
        "char" | "binary" | "bit" if lacking => *arguments = vec!["1".into()],
        // A width says how numbers are shown, and nothing else; but programs read `tinyint(1)` as a truth value.
        "tinyint" if suffix.is_empty() && arguments.as_slice() == ["1"] => {}
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" if !suffix.contains("zerofill") => {
            arguments.clear();
        }
        "datetime" | "timestamp" | "time" if arguments.as_slice() == ["0"] => arguments.clear(),
        _ => {}
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double")
}

/// As SQL writes it: `unsigned` behind the brackets.
pub(super) fn sql(ty: &ColumnType) -> String {
    let (name, suffix) = ty.name.split_once(' ').map_or((ty.name.as_str(), ""), |(name, suffix)| (name, suffix));
    let arguments = match ty.arguments.as_slice() {
        [] => String::new(),
        arguments => format!("({})", arguments.join(",")),
    };
    let space = if suffix.is_empty() { "" } else { " " };
    format!("{name}{arguments}{space}{suffix}")
}

pub(super) fn are_same(types: Pair<&ColumnType>) -> bool {
    types.from == types.to || read(&sql(types.from)) == read(&sql(types.to))
}

/// The name without `unsigned`.
pub(super) fn family(ty: &ColumnType) -> &str {
    ty.name.split(' ').next().unwrap_or(&ty.name)
}

pub(super) fn is_unsigned(ty: &ColumnType) -> bool {
    ty.name.contains(" unsigned")
}

pub(super) fn argument(ty: &ColumnType, at: usize) -> Option<u64> {
    ty.arguments.get(at)?.parse().ok()
}

/// How many bytes a whole number takes.
pub(super) fn whole_number(ty: &ColumnType) -> Option<u32> {
    match family(ty) {
        "tinyint" => Some(1),
        "smallint" => Some(2),
        "mediumint" => Some(3),
        "int" => Some(4),
        "bigint" => Some(8),
        _ => None,
    }
}

/// The greatest number of characters (or bytes) that fit, for types that hold text or bytes.
fn room(ty: &ColumnType) -> Option<u64> {
    match family(ty) {
        "char" | "varchar" | "binary" | "varbinary" => argument(ty, 0),
        "tinytext" | "tinyblob" => Some(255),
        "text" | "blob" => Some(65_535),
        "mediumtext" | "mediumblob" => Some(16_777_215),
        "longtext" | "longblob" => Some(u64::from(u32::MAX)),
        _ => None,
    }
}

/// What becomes of values. With strict `sql_mode`, a value that does not fit makes the statement fail.
pub(super) fn cast(types: Pair<&ColumnType>) -> Cast {
    let Pair { from, to } = types;
    if are_same(types) {
        return Cast::Implicit;
    }
    if let (Some(small), Some(large)) = (whole_number(from), whole_number(to)) {
        let keeps_sign = is_unsigned(from) == is_unsigned(to) || (is_unsigned(from) && large > small);
        return if large >= small && keeps_sign { Cast::Implicit } else { Cast::Lossy(None) };
    }
    if let (Some(small), Some(large)) = (room(from), room(to)) {
        let bytes = |ty: &ColumnType| family(ty).contains("blob") || family(ty).contains("binary");
        let fits = large >= small && bytes(from) == bytes(to);
        return if fits { Cast::Implicit } else { Cast::Lossy(None) };
    }
    match (family(from), family(to)) {
        ("decimal", "decimal") => {
            let digits = |ty: &ColumnType| Some((argument(ty, 0)?, argument(ty, 1)?));
            match (digits(from), digits(to)) {
                (Some((all, after)), Some((more, behind)))
                    if behind >= after && more.saturating_sub(behind) >= all.saturating_sub(after) =>
                {
                    Cast::Implicit
                }
                (_, _) => Cast::Lossy(None),
            }
        }
        ("float", "double") | ("date", "datetime") => Cast::Implicit,
        ("datetime" | "timestamp" | "time", same) if same == family(from) => {
            let precision = |ty| argument(ty, 0).unwrap_or_default();
            if precision(to) >= precision(from) { Cast::Implicit } else { Cast::Lossy(None) }
        }
        ("enum" | "set", "enum" | "set") if to.arguments.starts_with(&from.arguments) => Cast::Implicit,
        ("enum" | "set", _) if room(to).is_some_and(|room| room >= 255) => Cast::Implicit,
        (_, "longtext") | ("json", "mediumtext") => Cast::Implicit,
        (_, _) if whole_number(from).is_some() && room(to).is_some_and(|room| room >= 20) => Cast::Implicit,
        (_, _) => Cast::Lossy(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_spellings_are_one_type() {
        for (written, canonical) in [
            ("INTEGER", "int"),
            ("int(11) unsigned", "int unsigned"),
            ("BOOLEAN", "tinyint(1)"),
            ("TINYINT(4)", "tinyint"),
            ("numeric", "decimal(10,0)"),
            ("DEC(8, 2) UNSIGNED", "decimal(8,2) unsigned"),
            ("double precision", "double"),
            ("character varying(20)", "varchar(20)"),
            ("NATIONAL CHAR(3)", "char(3)"),
            ("int(5) zerofill", "int(5) unsigned zerofill"),
            ("ENUM('a', \"it's\")", "enum('a','it''s')"),
            ("datetime(0)", "datetime"),
            ("DATETIME(6)", "datetime(6)"),
            ("long varchar", "mediumtext"),
            ("hyperlog", "hyperlog"),
        ] {
            assert_eq!(sql(&read(written)), canonical, "{written}");
        }
    }

    #[test]
    fn what_may_not_fit_is_lossy() {
        let lossy = |from: &str, to: &str| cast(Pair::new(&read(from), &read(to))) == Cast::Lossy(None);
        for (from, to) in [
            ("bigint", "int"),
            ("int", "int unsigned"),
            ("varchar(50)", "varchar(20)"),
            ("text", "varchar(100)"),
            ("decimal(10,2)", "decimal(10,4)"),
            ("varchar(20)", "int"),
            ("enum('a','b')", "enum('b','a')"),
            ("datetime(6)", "datetime"),
            ("datetime", "date"),
        ] {
            assert!(lossy(from, to), "{from} to {to}");
        }
        for (from, to) in [
            ("int", "bigint"),
            ("int unsigned", "bigint"),
            ("varchar(20)", "varchar(50)"),
            ("varchar(20)", "text"),
            ("decimal(10,2)", "decimal(12,2)"),
            ("enum('a','b')", "enum('a','b','c')"),
            ("int", "varchar(30)"),
        ] {
            assert!(!lossy(from, to), "{from} to {to}");
        }
    }
}
