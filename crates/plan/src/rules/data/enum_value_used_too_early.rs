use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "enum-value-used-too-early",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "an enum value is used in the transaction that adds it",
    why: "A value added by ALTER TYPE … ADD VALUE can be used only after its transaction has committed; before that, \
          the server refuses it as an unsafe use of a new value.",
    safe_way: "add the value in a transaction of its own, and use it in a later one",
    example: Example {
        bad: "BEGIN;\n\
              ALTER TYPE mood ADD VALUE 'calm';\n\
              UPDATE email SET mood = 'calm' WHERE id = 1;\n\
              COMMIT;",
        good: "ALTER TYPE mood ADD VALUE 'calm';\n\
               -- in a later transaction\n\
               UPDATE email SET mood = 'calm' WHERE id = 1;",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if !seen.at.in_transaction || matches!(seen.steps(), [Step::AddEnumValue { .. }]) {
        return;
    }
    let earlier = seen.transaction.iter().flat_map(|passed| passed.steps);
    for step in earlier {
        let Step::AddEnumValue { name, value, .. } = step else { continue };
        let literal = seen.dialect.literal(value);
        if !seen.is_new(name) && seen.sql.contains(&literal) {
            found.statement(format!("uses {literal} in the transaction that adds it to `{name}`")).label("fails");
            return;
        }
    }
}
