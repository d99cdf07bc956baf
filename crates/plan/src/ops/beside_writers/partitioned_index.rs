//! The index of a partitioned table. The engine builds none concurrently, so that the parent gets its own alone, each
//! partition's is built concurrently, and one after the other is taken over. Until the last of them is, the parent's is
//! not valid, and a partition that comes meanwhile gets its part by itself.

use whimbrel_schema::{Index, ObjectName, Table};

use super::super::Way;
use super::index::keys_in_words;
use super::{Planned, Stretches, shortened};
use crate::{Amendment, Question, Step};

const AT_ONCE: &str = "nobody can write to any partition while this builds";

/// One partition, and what it is to its parent.
struct Branch {
    table: ObjectName,
    is_partitioned: bool,
    /// An index that it has already and that becomes a part of its parent's.
    own: Option<String>,
    below: Vec<Branch>,
}

impl Stretches<'_> {
    pub(super) fn create_on_partitions(&mut self, planned: &Planned, table: &ObjectName, index: &Index) -> bool {
        if self.table(table).is_none_or(|table| table.options.partition_by.is_none()) {
            return false;
        }
        if !self.is_built_apart(table, index) {
            self.at_once.push(planned.clone().warned(Some(AT_ONCE.to_string())));
            return true;
        }
        let branches = self.branches(table, index);
        if branches.is_empty() {
            let planned = match self.setting.way {
                Way::Upgrade => {
                    let question = Question::UnknownPartitions { table: table.clone(), index: index.name.clone() };
                    planned.clone().asking(question)
                }
                Way::Downgrade => planned.clone().warned(Some(AT_ONCE.to_string())),
            };
            self.at_once.push(planned);
            return true;
        }
        let replaced = self.is_replaced_whole(&self.name_of(table, &index.name), table);
        let name = if replaced { self.free_name(table, &index.name, "_new") } else { index.name.clone() };
        let alone = Index { name: name.clone(), valid: false, ..index.clone() };
        self.after.push(Planned { step: created(table, alone, false), ..planned.clone().alone() });
        let (mut built, mut attached) = (Vec::new(), Vec::new());
        let whole = self.name_of(table, &name);
        self.below(&whole, &branches, index, &mut built, &mut attached);
        self.after.extend(built);
        self.after.extend(attached);
        if replaced {
            let old = Step::DropIndex {
                index: self.name_of(table, &index.name),
                concurrently: false,
                if_exists: false,
                cascade: false,
            };
            self.after.push(Planned::from(old).alone());
            self.after.push(Step::RenameIndex { from: whole, to: index.name.clone() }.into());
        }
        true
    }

    /// Whether another takes the name of a partitioned table's index, and can be built beside it.
    pub(super) fn is_replaced_whole(&self, name: &ObjectName, of: &ObjectName) -> bool {
        let Some(before) = self.table(of).filter(|table| table.options.partition_by.is_some()) else { return false };
        let replaced = before.index(&name.name).is_some_and(|old| self.is_replaced(before, old));
        replaced && !self.attaches_below(of) && self.has_partitions(of)
    }

    /// Whether the index of a partition becomes a part of one that its parent gets, instead of being dropped.
    pub(super) fn is_given_up(&self, name: &ObjectName, holder: &ObjectName) -> bool {
        let to = self.setting.schemas.to;
        if to.table(holder).is_none_or(|table| table.options.partition_of.is_none()) {
            return false;
        }
        self.all.iter().any(|step| {
            let Step::CreateIndex { table, index, .. } = step else { return false };
            self.is_built_apart(table, index) && is_taken_over(&self.branches(table, index), holder, &name.name)
        })
    }

    fn is_built_apart(&self, table: &ObjectName, index: &Index) -> bool {
        let Some(before) = self.table(table).filter(|table| table.options.partition_by.is_some()) else { return false };
        let replaced = || self.is_replaced_whole(&self.name_of(table, &index.name), table);
        (before.index(&index.name).is_none() || replaced()) && !self.attaches_below(table)
    }

    /// An index of a partition that is like the wanted one and that nobody wants to keep for itself.
    fn like_on(&self, partition: &ObjectName, wanted: &Index) -> Option<&str> {
        let from: &Table = self.table(partition)?;
        let goes = |own: &&Index| {
            let dropped = self.name_of(partition, &own.name);
            self.all.iter().any(|step| matches!(step, Step::DropIndex { index, .. } if *index == dropped))
        };
        let mut like = from.indexes.iter().filter(|own| own.valid && own.is_like(wanted));
        let found = like.find(goes)?;
        (!self.moves_columns(partition)).then_some(found.name.as_str())
    }

    /// Whether a table becomes a partition of this one, or of one of its partitions, in the same revision: at which time
    /// hangs on what else is done.
    fn attaches_below(&self, table: &ObjectName) -> bool {
        let is_below = |parent: &ObjectName| {
            let mut at = Some(parent);
            while let Some(name) = at.filter(|name| *name != table) {
                let found = self.setting.schemas.to.table(name);
                at = found.and_then(|found| found.options.partition_of.as_ref()).map(|of| &of.parent);
            }
            at.is_some()
        };
        self.all.iter().any(|step| matches!(step, Step::AttachPartition { parent, .. } if is_below(parent)))
    }

    /// The partitions as they are when all else is done.
    fn branches(&self, parent: &ObjectName, index: &Index) -> Vec<Branch> {
        let is_part = |table: &&Table| table.options.partition_of.as_ref().is_some_and(|of| of.parent == *parent);
        let parts = self.setting.schemas.to.tables.values().filter(is_part);
        let branch = |part: &Table| Branch {
            table: part.name.clone(),
            is_partitioned: part.options.partition_by.is_some(),
            own: self.like_on(&part.name, index).map(str::to_string),
            below: self.branches(&part.name, index),
        };
        parts.map(branch).collect()
    }

    fn has_partitions(&self, parent: &ObjectName) -> bool {
        let of = |table: &Table| table.options.partition_of.as_ref().is_some_and(|of| of.parent == *parent);
        self.setting.schemas.to.tables.values().any(of)
    }

    fn below(
        &mut self,
        whole: &ObjectName,
        branches: &[Branch],
        index: &Index,
        built: &mut Vec<Planned>,
        attached: &mut Vec<Planned>,
    ) {
        for Branch { table, is_partitioned, own, below } in branches {
            // As the engine would call it.
            let stem = format!("{}_{}", table.name, keys_in_words(index));
            let name = match own {
                Some(own) if *own == shortened(&stem, "_idx") => own.clone(),
                Some(own) => {
                    let name = self.numbered_name(table, &stem, "_idx");
                    let rename = Step::RenameIndex { from: self.name_of(table, own), to: name.clone() };
                    built.push(Planned::from(rename).alone());
                    name
                }
                None => {
                    let name = self.numbered_name(table, &stem, "_idx");
                    let part = Index { name: name.clone(), comment: None, valid: !is_partitioned, ..index.clone() };
                    let planned = Planned::from(created(table, part, !is_partitioned));
                    built.push(if *is_partitioned { planned.alone() } else { planned });
                    name
                }
            };
            let part = self.name_of(table, &name);
            self.given.insert(table.sibling(&name));
            if own.is_none() {
                self.below(&part, below, index, built, attached);
            }
            let attach = Amendment::AttachIndex { index: whole.clone(), partition: part };
            // Each for itself: what is taken over is locked against readers until its transaction ends.
            attached.push(Planned::from(Step::Amend(Box::new(attach))).alone());
        }
    }
}

fn is_taken_over(branches: &[Branch], holder: &ObjectName, name: &str) -> bool {
    branches.iter().any(|branch| match &branch.own {
        Some(own) => branch.table == *holder && own == name,
        None => is_taken_over(&branch.below, holder, name),
    })
}

fn created(table: &ObjectName, index: Index, concurrently: bool) -> Step {
    Step::CreateIndex { table: table.clone(), index: Box::new(index), concurrently, if_not_exists: false }
}
