use whimbrel_schema::Engine;

use super::File;

/// Words that only one engine has, as they stand in SQL outside of strings and comments, in upper case.
const POSTGRES: &[&str] = &[
    "CONCURRENTLY",
    "SERIAL",
    "BIGSERIAL",
    "SMALLSERIAL",
    "TIMESTAMPTZ",
    "TIMETZ",
    "JSONB",
    "BYTEA",
    "PLPGSQL",
    "TSVECTOR",
    "EXTENSION",
    "LOCK_TIMEOUT",
    "STATEMENT_TIMEOUT",
    "SEARCH_PATH",
    "GIN",
    "GIST",
    "INHERIT",
    "NEXTVAL",
    "UNLOGGED",
    "REGCLASS",
    "INT8",
    "INT4",
    "CITEXT",
    "OWNER",
];
const SQLITE: &[&str] = &["AUTOINCREMENT", "PRAGMA", "ROWID", "FTS5", "FTS4"];
const MYSQL: &[&str] =
    &["AUTO_INCREMENT", "INNODB", "UNSIGNED", "MEDIUMTEXT", "LONGTEXT", "TINYTEXT", "MYISAM", "UTF8MB4", "FULLTEXT"];

/// The engine that the text is certainly for: one that has words of its own in it, where no other has.
pub fn recognise<'a>(files: impl IntoIterator<Item = &'a File>) -> Option<Engine> {
    let mut seen = [false; 3];
    for file in files {
        look(&file.text, &mut seen);
        if seen.iter().filter(|seen| **seen).count() > 1 {
            return None;
        }
    }
    match seen {
        [true, false, false] => Some(Engine::Postgres),
        [false, true, false] => Some(Engine::Sqlite),
        [false, false, true] => Some(Engine::Mysql),
        [_, _, _] => None,
    }
}

fn look(text: &str, seen: &mut [bool; 3]) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let until = |end: &str| text.get(at + 1..).and_then(|rest| rest.find(end)).map(|found| at + 1 + found);
        match (byte, next) {
            (b'-', Some(b'-')) => at = until("\n").unwrap_or(bytes.len()),
            (b'/', Some(b'*')) => at = until("*/").map_or(bytes.len(), |end| end + 2),
            (b'\'', _) => at = until("'").map_or(bytes.len(), |end| end + 1),
            (b'"', _) => at = until("\"").map_or(bytes.len(), |end| end + 1),
            (b'`', _) => at = until("`").map_or(bytes.len(), |end| end + 1),
            (b'$', Some(b'$')) | (b':', Some(b':')) => {
                seen[0] = true;
                at += 2;
            }
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => {
                let end = bytes
                    .iter()
                    .skip(at)
                    .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
                    .map_or(bytes.len(), |length| at + length);
                let word = text.get(at..end).unwrap_or_default();
                for (place, words) in [POSTGRES, SQLITE, MYSQL].iter().enumerate() {
                    seen[place] |= words.iter().any(|known| known.eq_ignore_ascii_case(word));
                }
                at = end;
            }
            (_, _) => at += 1,
        }
    }
}
