use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "opens-to-everyone",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a right is granted to everybody",
    why: "PUBLIC is every role, present and future, including one whose password has leaked. A policy without TO \
          applies to PUBLIC too, and USING (true) shows it every row.",
    safe_way: "grant it to the roles that need it",
    example: Example { bad: "GRANT ALL ON email TO PUBLIC;", good: "GRANT SELECT ON email TO reporting;" },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-grant.html",
        "https://www.postgresql.org/docs/current/ddl-priv.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    match seen.steps() {
        [Step::Inert { .. }] if seen.begins(&["GRANT"]) && seen.says(&["TO", "PUBLIC"]) => {
            found.step(0, "gives a right to every role there is and will be");
        }
        [Step::Inert { .. }] if seen.begins(&["GRANT", "ALL"]) => {
            found.step(0, "gives every right there is, also those that nobody needs").severity(Severity::Advice);
        }
        [Step::CreateObject { .. }] if seen.begins(&["CREATE", "POLICY"]) => {
            let everyone = !seen.says(&["TO"]) || seen.says(&["TO", "PUBLIC"]);
            let squeezed: String = seen.sql.chars().filter(|c| !c.is_whitespace()).collect();
            if everyone && squeezed.to_ascii_lowercase().contains("using(true)") {
                found.step(0, "the policy shows every row to every role");
            }
        }
        _ => {}
    }
}
