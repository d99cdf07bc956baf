use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "breaks-dependents",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres, Engine::Mysql],
    scales: false,
    what: "something that depends on it breaks, or makes the server refuse",
    why: "A view, function, trigger or computed column names what is changed. PostgreSQL refuses where it tracks the \
          dependency, and does not track what the body of a function names. MySQL and MariaDB keep views, triggers, \
          routines and events as text and check it only on use: the change succeeds, and the next query of the view or \
          the next write to the trigger's table fails.",
    safe_way: "change the dependent object first; on PostgreSQL in the same transaction",
    example: Example {
        bad: "ALTER TABLE email DROP COLUMN subject;",
        good: "CREATE OR REPLACE VIEW inbox AS SELECT id FROM email;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-depend.html",
        "https://dev.mysql.com/doc/refman/8.4/en/view-restrictions.html",
        "https://mariadb.com/kb/en/create-view/",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::Breaks { what } = danger
            && !found.is_told(at, |rule| rule == "rename-breaks-code")
        {
            found.step(at, format!("{what}, and that breaks"));
        }
    }
}
