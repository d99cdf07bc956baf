use whimbrel_schema::{Engine, ObjectKind, Table};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-schema",
    severity: Severity::DestroysData,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a schema is dropped",
    why: "With CASCADE every table, view and function in it goes too, rows and all. Without it the statement fails \
          unless the schema is empty.",
    safe_way: "drop its contents one by one, each reviewed, then the empty schema without CASCADE",
    example: Example { bad: "DROP SCHEMA archive CASCADE;", good: "DROP SCHEMA archive;" },
    sources: &["https://www.postgresql.org/docs/current/sql-dropschema.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropObject { object, cascade, .. } = step else { continue };
        if object.kind != ObjectKind::Namespace || seen.is_new(&object.name) || seen.passes_over(at) {
            continue;
        }
        let name = &object.name;
        if *cascade {
            let inside = |table: &&Table| table.name.namespace.as_deref() == Some(name.name.as_str());
            let tables = seen.before().tables.values().filter(inside).count();
            let known = if tables > 0 { format!(" ({tables} known tables)") } else { String::new() };
            found.step(at, format!("drops schema `{name}` and all that is in it{known}"));
        } else {
            let finding = found.step(at, format!("drops schema `{name}`"));
            finding.severity(Severity::Breaking).label("fails unless the schema is empty");
        }
    }
}
