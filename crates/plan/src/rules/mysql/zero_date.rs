use whimbrel_schema::Engine;

use super::defined;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "zero-date",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a default is not a valid date",
    why: "'0000-00-00' stands for \"no date\" where NULL should. Strict mode with NO_ZERO_DATE, the default of MySQL \
          but not of MariaDB, refuses it, so the table cannot be created or changed on such a server; drivers read it \
          as NULL, as an error, or as a date before year 1.",
    safe_way: "let the column be NULL, or give it a real date",
    example: Example {
        bad: "CREATE TABLE email (sent_at datetime NOT NULL DEFAULT '0000-00-00 00:00:00');",
        good: "CREATE TABLE email (sent_at datetime NULL);",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        for column in defined::columns(step) {
            let zero = |text: &str| text.trim_matches(['\'', '"']).starts_with("0000-00-00");
            if column.default.is_some_and(|value| zero(value.text())) {
                found.step(at, format!("the default of `{}` is no date", column.name));
            }
        }
    }
}
