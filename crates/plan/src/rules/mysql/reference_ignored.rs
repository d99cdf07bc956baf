use whimbrel_schema::Engine;

use crate::review::{Danger, Misread, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "reference-ignored",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "an inline REFERENCES is parsed and ignored",
    why: "MySQL before 9.0 and MariaDB before 10.5 accept `REFERENCES` in a column definition and do nothing with it: \
          no error, no warning, no foreign key. Newer servers create it, so the same file makes two different schemas.",
    safe_way: "write `FOREIGN KEY (column) REFERENCES …` as a clause of its own",
    example: Example {
        bad: "CREATE TABLE email (id int PRIMARY KEY, box_id int REFERENCES box (id));",
        good: "CREATE TABLE email (id int PRIMARY KEY, box_id int, FOREIGN KEY (box_id) REFERENCES box (id));",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-foreign-keys.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::ReadsOtherwise { what: Misread::Reference, why } = danger {
            found.step(at, why.clone());
        }
    }
}
