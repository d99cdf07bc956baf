use whimbrel_schema::{Engine, ObjectKind};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "cascade-drops-more",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "CASCADE also drops everything that depends on the object, unnamed",
    why: "CASCADE takes views, foreign keys, functions and columns of a type with it: whatever depends on what is \
          dropped, and whatever depends on that in turn. The statement does not say what that is.",
    safe_way: "drop each dependent object by name, then the object itself without CASCADE",
    example: Example {
        bad: "DROP TYPE mood CASCADE;",
        good: "ALTER TABLE email DROP COLUMN mood;\n\
               DROP TYPE mood;",
    },
    sources: &["https://www.postgresql.org/docs/current/ddl-depend.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        if seen.passes_over(at) {
            continue;
        }
        let what = match step {
            Step::DropTable { table, cascade: true, .. } if !seen.is_new(table) => format!("`{table}`"),
            Step::DropColumn { table, column, cascade: true, .. } if !seen.is_new(table) => {
                format!("`{table}.{column}`")
            }
            Step::DropConstraint { table, name, cascade: true, .. } if !seen.is_new(table) => format!("`{name}`"),
            Step::DropIndex { index, cascade: true, .. } if !seen.is_new(index) => format!("`{index}`"),
            Step::DropObject { object, cascade: true, .. }
                if object.kind != ObjectKind::Namespace && !seen.is_new(&object.name) =>
            {
                object.to_string()
            }
            _ => continue,
        };
        found.step(at, format!("CASCADE drops whatever depends on {what}, unnamed")).label("what goes is not said");
    }
}
