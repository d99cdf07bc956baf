use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Passed, Prediction, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "implicit-commit",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a schema change commits the transaction in the middle",
    why: "A DDL statement commits whatever is open, and is itself committed. What ran before it in the transaction \
          stays even if what follows fails; ROLLBACK undoes only the rest. Each such statement is a point where a run \
          can stop half-way.",
    safe_way: "keep row changes and schema changes in separate files, one DDL statement per file, so that each is \
               either done or not",
    example: Example {
        bad: "START TRANSACTION;\n\
              UPDATE email SET size = 0 WHERE id = 1;\n\
              ALTER TABLE email DROP COLUMN old_size;\n\
              COMMIT;",
        good: "UPDATE email SET size = 0 WHERE id = 1;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    let commits =
        |prediction: &Prediction| prediction.dangers.iter().any(|told| told.danger == Danger::CommitsImplicitly);
    if !commits(seen.prediction) {
        return;
    }
    // What is open since the last commit, whoever made that.
    let ends = |passed: &Passed<'_>| {
        commits(&passed.prediction)
            || passed.steps.iter().any(|step| matches!(step, Step::SetSession { name, .. } if name == "COMMIT"))
    };
    let open = seen.transaction.iter().rev().take_while(|passed| !ends(passed));
    let (mut begun, mut changed) = (false, false);
    for step in open.flat_map(|passed| passed.steps) {
        begun |= matches!(step, Step::SetSession { name, .. } if name == "BEGIN");
        changed |= matches!(step, Step::ChangeData { .. });
    }
    if begun || changed {
        let lost =
            if changed { "the rows changed before it stay, whatever comes" } else { "the transaction ends here" };
        found.statement(format!("it commits the open transaction: {lost}"));
    }
}
