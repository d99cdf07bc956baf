use whimbrel_schema::Engine;

use crate::review::{Danger, Misread, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "quoted-name-is-text",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a name in double quotes matches no column, and SQLite takes it for a string",
    why: "Double quotes are for names. If no column has the name, SQLite takes the word for a string, so a misspelt \
          column silently becomes a constant. Builds with that turned off, other engines, and any index or CHECK in \
          newer versions refuse it.",
    safe_way: "write strings in single quotes",
    example: Example {
        bad: "UPDATE email SET folder = \"inbox\" WHERE id = 1;",
        good: "UPDATE email SET folder = 'inbox' WHERE id = 1;",
    },
    sources: &["https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::ReadsOtherwise { what: Misread::Text, why } = danger {
            found.step(at, why.clone()).label("a text").here = None;
        }
    }
}
