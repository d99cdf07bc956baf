use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "does-nothing",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "the statement reports success and does nothing",
    why: "IF NOT EXISTS looks at the name only. Anything of that name, a half-built index or a table with other \
          columns, counts as what was asked for.",
    safe_way: "change what is there, or drop it by name first; and leave out IF NOT EXISTS",
    example: Example {
        bad: "CREATE TABLE IF NOT EXISTS email (id bigint PRIMARY KEY, archived_at timestamptz);",
        good: "ALTER TABLE email ADD COLUMN archived_at timestamptz;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
        "https://www.sqlite.org/lang_createtable.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::DoesNothing { why } = danger
            && !found.is_told(at, |rule| rule == "if-not-exists-hides-invalid-index")
            // A setting that is ignored has a rule of its own.
            && !matches!(seen.steps().get(at), Some(Step::SetSession { .. }))
        {
            found.step(at, format!("says that it is done and does nothing: {why}"));
        }
    }
}
