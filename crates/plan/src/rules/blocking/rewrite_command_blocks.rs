use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rewrite-command-blocks",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "VACUUM FULL or CLUSTER rewrites a table while every read and write waits",
    why: "Both copy the table into a new file and rebuild its indexes, under ACCESS EXCLUSIVE from beginning to end. \
          Plain VACUUM frees space for reuse within the table while everybody goes on; pg_repack and pg_squeeze shrink \
          it with a short lock at the end.",
    safe_way: "use plain VACUUM, or pg_repack if the table has to become smaller",
    example: Example { bad: "VACUUM FULL email;", good: "VACUUM email;" },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-vacuum.html",
        "https://www.postgresql.org/docs/current/sql-cluster.html",
        "https://reorg.github.io/pg_repack/",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if !matches!(seen.steps(), [Step::Inert { .. }]) {
        return;
    }
    let what = match () {
        () if seen.begins(&["CLUSTER"]) => "CLUSTER",
        () if seen.begins(&["VACUUM"]) && seen.says(&["FULL"]) => "VACUUM FULL",
        () => return,
    };
    if seen.all_touches().any(|touch| touch.blocks_reads() && touch.blocks_for_long()) {
        found.step(0, format!("{what} rewrites the table while every read and write of it waits"));
    }
}
