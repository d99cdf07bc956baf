//! What a step tells of itself, and the locks that follow from it.
//!
//! The first write takes RESERVED, of which there is one for the whole file, and keeps it until the transaction ends.
//! With a write-ahead log readers go on all the time. With a rollback journal they cannot while the commit writes the
//! file (EXCLUSIVE); and what does not fit into the cache is written before, with EXCLUSIVE held from then on. Which of
//! the two a database has is one of its settings; where nobody knows it, the worse is assumed.

use whimbrel_plan::review::{Blocks, Circumstances, Danger, Held, Lock, Prediction, Told, Touch, Touched, Undo, Work};
use whimbrel_schema::{ObjectName, Schema, Version};

pub(super) struct Telling<'a> {
    pub at: &'a Circumstances<'a>,
    pub prediction: Prediction,
    step: usize,
    access: Access,
    work: Vec<(Touched, Vec<Work>)>,
}

/// What a step needs of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Access {
    Nothing,
    Reads,
    Writes,
    /// Nobody else may even read.
    Alone,
}

/// Whether something is on, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
    Unknown,
}

impl<'a> Telling<'a> {
    pub fn new(at: &'a Circumstances<'a>) -> Self {
        Telling { at, prediction: Prediction::default(), step: 0, access: Access::Nothing, work: Vec::new() }
    }

    pub fn before(&self) -> &'a Schema {
        self.at.before
    }

    pub fn begin(&mut self, step: usize) {
        self.step = step;
        self.access = Access::Nothing;
        self.work.clear();
    }

    /// Takes the write lock, for as long as it takes to change the schema's own table.
    pub fn writes(&mut self) {
        self.access = self.access.max(Access::Writes);
    }

    /// Takes the write lock and works on that relation.
    pub fn works(&mut self, on: &ObjectName, work: &[Work]) {
        self.writes();
        self.note(Touched::Relation(on.clone()), work);
    }

    pub fn works_on_database(&mut self, work: &[Work]) {
        self.writes();
        self.note(Touched::Database, work);
    }

    pub fn reads(&mut self, on: &ObjectName) {
        self.access = self.access.max(Access::Reads);
        self.note(Touched::Relation(on.clone()), &[Work::Scan]);
    }

    pub fn reads_database(&mut self) {
        self.access = self.access.max(Access::Reads);
        self.note(Touched::Database, &[Work::Scan]);
    }

    pub fn takes_it_alone(&mut self) {
        self.access = Access::Alone;
    }

    fn note(&mut self, on: Touched, work: &[Work]) {
        match self.work.iter_mut().find(|(known, _)| *known == on) {
            Some((_, known)) => {
                let new: Vec<_> = work.iter().filter(|work| !known.contains(work)).copied().collect();
                known.extend(new);
            }
            None => self.work.push((on, work.to_vec())),
        }
    }

    /// Makes touches of what the step told.
    pub fn end(&mut self) {
        let working = self.work.iter().any(|(_, work)| !work.is_empty());
        let locks = self.locks(working);
        let Some(lasting) = locks.first().cloned() else { return };
        let mut work = std::mem::take(&mut self.work);
        let whole = work.iter().position(|(on, _)| *on == Touched::Database).map(|at| work.remove(at).1);
        let mut of_database = whole.unwrap_or_default();
        for lock in locks {
            let work = std::mem::take(&mut of_database);
            self.prediction.touches.push(Touch { step: self.step, on: Touched::Database, lock, work });
        }
        for (on, work) in work {
            self.prediction.touches.push(Touch { step: self.step, on, lock: lasting.clone(), work });
        }
    }

    /// Those on the whole database, the one that lasts first.
    fn locks(&self, working: bool) -> Vec<Lock> {
        let log = self.has_log();
        let reserved = || Lock::new("RESERVED", Blocks::Writes, Held::Transaction);
        match self.access {
            Access::Nothing => Vec::new(),
            Access::Reads if log => vec![Lock::new("SHARED", Blocks::Nothing, Held::Transaction)],
            // A commit waits until nobody reads any more.
            Access::Reads => vec![Lock::new("SHARED", Blocks::Writes, Held::Transaction)],
            Access::Writes if log => vec![reserved()],
            Access::Writes if working => vec![Lock::new("EXCLUSIVE", Blocks::ReadsAndWrites, Held::Transaction)],
            Access::Writes => vec![reserved(), Lock::new("EXCLUSIVE", Blocks::ReadsAndWrites, Held::Moment)],
            Access::Alone => vec![Lock::new("EXCLUSIVE", Blocks::ReadsAndWrites, Held::Transaction)],
        }
    }

    fn has_log(&self) -> bool {
        self.setting("journal_mode").is_some_and(|mode| mode.eq_ignore_ascii_case("wal"))
    }

    pub fn setting(&self, name: &str) -> Option<&'a str> {
        let known = self.at.facts.settings.get(name).map(String::as_str);
        self.at.session.setting(name).or(known)
    }

    pub fn switch(&self, name: &str) -> Switch {
        match self.setting(name) {
            None => Switch::Unknown,
            Some(value) if super::super::understand::is_off(value) => Switch::Off,
            Some(_) => Switch::On,
        }
    }

    pub fn danger(&mut self, danger: Danger) {
        self.prediction.dangers.push(Told { step: self.step, danger });
    }

    pub fn fails(&mut self, why: impl Into<String>) {
        self.danger(Danger::Fails { why: why.into() });
    }

    pub fn breaks(&mut self, what: impl Into<String>) {
        self.danger(Danger::Breaks { what: what.into() });
    }

    pub fn does_nothing(&mut self, why: impl Into<String>) {
        self.danger(Danger::DoesNothing { why: why.into() });
    }

    pub fn loses_data(&mut self) {
        self.prediction.undo = self.prediction.undo.max(Undo::LosesData);
    }

    /// Told where it lacks, and where nobody knows which version runs.
    pub fn needs(&mut self, version: Version, what: &str) {
        if self.at.facts.version.is_none_or(|known| known < version) {
            self.danger(Danger::Unsupported { what: what.to_string(), since: Some(version.to_string()) });
        }
    }

    pub fn is_older_than(&self, version: Version) -> bool {
        self.at.facts.version.is_some_and(|known| known < version)
    }

    pub fn outside_transactions(&mut self) {
        if self.at.in_transaction {
            self.danger(Danger::NeedsNoTransaction);
        }
    }

    /// Whether it is known that the table has no rows.
    pub fn is_empty(&self, table: &ObjectName) -> bool {
        self.at.facts.table(table).is_some_and(|facts| facts.rows == 0)
    }
}
