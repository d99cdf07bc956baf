use whimbrel_schema::Engine;

use crate::review::{Danger, Misread, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "int-key-is-no-rowid",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a primary key looks like the rowid and is not",
    why: "Only `INTEGER PRIMARY KEY`, in exactly these words, is another name for the rowid: it needs no index and \
          numbers new rows by itself. `INT`, `BIGINT` or `INTEGER … DESC` make an ordinary column with an index beside \
          it, which costs twice the space, is not filled in, and even accepts NULL.",
    safe_way: "write `INTEGER PRIMARY KEY`; it holds 64 bits whatever the word suggests",
    example: Example {
        bad: "CREATE TABLE email (id bigint PRIMARY KEY, subject text);",
        good: "CREATE TABLE email (id integer PRIMARY KEY, subject text);",
    },
    sources: &["https://www.sqlite.org/lang_createtable.html#rowid"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::ReadsOtherwise { what: Misread::RowKey, why } = danger {
            found.step(at, why.clone()).label("an ordinary column, with an index of its own").here = None;
        }
    }
}
