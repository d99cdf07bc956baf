//! Statements that say nothing of the schema and yet lock: upkeep, rights, owners, queries.

use whimbrel_plan::review::{Circumstances, Held, Prediction, Work};
use whimbrel_schema::ObjectName;

use super::draft::Draft;
use super::locks::Mode;
use super::{indexes, objects, relations, rows};
use crate::postgres::understand::aside::{self, Aside, Clause, Upkeep};

pub(super) fn inert(draft: &mut Draft<'_>, what: &str) {
    match aside::read(what) {
        Some(aside) => {
            draft.only |= aside.only;
            take(draft, &aside);
            for (what, major) in &aside.newer {
                draft.needs_version(*major, *what);
            }
        }
        None => nobody_knows(draft),
    }
}

/// A statement that has no step, where it is known all the same what it locks.
pub(super) fn unread(statement: &str, at: &Circumstances<'_>) -> Option<Prediction> {
    let aside = aside::read(statement)?;
    match &aside.upkeep {
        Some(Upkeep::Alter { .. } | Upkeep::NewTable { .. } | Upkeep::Publication { .. }) => {}
        Some(_) | None => return None,
    }
    let mut draft = Draft::new(at, &[]);
    draft.only = aside.only;
    take(&mut draft, &aside);
    for (what, major) in &aside.newer {
        draft.needs_version(*major, *what);
    }
    draft.undo_is_unknown();
    Some(draft.finish())
}

fn nobody_knows(draft: &mut Draft<'_>) {
    draft.work_unknown(Mode::AccessExclusive, Work::Rewrite);
    draft.undo_is_unknown();
}

fn take(draft: &mut Draft<'_>, aside: &Aside) {
    let Some(upkeep) = &aside.upkeep else { return nobody_knows(draft) };
    match upkeep {
        Upkeep::Lock { tables, mode } => {
            // A view is locked with all that it reads, views below it too.
            let mut queue = tables.clone();
            let mut at = 0;
            while let Some(table) = queue.get(at).cloned() {
                draft.lock_family(&table, *mode);
                if let Some(view) = relations::view(draft.schema(), &table) {
                    let below = aside::read(view.query.text()).unwrap_or_default().reads;
                    let new: Vec<_> = below.into_iter().filter(|relation| !queue.contains(relation)).collect();
                    queue.extend(new);
                }
                at += 1;
            }
        }
        Upkeep::ReindexTable { table, concurrently } => indexes::rebuild_all(draft, table, *concurrently),
        Upkeep::ReindexIndex { index, concurrently } => indexes::rebuild(draft, index, *concurrently),
        Upkeep::ReindexMany { namespace, concurrently } => reindex_many(draft, namespace.as_deref(), *concurrently),
        Upkeep::Cluster { table: Some(table) } => rewrite(draft, table),
        Upkeep::Cluster { table: None } => draft.work_unknown(Mode::AccessExclusive, Work::Rewrite),
        Upkeep::Vacuum { tables, full, analyze: _ } => vacuum(draft, tables, *full),
        Upkeep::Analyze { tables } => {
            for table in tables {
                draft.lock_family(table, Mode::ShareUpdateExclusive);
            }
            if tables.is_empty() {
                draft.lock_unknown(Mode::ShareUpdateExclusive);
            }
        }
        Upkeep::Refresh { view, concurrently, with_data } => refresh(draft, view, *concurrently, *with_data),
        Upkeep::Grant { on } => on.iter().for_each(|relation| draft.lock(relation, Mode::AccessShare)),
        Upkeep::Label { on } => draft.lock(on, Mode::ShareUpdateExclusive),
        Upkeep::Publication { tables } => {
            tables.iter().for_each(|table| draft.lock_family(table, Mode::ShareUpdateExclusive));
        }
        Upkeep::Alter { relation, clauses } => {
            for clause in clauses {
                alter(draft, relation, *clause);
            }
        }
        Upkeep::NewTable { with_rows } => {
            for relation in &aside.reads {
                objects::reads(draft, relation, *with_rows && !aside.no_data);
            }
        }
        Upkeep::Nothing => {}
    }
    // What a new table takes its columns from was told above: LIKE reads no rows.
    if !matches!(upkeep, Upkeep::NewTable { .. }) {
        rows::reads(draft, aside);
    }
    for change in &aside.changes {
        draft.lock_family(&change.table, Mode::RowExclusive);
    }
}

fn reindex_many(draft: &mut Draft<'_>, namespace: Option<&str>, concurrently: bool) {
    let of = |name: &ObjectName| namespace.is_none_or(|wanted| name.namespace.as_deref().unwrap_or("public") == wanted);
    let tables: Vec<ObjectName> = draft.schema().tables.keys().filter(|name| of(name)).cloned().collect();
    for table in &tables {
        indexes::rebuild_all(draft, table, concurrently);
    }
    if !draft.at.complete {
        let mode = if concurrently { Mode::ShareUpdateExclusive } else { Mode::AccessExclusive };
        draft.work_unknown(mode, Work::BuildIndex);
    }
}

fn rewrite(draft: &mut Draft<'_>, table: &ObjectName) {
    draft.work_family(table, Mode::AccessExclusive, Work::Rewrite);
}

fn vacuum(draft: &mut Draft<'_>, tables: &[ObjectName], full: bool) {
    draft.hold(Held::Statement);
    let (mode, work) = match full {
        true => (Mode::AccessExclusive, Work::Rewrite),
        false => (Mode::ShareUpdateExclusive, Work::Scan),
    };
    for table in tables {
        draft.work_family(table, mode, work);
    }
    if tables.is_empty() {
        draft.work_unknown(mode, work);
    } else if !full {
        // It gives up the end of the file if nobody is in the way, for as long as nobody is.
        draft.hold(Held::Moment);
        tables.iter().for_each(|table| draft.lock_family(table, Mode::AccessExclusive));
    }
}

fn refresh(draft: &mut Draft<'_>, view: &ObjectName, concurrently: bool, with_data: bool) {
    let query = relations::view(draft.schema(), view).map(|view| view.query.clone());
    match (concurrently, with_data) {
        (true, _) => {
            draft.work(view, Mode::Exclusive, Work::Scan);
            draft.work(view, Mode::Exclusive, Work::ChangeRows(whimbrel_plan::review::Extent::Found));
        }
        (false, true) => draft.work(view, Mode::AccessExclusive, Work::Rewrite),
        (false, false) => draft.lock(view, Mode::AccessExclusive),
    }
    let Some(query) = query else {
        draft.work_unknown(Mode::AccessShare, Work::Scan);
        return;
    };
    for relation in aside::read(query.text()).unwrap_or_default().reads {
        objects::reads(draft, &relation, with_data);
    }
}

fn alter(draft: &mut Draft<'_>, relation: &ObjectName, clause: Clause) {
    match clause {
        Clause::Owner => {
            draft.lock(relation, Mode::AccessExclusive);
        }
        Clause::Tablespace => draft.work(relation, Mode::AccessExclusive, Work::Rewrite),
        Clause::ClusterOn => draft.lock(relation, Mode::ShareUpdateExclusive),
        Clause::Statistics | Clause::ColumnOptions => draft.lock_family(relation, Mode::ShareUpdateExclusive),
        Clause::Storage | Clause::AccessMethod | Clause::NotNullNotValid => {
            draft.lock_family(relation, Mode::AccessExclusive);
        }
        Clause::ReplicaIdentity => draft.lock(relation, Mode::AccessExclusive),
        Clause::Triggers => draft.lock_family(relation, Mode::ShareRowExclusive),
        Clause::Restart => draft.lock(relation, Mode::AccessExclusive),
        Clause::SequenceRestart => draft.lock(relation, Mode::ShareRowExclusive),
        Clause::ExtensionDependence => draft.lock(relation, Mode::AccessExclusive),
    }
}
