//! What a statement does to a live system: from how the engine works, not from a list of statements.
//!
//! Each file knows one subject and writes into a [`Draft`](draft::Draft): which relations a step touches, in which of
//! the eight modes, with how much work. A table stands for its indexes, its TOAST table and the sequences of its columns:
//! what locks them is told of the table.

mod columns;
mod constraints;
mod defaults;
mod domains;
mod draft;
mod dropped;
mod indexes;
mod locks;
mod objects;
mod other;
mod partitions;
mod relations;
mod retyped;
mod rows;
mod tables;
mod types;

use whimbrel_plan::review::{Circumstances, Danger, Prediction};
use whimbrel_plan::{Amendment, Step, Understanding};
use whimbrel_schema::{ObjectKind, ObjectName};

use super::understand::aside::{self, Aside};
use draft::Draft;

pub(in crate::postgres) use locks::Mode;
pub(in crate::postgres) use partitions::{bound_as_check, left_by_detaching};

pub(super) fn predict(statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
    let Understanding::Known { steps, transactional } = understanding else {
        let mut prediction = other::unread(statement, at).unwrap_or_else(Prediction::worst);
        if !understanding.transactional() {
            prediction.dangers.push(whimbrel_plan::review::Told { step: 0, danger: Danger::NeedsNoTransaction });
        }
        return prediction;
    };
    let mut draft = Draft::new(at, steps);
    let aside =
        if is_read_again(statement, steps, at) { aside::read(statement).unwrap_or_default() } else { Aside::default() };
    draft.only = aside.only;
    for (number, step) in steps.iter().enumerate() {
        draft.about(number);
        // `CREATE OR REPLACE TRIGGER` is two steps, and locks no more than the second of them.
        let replaced = matches!(
            (step, steps.get(number + 1)),
            (Step::DropTrigger { name, if_exists: true, .. }, Some(Step::CreateTrigger { trigger, .. }))
                if trigger.name == *name
        );
        let nothing = at.passes_over(step) && locks_nothing_then(step);
        if !replaced && !nothing {
            take(&mut draft, step, &aside);
        }
    }
    draft.about(0);
    if !transactional {
        draft.danger(Danger::NeedsNoTransaction);
    }
    for (what, major) in &aside.newer {
        draft.needs_version(*major, *what);
    }
    if let Some(table) = altered(steps) {
        draft.share_strongest(table);
    }
    draft.finish()
}

/// Whether the steps leave out something that matters here. Reading a statement twice costs as much as the first time.
fn is_read_again(statement: &str, steps: &[Step], at: &Circumstances<'_>) -> bool {
    let more = |step: &Step| matches!(step, Step::ChangeData { .. } | Step::CreateObject { .. });
    at.facts.version.is_some()
        || steps.iter().any(more)
        || statement.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"only"))
}

/// Whether a step that says IF EXISTS of what is not there does not even lock what that would hang on.
fn locks_nothing_then(step: &Step) -> bool {
    if let Step::DropObject { object, .. } = step {
        return object.kind != ObjectKind::Opaque;
    }
    matches!(step, Step::DropTable { .. } | Step::DropIndex { .. })
}

fn take(draft: &mut Draft<'_>, step: &Step, aside: &Aside) {
    match step {
        Step::CreateTable { table, if_not_exists } => tables::create(draft, table, *if_not_exists),
        Step::DropTable { table, if_exists, cascade } => dropped::table(draft, table, *if_exists, *cascade),
        Step::RenameTable { from, to } => tables::rename(draft, from, to),
        Step::SetTableOptions { table, .. } | Step::RebuildTable { table, .. } => tables::anything(draft, table),

        Step::AddColumn { table, column, constraints, if_not_exists } => {
            columns::add(draft, table, column, constraints, *if_not_exists);
        }
        Step::DropColumn { table, column, if_exists, cascade } => {
            dropped::column(draft, table, column, *if_exists, *cascade);
        }
        Step::RenameColumn { table, from, .. } => columns::rename(draft, table, from),
        Step::SetColumnType { table, column, to, collation, using } => {
            retyped::set_type(draft, table, column, to, collation.as_deref(), using.as_ref());
        }
        Step::SetNullable { table, column, nullable: true } => columns::allow_null(draft, table, column),
        Step::SetNullable { table, column, nullable: false } => columns::forbid_null(draft, table, column),
        Step::SetDefault { table, .. } => columns::plain(draft, table),
        Step::SetGeneration { table, column, to } => columns::set_generation(draft, table, column, to.as_ref()),

        Step::AddConstraint { table, constraint, using_index } => {
            constraints::add(draft, table, constraint, using_index.as_deref());
        }
        Step::DropConstraint { table, name, if_exists, cascade } => {
            constraints::drop_(draft, table, name, *if_exists, *cascade);
        }
        Step::RenameConstraint { table, .. } => columns::plain(draft, table),
        Step::ValidateConstraint { table, name } => constraints::validate(draft, table, name),
        Step::SetDeferrable { table, .. } => constraints::set_deferrable(draft, table),

        Step::CreateIndex { table, index, concurrently, if_not_exists } => {
            indexes::create(draft, table, index, *concurrently, *if_not_exists);
        }
        Step::DropIndex { index, concurrently, if_exists, cascade } => {
            indexes::drop_(draft, index, *concurrently, *if_exists, *cascade);
        }
        Step::RenameIndex { from, .. } => draft.lock(from, Mode::ShareUpdateExclusive),
        Step::SetIndexStorage { index, to } => indexes::set_storage(draft, index, to.keys()),

        Step::CreateObject { object, replace, .. } => objects::create(draft, object, *replace, aside),
        Step::DropObject { object, cascade, .. } => dropped::object(draft, object, *cascade),
        Step::RenameObject { object, to } => objects::rename(draft, object, to),
        Step::AlterObject { to } => objects::alter(draft, to),
        Step::Amend(amendment) => amend(draft, amendment),
        // A type is no relation.
        Step::AddEnumValue { .. } => draft.loses(),
        Step::RenameEnumValue { .. } => {}

        Step::CreateTrigger { table, trigger } => objects::create_trigger(draft, table, trigger),
        Step::DropTrigger { table, name, .. } => dropped::trigger(draft, table.as_ref(), name),
        Step::SetTriggerEnabled { table, .. } => draft.lock_family(table, Mode::ShareRowExclusive),

        Step::AttachPartition { parent, partition, bound } => partitions::attach(draft, parent, partition, bound),
        Step::DetachPartition { parent, partition, concurrently } => {
            partitions::detach(draft, parent, partition, *concurrently);
        }

        Step::SetComment { on, .. } => objects::comment(draft, on),
        Step::ChangeData { change, tables } => rows::change(draft, *change, tables, aside),
        Step::SetSession { .. } => {}
        Step::Inert { what } => other::inert(draft, what),
    }
}

fn amend(draft: &mut Draft<'_>, amendment: &Amendment) {
    match amendment {
        Amendment::Persistence { table, to } => tables::set_persistence(draft, table, *to),
        Amendment::RowSecurity { table, .. } => draft.lock(table, Mode::AccessExclusive),
        Amendment::Storage { table, set } => tables::set_storage(draft, table, set.keys()),
        Amendment::Tablespace { table, .. } => tables::set_tablespace(draft, table),
        Amendment::Inherit { table, parent, inherits } => tables::inherit(draft, table, parent, *inherits),
        Amendment::IndexStorage { index, set } => indexes::set_storage(draft, index, set.keys()),
        Amendment::IndexTablespace { index, .. } => indexes::set_tablespace(draft, index),
        Amendment::AttachIndex { index, partition } => indexes::attach(draft, index, partition),
        Amendment::Identity { table, .. } => columns::plain(draft, table),
        Amendment::GenerationExpression { table, column, .. } => columns::set_expression(draft, table, column),
        Amendment::Sequence { name, owned_by, .. } => {
            draft.lock(name, Mode::ShareRowExclusive);
            if let Some(Some((table, _))) = owned_by {
                draft.lock(table, Mode::AccessShare);
            }
        }
        Amendment::Domain { name, change } => domains::change(draft, name, change),
        Amendment::ViewOptions { view, set } => objects::set_view_options(draft, view, set.keys()),
        Amendment::ExtensionNamespace { .. } => {}
    }
}

/// The table of an ALTER TABLE, whose clauses are taken under one lock.
fn altered(steps: &[Step]) -> Option<&ObjectName> {
    if steps.len() < 2 {
        return None;
    }
    steps.iter().find_map(|step| match step {
        Step::RenameTable { from: table, .. }
        | Step::SetTableOptions { table, .. }
        | Step::AddColumn { table, .. }
        | Step::DropColumn { table, .. }
        | Step::RenameColumn { table, .. }
        | Step::SetColumnType { table, .. }
        | Step::SetNullable { table, .. }
        | Step::SetDefault { table, .. }
        | Step::SetGeneration { table, .. }
        | Step::AddConstraint { table, .. }
        | Step::DropConstraint { table, .. }
        | Step::RenameConstraint { table, .. }
        | Step::ValidateConstraint { table, .. }
        | Step::SetDeferrable { table, .. }
        | Step::SetTriggerEnabled { table, .. } => Some(table),
        Step::Amend(amendment) => match amendment.as_ref() {
            Amendment::Persistence { table, .. }
            | Amendment::RowSecurity { table, .. }
            | Amendment::Storage { table, .. }
            | Amendment::Tablespace { table, .. }
            | Amendment::Inherit { table, .. }
            | Amendment::Identity { table, .. }
            | Amendment::GenerationExpression { table, .. } => Some(table),
            Amendment::IndexStorage { .. }
            | Amendment::IndexTablespace { .. }
            | Amendment::AttachIndex { .. }
            | Amendment::Sequence { .. }
            | Amendment::Domain { .. }
            | Amendment::ViewOptions { .. }
            | Amendment::ExtensionNamespace { .. } => None,
        },
        Step::CreateTable { .. }
        | Step::DropTable { .. }
        | Step::RebuildTable { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::CreateObject { .. }
        | Step::DropObject { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => None,
    })
}
