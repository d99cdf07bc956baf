//! What a part of an ALTER TABLE costs, and the whole of it.

use whimbrel_plan::review::Work;
use whimbrel_schema::ObjectName;

use super::super::statement::{Algorithm, Level};

/// What one clause needs at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cost {
    pub algorithm: Algorithm,
    /// The weakest `LOCK` that the server accepts for it.
    pub lock: Level,
    /// Whether the table is built anew as soon as the statement as a whole is not instant.
    pub rebuild: bool,
    /// What is done beside that.
    pub work: Vec<Work>,
    /// Other tables that are locked as long.
    pub others: Vec<(ObjectName, Level)>,
}

impl Cost {
    fn of(algorithm: Algorithm, lock: Level, rebuild: bool) -> Self {
        Cost { algorithm, lock, rebuild, work: Vec::new(), others: Vec::new() }
    }

    pub fn instant() -> Self {
        Cost::of(Algorithm::Instant, Level::None, false)
    }

    /// In place, and only the catalogue changes.
    pub fn catalogue() -> Self {
        Cost::of(Algorithm::Nocopy, Level::None, false)
    }

    pub fn index() -> Self {
        Cost { work: vec![Work::BuildIndex], ..Cost::catalogue() }
    }

    /// In place, the whole table anew, while others go on.
    pub fn rebuild() -> Self {
        Cost::of(Algorithm::Inplace, Level::None, true)
    }

    pub fn copy() -> Self {
        Cost::of(Algorithm::Copy, Level::Shared, true)
    }

    pub fn locked(self, lock: Level) -> Self {
        Cost { lock: self.lock.max(lock), ..self }
    }

    pub fn working(mut self, work: Work) -> Self {
        if !self.work.contains(&work) {
            self.work.push(work);
        }
        self
    }

    /// Both in one statement: the worse of each.
    pub fn and(mut self, other: Cost) -> Self {
        for work in other.work {
            self = self.working(work);
        }
        self.others.extend(other.others);
        let rebuild = self.rebuild || other.rebuild;
        let algorithm = match self.algorithm.max(other.algorithm) {
            // What would be instant by itself is no longer.
            Algorithm::Nocopy if rebuild => Algorithm::Inplace,
            algorithm => algorithm,
        };
        Cost { algorithm, lock: self.lock.max(other.lock), rebuild, ..self }
    }

    /// What takes time, once it is known how the whole statement is carried out.
    pub fn done(&self) -> Vec<Work> {
        let rewritten = match self.algorithm {
            Algorithm::Instant => false,
            Algorithm::Nocopy | Algorithm::Inplace => self.rebuild,
            Algorithm::Copy => true,
        };
        let rewrite = rewritten.then_some(Work::Rewrite);
        // A copy has its indexes already.
        let rest = self.work.iter().filter(|_| self.algorithm != Algorithm::Copy).cloned();
        rewrite.into_iter().chain(rest).collect()
    }
}
