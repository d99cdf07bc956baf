use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "copy-mixes-columns",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "values are copied into the wrong columns",
    why: "`INSERT … SELECT` fills columns by position, not by name. If two tables have the same columns in a different \
          order, `SELECT *` puts values where they do not belong, and because a SQLite column accepts values of any \
          type, there is no error.",
    safe_way: "name the columns on both sides, in the same order",
    example: Example {
        bad: "INSERT INTO email_new SELECT * FROM email;",
        good: "INSERT INTO email_new (id, subject, body) SELECT id, subject, body FROM email;",
    },
    sources: &["https://www.sqlite.org/lang_insert.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ChangeData { tables, .. } = step else { continue };
        let mixed: Vec<&str> = (seen.dangers())
            .filter_map(|(step, danger)| match danger {
                Danger::WrongValues { why } if step == at => Some(why.as_str()),
                _ => None,
            })
            .collect();
        if let (Some(first), Some(table)) = (mixed.first(), tables.first()) {
            found.step(at, format!("the columns of `{table}` are filled in another order: {first}"));
        }
    }
}
