use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Edit, Finding, Fix, Seen, Severity, Touch};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "metadata-lock-queue",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a schema change waits for the metadata lock without a limit, and every query queues behind it",
    why: "Every DDL statement, even an instant one, needs the table's metadata lock exclusively for a moment at its \
          beginning and end. A transaction that has merely read the table holds it off until it ends, and meanwhile \
          every later SELECT waits behind. By default the server waits for a day (MariaDB) or a year (MySQL). \
          Measured: behind a transaction of 6 s, others waited 5.9 s.",
    safe_way: "set lock_wait_timeout to a few seconds before it, and retry when it gives up; on MariaDB, WAIT or \
               NOWAIT does that for one statement",
    example: Example {
        bad: "ALTER TABLE email ADD COLUMN archived_at datetime;",
        good: "SET lock_wait_timeout = 5;\n\
               ALTER TABLE email ADD COLUMN archived_at datetime;",
    },
    sources: &[
        "https://dev.mysql.com/doc/refman/8.4/en/metadata-locking.html",
        "https://mariadb.com/kb/en/wait-and-nowait/",
    ],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: |_, _| String::new() }),
};

/// Longer than this, and people notice.
const PATIENCE: u64 = 60;

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.word("NOWAIT").is_some() || seen.word("WAIT").is_some() || is_short(seen.session().setting(SETTING)) {
        return;
    }
    let exclusive = |touch: &&Touch| touch.blocks_reads();
    let told =
        seen.file.iter().any(|passed| !passed.only_new && passed.prediction.touches.iter().any(|it| exclusive(&it)));
    if told {
        return;
    }
    let table = seen.all_touches().find(exclusive).and_then(Touch::relation);
    // What is made has no name yet for which anybody could wait.
    if let Some(table) = table.filter(|table| !makes(seen, table)) {
        let message = format!("it waits for `{table}` without end, and everybody who comes later waits behind it");
        found.statement(message);
    }
}

const SETTING: &str = "lock_wait_timeout";

fn is_short(value: Option<&str>) -> bool {
    value.and_then(|value| value.parse::<u64>().ok()).is_some_and(|seconds| seconds <= PATIENCE)
}

fn makes(seen: &Seen<'_>, relation: &ObjectName) -> bool {
    let mut steps = seen.steps().iter();
    steps.any(|step| {
        matches!(step, Step::CreateTable { table, .. } if table.name == *relation)
            || matches!(step, Step::CreateObject { object, .. } if object.id().name == *relation)
    })
}

fn fix(seen: &Seen<'_>, _finding: &Finding) -> Option<Fix> {
    let start = seen.statement.above;
    let edit = Edit { span: start..start, text: format!("SET {SETTING} = 5;\n") };
    Some(Fix { what: "give up after 5 s".to_string(), edits: vec![edit], then: Vec::new() })
}
