use whimbrel_plan::{DataChange, Step};

/// What a step may do beside changing the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Effect {
    /// Rows or values may be gone afterwards.
    pub destroys: bool,
    /// A row may refer to nothing afterwards, on an engine whose own checks are off meanwhile.
    pub breaks_references: bool,
    /// The session may have other settings afterwards.
    pub session: bool,
}

impl Effect {
    const NONE: Effect = Effect { destroys: false, breaks_references: false, session: false };
    const REFERENCES: Effect = Effect { breaks_references: true, ..Effect::NONE };
    const DESTROYS: Effect = Effect { destroys: true, ..Effect::REFERENCES };
    const SESSION: Effect = Effect { session: true, ..Effect::NONE };

    /// What must be assumed of a statement that nobody understands.
    pub const UNKNOWN: Effect = Effect { destroys: true, breaks_references: true, session: true };

    pub fn of(step: &Step) -> Effect {
        match step {
            Step::DropTable { .. } | Step::DropColumn { .. } | Step::RebuildTable { .. } => Effect::DESTROYS,
            Step::ChangeData { change, .. } => match change {
                DataChange::Delete | DataChange::Truncate => Effect::DESTROYS,
                DataChange::Insert | DataChange::Update | DataChange::Merge => Effect::REFERENCES,
            },
            // A column may come with a default that refers to no row, and a key may be put on rows that do not keep it.
            Step::AddColumn { .. }
            | Step::SetColumnType { .. }
            | Step::SetGeneration { .. }
            | Step::AddConstraint { .. }
            | Step::RenameTable { .. } => Effect::REFERENCES,
            // `SELECT set_config(…)` is inert as far as the schema goes, and may be the one that matters here.
            Step::SetSession { .. } | Step::Inert { .. } => Effect::SESSION,
            Step::CreateTable { .. }
            | Step::SetTableOptions { .. }
            | Step::RenameColumn { .. }
            | Step::SetNullable { .. }
            | Step::SetDefault { .. }
            | Step::DropConstraint { .. }
            | Step::RenameConstraint { .. }
            | Step::ValidateConstraint { .. }
            | Step::SetDeferrable { .. }
            | Step::CreateIndex { .. }
            | Step::DropIndex { .. }
            | Step::RenameIndex { .. }
            | Step::SetIndexStorage { .. }
            | Step::CreateObject { .. }
            | Step::DropObject { .. }
            | Step::RenameObject { .. }
            | Step::AlterObject { .. }
            | Step::Amend(_)
            | Step::AddEnumValue { .. }
            | Step::RenameEnumValue { .. }
            | Step::CreateTrigger { .. }
            | Step::DropTrigger { .. }
            | Step::SetTriggerEnabled { .. }
            | Step::AttachPartition { .. }
            | Step::DetachPartition { .. }
            | Step::SetComment { .. } => Effect::NONE,
        }
    }
}
