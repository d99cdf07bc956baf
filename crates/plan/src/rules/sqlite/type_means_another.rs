use whimbrel_schema::Engine;

use crate::review::{Danger, Misread, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "type-means-another",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "SQLite reads the declared type as another one, and changes values on the way in",
    why: "SQLite derives one of five kinds from the name of a type: INT anywhere in it means integer; CHAR, CLOB and \
          TEXT mean text; BLOB is left alone; REAL, FLOA and DOUB mean floating point; everything else is numeric. So \
          a `STRING` column turns '007' into 7 and '1e3' into 1000, and `POINT` is an integer.",
    safe_way: "declare INTEGER, REAL, TEXT, BLOB or NUMERIC, or make the table STRICT, which rejects other types",
    example: Example {
        bad: "CREATE TABLE email (id integer PRIMARY KEY, code string);",
        good: "CREATE TABLE email (id integer PRIMARY KEY, code text);",
    },
    sources: &["https://www.sqlite.org/datatype3.html#determination_of_column_affinity"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::ReadsOtherwise { what: Misread::Type, why } = danger {
            found.step(at, why.clone()).label("the type is not what it says").here = None;
        }
    }
}
