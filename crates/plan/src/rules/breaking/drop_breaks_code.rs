use whimbrel_schema::{Engine, Object, ObjectId, ObjectKind, Schema};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "drop-breaks-code",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Postgres, Engine::Mysql],
    scales: false,
    what: "a view, function, type or sequence that code may still use is dropped",
    why: "No stored data is lost and the definition can be restored, but code that still names it fails from the \
          commit on.",
    safe_way: "deploy code that no longer names it, then drop it in a later deploy",
    example: Example {
        bad: "DROP VIEW inbox;",
        good: "COMMENT ON VIEW inbox IS 'unused since deploy 1812, to be dropped';",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/sql-dropview.html",
        "https://www.postgresql.org/docs/current/sql-dropfunction.html",
        "https://dev.mysql.com/doc/refman/8.4/en/drop-view.html",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropObject { object, cascade: false, .. } = step else { continue };
        if seen.passes_over(at) {
            continue;
        }
        if matches!(object.kind, ObjectKind::Namespace) || seen.is_new(&object.name) || comes_back(seen, object) {
            continue;
        }
        found
            .step(at, format!("code that uses {object} fails once it is dropped"))
            .label("nothing stored is lost")
            .about(&object.name, &[]);
    }
}

/// Policies and their like hang on a table, and no code names them.
fn comes_back(seen: &Seen<'_>, object: &ObjectId) -> bool {
    object.kind == ObjectKind::Opaque
        && seen.before().object(object).is_none_or(|known| matches!(known, Object::Opaque(it) if it.table.is_some()))
}

/// Dropped to be made anew in the same file.
fn stands(schema: &Schema, about: &About) -> bool {
    !schema.objects.keys().any(|id| id.name == about.table && id.kind != ObjectKind::Opaque)
}
