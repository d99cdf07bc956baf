use whimbrel_plan::{How, Step};

/// ALTER TABLE of MySQL changes everything that a table is made of.
pub(super) fn how(step: &Step) -> How {
    match step {
        Step::RebuildTable { .. } => How::Rebuild,
        Step::CreateTable { .. }
        | Step::DropTable { .. }
        | Step::RenameTable { .. }
        | Step::SetTableOptions { .. }
        | Step::AddColumn { .. }
        | Step::DropColumn { .. }
        | Step::RenameColumn { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::AddConstraint { .. }
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
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => How::InPlace,
    }
}
