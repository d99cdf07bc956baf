use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "not-null-fills-zeros",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a required column without a default fills existing rows with values that nobody chose",
    why: "MySQL and MariaDB add a NOT NULL column without a default even to a table with rows, even in strict mode: \
          every row gets 0, '', '0000-00-00' or the first value of an enum. Nothing tells them from real values. And \
          code that inserts without the column fails from then on.",
    safe_way: "add it nullable, fill it, then make it NOT NULL; or give it the default that is meant",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN size int NOT NULL;",
        good: "ALTER TABLE email ADD COLUMN size int;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::MadeUp { table, column, value } = danger
            && !seen.is_new(table)
        {
            let which = match seen.steps().get(at) {
                Some(Step::AddColumn { .. }) => "every row of",
                Some(_) | None => "what is NULL in a row of",
            };
            found.step(at, format!("{which} `{table}` gets {value} as `{column}`, which nobody chose"));
        }
    }
}
