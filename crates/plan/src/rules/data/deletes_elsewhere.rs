use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "deletes-elsewhere",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "rows of other tables are deleted too",
    why: "ON DELETE CASCADE of a foreign key, or TRUNCATE … CASCADE, deletes rows of tables that the statement does \
          not name.",
    safe_way: "delete those rows by name first, or let the foreign key refuse",
    example: Example { bad: "TRUNCATE account CASCADE;", good: "DELETE FROM email WHERE account_id = 7;" },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
        "https://www.postgresql.org/docs/current/sql-truncate.html",
        "https://www.sqlite.org/foreignkeys.html#fk_actions",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        // SQLite's DROP TABLE deletes as DELETE does, which has a rule of its own.
        let dropped =
            seen.before().engine == Engine::Sqlite && matches!(seen.steps().get(at), Some(Step::DropTable { .. }));
        if let Danger::DeletesElsewhere { tables } = danger
            && !dropped
        {
            let old: Vec<String> =
                tables.iter().filter(|table| !seen.is_new(table)).map(|table| format!("`{table}`")).collect();
            if tables.is_empty() {
                let finding = found.step(at, "rows of every table that refers to it go with it");
                finding.assumed(format!(
                    "which tables refer to it is unknown, so the worst is assumed{}",
                    seen.who_tells()
                ));
            } else if !old.is_empty() {
                found
                    .step(at, format!("rows of {} go with it", old.join(", ")))
                    .label("tables that the statement does not name");
            }
        }
    }
}
