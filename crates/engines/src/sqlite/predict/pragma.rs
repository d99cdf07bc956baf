//! PRAGMA and transaction control.

use whimbrel_plan::review::{Danger, Work};

use super::super::naming::same;
use super::super::token::tokens;
use super::telling::Telling;

/// Those that write to the file.
const WRITING: [&str; 5] = ["user_version", "application_id", "schema_version", "auto_vacuum", "optimize"];
/// Those that read every table.
const READING: [&str; 3] = ["integrity_check", "quick_check", "foreign_key_check"];

pub(super) fn tell(name: &str, value: Option<&str>, statement: &str, telling: &mut Telling<'_>) {
    let is = |word: &str| same(name, word);
    match name {
        "BEGIN" => {
            telling.outside_transactions();
            let has = |word: &str| tokens(statement).any(|token| token.is_word(word));
            if has("EXCLUSIVE") {
                telling.takes_it_alone();
            } else if has("IMMEDIATE") {
                telling.writes();
            }
        }
        // What whoever runs the file began is ended here.
        "COMMIT" | "ROLLBACK" if telling.at.in_transaction && !telling.at.session.has_begun() => {
            telling.danger(Danger::CommitsImplicitly);
        }
        "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "ROLLBACK TO" => {}
        "ATTACH" | "DETACH" => telling.outside_transactions(),
        _ if is("foreign_keys") && value.is_some() && telling.at.in_transaction => {
            telling.does_nothing("inside a transaction `PRAGMA foreign_keys` is ignored without a word");
        }
        _ if is("journal_mode") && value.is_some() => {
            telling.takes_it_alone();
            telling.outside_transactions();
        }
        _ if is("synchronous") && value.is_some() => telling.outside_transactions(),
        _ if is("incremental_vacuum") => telling.works_on_database(&[Work::Rewrite]),
        _ if is("wal_checkpoint") => telling.takes_it_alone(),
        _ if READING.iter().any(|reading| is(reading)) => telling.reads_database(),
        _ if WRITING.iter().any(|writing| is(writing)) && (value.is_some() || is("optimize")) => telling.writes(),
        _ => {}
    }
}
