use whimbrel_schema::{Engine, Index, IndexKey, IndexTarget, Object, ObjectId, ObjectKind};

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "refresh-blocks-reads",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: true,
    what: "a materialized view is refreshed while every read of it waits",
    why: "`REFRESH MATERIALIZED VIEW` takes ACCESS EXCLUSIVE on the view until the query has run and the result is \
          written. CONCURRENTLY lets reads go on and changes only what differs; it needs a unique index over plain \
          columns and all rows.",
    safe_way: "REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index on the view",
    example: Example { bad: "REFRESH MATERIALIZED VIEW inbox;", good: "REFRESH MATERIALIZED VIEW CONCURRENTLY inbox;" },
    sources: &["https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let refresh = matches!(seen.steps(), [Step::Inert { .. }]) && seen.begins(&["REFRESH"]);
    if refresh
        && !seen.says(&["CONCURRENTLY"])
        && seen.all_touches().any(|touch| touch.blocks_reads() && touch.blocks_for_long())
    {
        found.step(0, "refreshing a materialized view blocks every read of it until it is filled");
    }
}

/// Where the view has an index that makes it possible.
fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let name = seen.all_touches().filter(|touch| touch.blocks_reads()).find_map(|touch| touch.relation())?;
    let Object::View(view) = seen.before().object(&ObjectId::new(ObjectKind::MaterializedView, name.clone()))? else {
        return None;
    };
    let plain = |key: &IndexKey| matches!(key.target, IndexTarget::Column(_));
    let suits =
        |index: &&Index| index.unique && index.valid && index.predicate.is_none() && index.keys.iter().all(plain);
    view.indexes.iter().find(suits)?;
    let word = seen.word("VIEW")?;
    Some(Fix {
        what: "refresh it CONCURRENTLY".to_string(),
        edits: vec![Edit { span: word.end..word.end, text: " CONCURRENTLY".to_string() }],
        then: Vec::new(),
    })
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    let name = seen.all_touches().filter(|touch| touch.blocks_reads()).find_map(|touch| touch.relation());
    match name.filter(|name| finding.step.is_some() || seen.table(name).is_none()) {
        Some(name) => {
            format!("no unique index of `{name}` over plain columns and all rows is known, which CONCURRENTLY needs")
        }
        None => "which view it refreshes is not certain".to_string(),
    }
}
