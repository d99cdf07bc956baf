//! A prediction in the making: the locks, work and dangers of each step, one touch for each relation.

use std::cell::RefCell;
use std::collections::BTreeMap;

use whimbrel_plan::Step;
use whimbrel_plan::review::{Blocks, Circumstances, Danger, Held, Prediction, Told, Touch, Touched, Undo, Work};
use whimbrel_schema::{ObjectName, Schema, Table, Version};

use super::locks::Mode;
use super::relations;

pub(super) struct Draft<'a> {
    pub(super) at: &'a Circumstances<'a>,
    /// The whole statement: what one step costs may hang on another.
    pub(super) steps: &'a [Step],
    /// The statement is about the table alone, not about its partitions and heirs.
    pub(super) only: bool,
    held: Held,
    step: usize,
    pencilled: Vec<Pencilled>,
    dangers: Vec<Told>,
    undo: Undo,
    families: RefCell<BTreeMap<ObjectName, Vec<ObjectName>>>,
}

struct Pencilled {
    step: usize,
    on: Touched,
    mode: Mode,
    held: Held,
    /// What it keeps others from, where the mode of its lock does not say: readers may wait for an index of the relation
    /// although its own lock would let them through, and nobody waits for what nobody can open any more.
    blocks: Option<Blocks>,
    work: Vec<Work>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(at: &'a Circumstances<'a>, steps: &'a [Step]) -> Self {
        let (held, undo) = (Held::Transaction, Undo::Free);
        let families = RefCell::default();
        Draft { at, steps, only: false, held, step: 0, pencilled: Vec::new(), dangers: Vec::new(), undo, families }
    }

    /// What is told from here on belongs to this step.
    pub(super) fn about(&mut self, step: usize) {
        self.step = step;
        self.held = Held::Transaction;
    }

    /// How long the locks of this step are held from here on.
    pub(super) fn hold(&mut self, held: Held) {
        self.held = held;
    }

    pub(super) fn schema(&self) -> &'a Schema {
        self.at.before
    }

    /// The table as the schema has it, as far as that can be trusted.
    pub(super) fn table(&self, name: &ObjectName) -> Option<&'a Table> {
        self.at.before.table(name)
    }

    /// The table, where all that it has and all that it has not is known.
    pub(super) fn whole(&self, name: &ObjectName) -> Option<&'a Table> {
        self.table(name).filter(|_| self.at.complete && self.at.certain)
    }

    /// Whether the server is certainly this new.
    pub(super) fn is_at_least(&self, major: u32) -> bool {
        self.at.facts.version.is_some_and(|version| version >= Version::new(major, 0, 0))
    }

    pub(super) fn lock(&mut self, relation: &ObjectName, mode: Mode) {
        self.touch(Touched::Relation(relation.clone()), mode, None);
    }

    pub(super) fn work(&mut self, relation: &ObjectName, mode: Mode, work: Work) {
        self.touch(Touched::Relation(relation.clone()), mode, Some(work));
    }

    /// Relations that nobody here can name.
    pub(super) fn lock_unknown(&mut self, mode: Mode) {
        self.touch(Touched::Unnamed, mode, None);
    }

    pub(super) fn work_unknown(&mut self, mode: Mode, work: Work) {
        self.touch(Touched::Unnamed, mode, Some(work));
    }

    /// The table and, unless the statement says ONLY, all its partitions and heirs.
    pub(super) fn family(&self, table: &ObjectName) -> Vec<ObjectName> {
        if self.only {
            return vec![table.clone()];
        }
        // Each search walks all tables, and a step asks several times.
        let mut known = self.families.borrow_mut();
        known.entry(table.clone()).or_insert_with(|| relations::family(self.schema(), self.at.facts, table)).clone()
    }

    /// Whether rows can be in the relation itself: in a partitioned table there are none.
    pub(super) fn has_rows(&self, relation: &ObjectName) -> bool {
        let part = self.at.facts.partitions.get(relation).filter(|_| self.table(relation).is_none());
        part.map_or_else(|| relations::has_rows(self.schema(), relation), |part| !part.is_partitioned)
    }

    pub(super) fn lock_family(&mut self, table: &ObjectName, mode: Mode) {
        for relation in self.family(table) {
            self.lock(&relation, mode);
        }
    }

    /// Work is done where rows are: not on a partitioned table itself, but on partitions that may not be known.
    pub(super) fn work_family(&mut self, table: &ObjectName, mode: Mode, work: Work) {
        for relation in self.family(table) {
            self.work_one(&relation, mode, work);
        }
    }

    /// The same of one of them.
    pub(super) fn work_one(&mut self, relation: &ObjectName, mode: Mode, work: Work) {
        if self.has_rows(relation) {
            return self.work(relation, mode, work);
        }
        self.lock(relation, mode);
        if !self.only && self.may_have_unknown_partitions(relation) {
            self.work_unknown(mode, work);
        }
    }

    /// A partitioned table of which no partition is known holds no row, unless somebody else makes its partitions: that
    /// is how programs that make one a month work.
    fn may_have_unknown_partitions(&self, relation: &ObjectName) -> bool {
        let none_is_known = || self.family(relation).len() == 1;
        !self.at.complete || (!self.at.facts.asked && none_is_known())
    }

    /// Others wait for more, or for less, than the mode says.
    pub(super) fn lock_that_blocks(&mut self, relation: &ObjectName, mode: Mode, blocks: Blocks) {
        self.lock(relation, mode);
        let (step, on) = (self.step, Touched::Relation(relation.clone()));
        for pencilled in self.pencilled.iter_mut().filter(|it| it.step == step && it.on == on) {
            pencilled.blocks = Some(blocks);
        }
    }

    fn touch(&mut self, on: Touched, mode: Mode, work: Option<Work>) {
        let (step, held) = (self.step, self.held);
        let at = match self.pencilled.iter().position(|it| it.step == step && it.on == on && it.held == held) {
            Some(at) => at,
            None => {
                self.pencilled.push(Pencilled { step, on, mode, held, blocks: None, work: Vec::new() });
                self.pencilled.len() - 1
            }
        };
        let Some(touch) = self.pencilled.get_mut(at) else { return };
        touch.mode = touch.mode.and(mode);
        if let Some(work) = work.filter(|work| !touch.work.contains(work)) {
            touch.work.push(work);
        }
    }

    pub(super) fn danger(&mut self, danger: Danger) {
        let told = Told { step: self.step, danger };
        if !self.dangers.contains(&told) {
            self.dangers.push(told);
        }
    }

    pub(super) fn fails(&mut self, why: impl Into<String>) {
        self.danger(Danger::Fails { why: why.into() });
    }

    /// The statement, or a part of it, is newer than the server may be.
    pub(super) fn needs_version(&mut self, major: u32, what: impl Into<String>) {
        if let Some(version) = self.at.facts.version
            && version < Version::new(major, 0, 0)
        {
            self.danger(Danger::Unsupported { what: what.into(), since: Some(major.to_string()) });
        }
    }

    pub(super) fn loses(&mut self) {
        if self.undo == Undo::Free {
            self.undo = Undo::LosesData;
        }
    }

    pub(super) fn undo_is_unknown(&mut self) {
        self.undo = Undo::Unknown;
    }

    /// The clauses of one ALTER TABLE share the strongest lock that any of them needs, taken before the first.
    pub(super) fn share_strongest(&mut self, table: &ObjectName) {
        let own = |it: &&mut Pencilled| matches!(&it.on, Touched::Relation(name) if name == table);
        let strongest = self.pencilled.iter_mut().filter(own).map(|it| it.mode).reduce(Mode::and);
        let Some(strongest) = strongest else { return };
        self.pencilled.iter_mut().filter(own).for_each(|it| it.mode = strongest);
    }

    pub(super) fn finish(self) -> Prediction {
        let touches = self.pencilled.into_iter().map(|it| {
            let mut lock = it.mode.lock(it.held);
            lock.blocks = it.blocks.unwrap_or(lock.blocks);
            Touch { step: it.step, on: it.on, lock, work: it.work }
        });
        Prediction { touches: touches.collect(), dangers: self.dangers, undo: self.undo }
    }
}
