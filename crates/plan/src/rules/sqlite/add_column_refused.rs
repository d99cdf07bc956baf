use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "add-column-refused",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "SQLite refuses to add such a column to a table with rows, or to any table",
    why: "ADD COLUMN changes the table's text and touches no row, so the new column needs one value that is known \
          beforehand. On a table with rows SQLite refuses NOT NULL without a default, a computed default, and \
          REFERENCES with a default while foreign keys are enforced; on any table it refuses PRIMARY KEY, UNIQUE and \
          STORED columns. A CHECK is tested on the existing rows. An empty development database does not show the \
          first kind.",
    safe_way: "add it nullable or with a constant default, fill it, and do the rest with an index or a rebuild",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN received_at text NOT NULL DEFAULT CURRENT_TIMESTAMP;",
        good: "ALTER TABLE email ADD COLUMN received_at text;",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html#altertabaddcol"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::AddColumn { table, column, .. } = step else { continue };
        for (_, danger) in seen.dangers().filter(|(step, _)| *step == at) {
            match danger {
                Danger::Fails { why } if !seen.is_new(table) => {
                    found.step(at, format!("`{table}.{}` cannot be added: {why}", column.name));
                }
                Danger::WrongValues { why } if !seen.is_new(table) => {
                    found.step(at, why.clone());
                }
                _ => {}
            }
        }
    }
}
