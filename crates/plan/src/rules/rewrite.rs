//! How a rule's finding is rewritten, and what it says where that is not certain to be right.

use whimbrel_schema::ObjectName;

use crate::Step;
use crate::review::{Finding, Fix, Seen};

/// The safe form as text. `--fix` writes nothing that is not certain; then the finding says why, so that nobody has to guess
/// what to do instead.
#[derive(Clone, Copy)]
pub struct Rewrite {
    pub fix: fn(&Seen<'_>, &Finding) -> Option<Fix>,
    /// Why there is none.
    pub refusal: fn(&Seen<'_>, &Finding) -> String,
}

impl Rewrite {
    /// Gives the finding its fix, or the reason why it has none.
    pub(crate) fn offer(&self, seen: &Seen<'_>, finding: &mut Finding) {
        finding.fix = (self.fix)(seen, finding);
        if finding.fix.is_none() && !finding.safe_way.contains(NO_FIX) {
            let reason = (self.refusal)(seen, finding);
            if !reason.is_empty() {
                finding.safe_way.push_str(&format!(". {NO_FIX}: {reason}"));
            }
        }
    }
}

pub const NO_FIX: &str = "No fix is offered";

/// What stands in the way of most: the statement does several things, or is about what nobody knows.
pub(super) fn because(seen: &Seen<'_>, finding: &Finding, otherwise: impl FnOnce() -> String) -> String {
    if seen.steps().len() > 1 {
        return "it is one of several clauses; it needs a statement of its own".to_string();
    }
    let step = finding.step.and_then(|step| seen.steps().get(step));
    match step.and_then(table_of).filter(|table| seen.table(table).is_none()) {
        Some(table) => not_known(seen, table),
        None => otherwise(),
    }
}

pub(super) fn not_known(seen: &Seen<'_>, what: &ObjectName) -> String {
    format!("`{what}` is not known from these files{}", seen.who_tells())
}

fn table_of(step: &Step) -> Option<&ObjectName> {
    if let Step::AddColumn { table, .. }
    | Step::AddConstraint { table, .. }
    | Step::ValidateConstraint { table, .. }
    | Step::SetNullable { table, .. }
    | Step::CreateIndex { table, .. }
    | Step::AttachPartition { parent: table, .. }
    | Step::DetachPartition { parent: table, .. } = step
    {
        return Some(table);
    }
    if let Step::ChangeData { tables, .. } = step { tables.first() } else { None }
}
