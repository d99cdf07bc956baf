use whimbrel_schema::{Engine, ObjectName};

use crate::backfill::BackfillPlan;
use crate::review::{Edit, Extent, Finding, Fix, Seen, Severity, Touch, Work};
use crate::rules::rewrite::because;
use crate::rules::{Example, Found, Rewrite, Rule};
use crate::{DataChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "unbatched-change",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Mysql],
    scales: true,
    what: "one statement changes every row that matches and keeps all of them locked until it ends",
    why: "An UPDATE or DELETE locks every row that it changes until its transaction ends: anybody who writes one of \
          them waits for the whole statement. InnoDB locks every row that it looks at, and the gaps between them. On \
          PostgreSQL an UPDATE of all rows also doubles the table, because the old versions are freed only afterwards. \
          Replicas lag. In batches of a few thousand rows, nobody waits for more than a moment.",
    safe_way: "write `-- backfill` above an UPDATE, so that `whimbrel upgrade` runs it in batches, each its own \
               transaction; delete a few thousand rows at a time",
    example: Example {
        bad: "UPDATE email SET state = 'new' WHERE state IS NULL;",
        good: "-- backfill\n\
               UPDATE email SET state = 'new' WHERE state IS NULL;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS",
        "https://www.postgresql.org/docs/current/routine-vacuuming.html",
        "https://dev.mysql.com/doc/refman/8.4/en/innodb-locks-set.html",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.statement.backfill {
        return;
    }
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::ChangeData { change, tables } = step else { continue };
        let (verb, batches) = match change {
            DataChange::Update => ("updating", true),
            // Only an UPDATE is run in batches.
            DataChange::Delete => ("deleting", false),
            DataChange::Merge => ("merging into", false),
            DataChange::Insert | DataChange::Truncate => continue,
        };
        let many = |touch: &&Touch| {
            let extent = touch.work.iter().find_map(|work| match work {
                Work::ChangeRows(extent) => Some(extent),
                Work::Scan | Work::Rewrite | Work::BuildIndex => None,
            });
            extent.is_some_and(|extent| *extent != Extent::Listed) || touch.relation().is_none()
        };
        let Some(touch) = seen.touches(at).find(many) else { continue };
        let table = touch.relation().or(tables.first()).map_or_else(String::new, |name| format!(" `{name}`"));
        let all = touch.work.contains(&Work::ChangeRows(Extent::All));
        let rows = if all { "every row of" } else { "rows of" };
        let finding = found.step(at, format!("{verb} {rows}{table} in one statement keeps them locked until it ends"));
        if !batches || !seen.script.directives || seen.dialect.batching().is_none() {
            finding
                .safe_way("change a few thousand rows at a time, by the key, each batch in a transaction of its own");
        }
    }
}

/// `-- backfill` drives an UPDATE of one table by its primary key.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let [Step::ChangeData { change: DataChange::Update, tables }] = seen.steps() else { return None };
    let [table] = tables.as_slice() else { return None };
    seen.table(table)?.primary_key.as_ref()?;
    finding.step?;
    if !seen.script.directives {
        return None;
    }
    // What would be refused when it runs is not written; where whimbrel runs nothing, whoever does reads the line.
    if seen.dialect.batching().is_some() {
        BackfillPlan::new(seen.sql, seen.at.before, seen.dialect).ok()?;
    }
    if !seen.begins(&["UPDATE"]) || seen.session().has_begun() {
        return None;
    }
    let start = seen.statement.span.start;
    Some(Fix {
        what: "run it in batches".to_string(),
        edits: vec![Edit { span: start..start, text: "-- backfill\n".to_string() }],
        then: Vec::new(),
    })
}

/// Why there is none.
fn refusal(seen: &Seen<'_>, finding: &Finding) -> String {
    let [Step::ChangeData { change: DataChange::Update, tables }] = seen.steps() else {
        return "only an UPDATE can be run by `-- backfill`; delete by ranges of the key, in a loop".to_string();
    };
    because(seen, finding, || {
        if !seen.script.directives {
            return "only `whimbrel upgrade` reads `-- backfill`; elsewhere, write the batches as a loop".to_string();
        }
        let keyed = |table: &ObjectName| seen.table(table).is_some_and(|table| table.primary_key.is_some());
        if let Some(table) = tables.iter().find(|table| !keyed(table)) {
            return format!("`{table}` has no primary key that batches could go by");
        }
        match BackfillPlan::new(seen.sql, seen.at.before, seen.dialect) {
            Err(error) if seen.dialect.batching().is_some() => error.to_string(),
            Ok(_) | Err(_) => "it is not one UPDATE outside of a transaction".to_string(),
        }
    })
}
