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
    what: "a transaction is committed in its middle",
    why: "A statement that defines something commits whatever is open, and is committed itself. What stands before it in the \
          transaction stays when what comes after it fails; ROLLBACK takes back the rest alone. Each such statement is a \
          point at which a run can stop half-way.",
    safe_way: "keep changes of rows and changes of tables in files of their own, one definition a file, so that each is done or is \
               not",
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
