use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Edit, Finding, Fix, Held, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "algorithm-not-asked",
    severity: Severity::Advice,
    on: false,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a schema change does not say which algorithm it may use",
    why: "Without ALGORITHM and LOCK the server takes the best way that it has, and falls back to copying the table \
          under a lock if an older version, another row format or a FULLTEXT index leaves no other. If the algorithm \
          is named and cannot be used, the server refuses before it locks anything for long.",
    safe_way: "say ALGORITHM=INSTANT where only the catalogue changes, and LOCK=NONE elsewhere",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN archived_at datetime;",
        good: "ALTER TABLE email ADD COLUMN archived_at datetime, ALGORITHM=INSTANT;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-performance"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: |_, _| "which algorithm the server has for it is not certain".to_string() }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if let Some(wanted) = wanted(seen) {
        found.statement(format!("it does not say `{wanted}`, so it may lock more than is thought"));
    }
}

/// What it could ask for, where it asks for nothing, and others go on meanwhile.
fn wanted(seen: &Seen<'_>) -> Option<&'static str> {
    let asks = ["ALGORITHM", "LOCK", "PARTITION"].iter().any(|word| seen.word(word).is_some());
    let alters = seen.word("ALTER").is_some() && seen.word("TABLE").is_some();
    let mut touches = seen.all_touches().peekable();
    if asks || !alters || touches.peek().is_none() {
        return None;
    }
    let (mut instant, mut beside) = (true, true);
    for touch in touches.filter(|touch| touch.lock.held > Held::Moment) {
        instant = false;
        beside &= !touch.blocks_writes();
    }
    let renames = seen.steps().iter().any(|step| matches!(step, Step::RenameTable { .. }));
    match (instant, beside) {
        (true, _) => Some("ALGORITHM=INSTANT"),
        (false, true) if !renames => Some("LOCK=NONE"),
        (false, _) => None,
    }
}

fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let wanted = wanted(seen)?;
    let end = seen.statement.span.end;
    let edit = Edit { span: end..end, text: format!(", {wanted}") };
    Some(Fix { what: format!("ask for {wanted}"), edits: vec![edit], then: Vec::new() })
}
