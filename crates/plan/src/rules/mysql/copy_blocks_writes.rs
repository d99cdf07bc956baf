use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Held, Seen, Severity, Work};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "copy-blocks-writes",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: true,
    what: "a table is copied, or read through, while every write to it waits",
    why: "What InnoDB cannot change in place it copies: a second table is filled row by row under LOCK=SHARED, and \
          every INSERT, UPDATE and DELETE waits until the copy takes the old table's place. A type change, a foreign \
          key while they are checked, a check, dropping the primary key and converting the character set all copy; a \
          FULLTEXT index is built in place, and lets no writer in either.",
    safe_way: "say LOCK=NONE, so that it fails rather than blocks, and make such a change with a tool that copies \
               beside the writers (gh-ost, pt-online-schema-change), or add a column beside the old one and fill it in \
               batches",
    example: Example {
        bad: "ALTER TABLE email MODIFY size bigint NOT NULL;",
        good: "ALTER TABLE email ADD COLUMN size_in_bytes bigint, LOCK=NONE;",
    },
    sources: &[
        "https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html",
        "https://mariadb.com/kb/en/innodb-online-ddl-overview/",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.steps().iter().any(|step| matches!(step, Step::ChangeData { .. })) {
        return;
    }
    let mut told = Vec::new();
    for touch in seen.all_touches() {
        let waits = touch.blocks_writes() && touch.lock.held == Held::Statement;
        let Some(table) = touch.relation().filter(|table| waits && !told.contains(table)) else { continue };
        let who = if touch.blocks_reads() { "everybody who uses" } else { "every write to" };
        let message = match touch.work.as_slice() {
            // A table that goes, or a lock that somebody asks for by name.
            [] if touch.blocks_reads() => continue,
            [] => format!("{who} `{table}` waits until the other table is copied"),
            work if work.contains(&Work::Rewrite) => format!("{who} `{table}` waits while it is copied"),
            _ => format!("{who} `{table}` waits while it is read through"),
        };
        told.push(table);
        found.step(touch.step, message);
    }
}
