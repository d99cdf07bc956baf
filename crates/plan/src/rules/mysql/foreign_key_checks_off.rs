use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "foreign-key-checks-off",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a foreign key is added while foreign keys are not checked",
    why: "With foreign_key_checks off, the foreign key is only written into the catalogue: rows that refer to nothing \
          stay, and nothing looks at them once the checks are on again. That is the only reason why it is fast. \
          Measured: 1,000 orphans of 1,000 rows were accepted.",
    safe_way: "look for orphans first (`… LEFT JOIN … WHERE parent.id IS NULL`) and say so; or, on a small table, \
               leave the checks on and accept that writers wait",
    example: Example {
        bad: "SET foreign_key_checks = 0;\n\
              ALTER TABLE email ADD FOREIGN KEY (box_id) REFERENCES box (id);",
        good: "ALTER TABLE email ADD FOREIGN KEY (box_id) REFERENCES box (id);",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-key-checks"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let (Danger::Unchecked { what }, Some(Step::AddConstraint { table, .. })) = (danger, seen.steps().get(at))
            && !seen.is_new(table)
        {
            found.step(at, format!("rows of `{table}` may break {what}: foreign keys are not checked here"));
        }
    }
}
