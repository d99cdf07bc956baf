use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-table",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a table is dropped with every row in it",
    why: "The rows are gone when the transaction commits, and code that still names the table fails from that moment \
          on. `whimbrel upgrade` keeps them aside for a while; otherwise only a backup brings them back.",
    safe_way: "deploy code that no longer names it, rename it out of the way for a while, take a backup, then drop it",
    example: Example {
        bad: "DROP TABLE email;",
        good: "-- once no code names it; whoever still needs it is heard of, and it is taken back\n\
               ALTER TABLE email RENAME TO email_unused;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-droptable.html",
        "https://www.sqlite.org/lang_droptable.html",
        "https://dev.mysql.com/doc/refman/8.4/en/drop-table.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropTable { table, .. } = step else { continue };
        // What a rebuild leaves behind of it is told by the rules about rebuilds.
        if seen.passes_over(at) {
            continue;
        }
        if !seen.is_new(table) && seen.rebuild_of(table).is_none() && may_be_there(seen, table) {
            found
                .step(at, format!("drops `{table}` with every row in it"))
                .label("rows are lost; code that names it fails");
        }
    }
}

/// Where all tables are known, one that is not among them is not there.
fn may_be_there(seen: &Seen<'_>, table: &ObjectName) -> bool {
    !seen.at.complete || seen.before().engine != Engine::Sqlite || seen.table(table).is_some()
}
