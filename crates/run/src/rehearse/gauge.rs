use serde::{Deserialize, Serialize};
use whimbrel_plan::review::{Blocks, Touched};

use crate::apply::Within;
use crate::{Driver, DriverError};

/// Reads off what one statement does, beside the run that runs it. It asks on the runner's own connection, because only
/// that one knows what its open transaction holds, and from beside where a statement is no transaction's.
pub trait Gauge: Send {
    fn before(&mut self, driver: &mut dyn Driver, within: Within) -> Result<(), DriverError>;

    /// What is other than it was [`before`](Gauge::before). `notices` is what the engine remarked meanwhile.
    fn after(&mut self, driver: &mut dyn Driver, notices: &[String]) -> Result<Reading, DriverError>;

    /// Whether whoever has to wait for the lock that was measured has to wait for the one that was predicted, too.
    fn includes(&self, predicted: &str, measured: &str) -> bool;

    /// What it cannot know on this engine, in words.
    fn unknown(&self) -> Vec<String>;
}

/// What was read off. `None` is not known, and never nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Those of which there is something to say.
    pub relations: Vec<RelationReading>,
    /// Of the write-ahead log, by everybody who wrote meanwhile.
    pub wal_bytes: Option<u64>,
    /// Sorts and the like that did not fit into memory.
    pub temporary_bytes: Option<u64>,
    /// Of the whole database, where its parts are not told apart.
    pub database_bytes: Option<Size>,
    /// Locks were looked at from beside, now and then: one that was held for a moment may be missing.
    pub sampled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationReading {
    pub on: Touched,
    /// The table that it is a part of, where it is an index or the sequence of a column.
    pub part_of: Option<whimbrel_schema::ObjectName>,
    pub kind: RelationKind,
    /// Those that the statement took; what the transaction held before is not among them.
    pub locks: Vec<TakenLock>,
    pub fate: Fate,
    /// How many rows were read from end to end.
    pub rows_read: Option<u64>,
    pub bytes: Option<Size>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    Table,
    Index,
    Sequence,
    View,
    Database,
}

/// What became of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Stayed,
    /// Another file holds it now: every row was written anew.
    Rewritten,
    /// It was dropped before, and something new has its name.
    Replaced,
    Made,
    Gone,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenLock {
    /// As the engine's manual writes it.
    pub name: String,
    pub blocks: Blocks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub from: u64,
    pub to: u64,
}

impl RelationReading {
    pub fn nothing(on: Touched, kind: RelationKind) -> Self {
        let (part_of, locks) = (None, Vec::new());
        RelationReading { on, part_of, kind, locks, fate: Fate::Stayed, rows_read: None, bytes: None }
    }

    /// What others could not do meanwhile.
    pub fn blocks(&self) -> Blocks {
        self.locks.iter().map(|lock| lock.blocks).max().unwrap_or(Blocks::Nothing)
    }

    pub fn says_something(&self) -> bool {
        !self.locks.is_empty()
            || self.fate != Fate::Stayed
            || self.rows_read.is_some_and(|rows| rows > 0)
            || self.bytes.is_some_and(|size| size.from != size.to)
    }
}

impl Reading {
    /// The sum of what the relations of a kind have grown by.
    pub fn grown(&self, kind: RelationKind) -> i64 {
        let of_kind = self.relations.iter().filter(|relation| relation.kind == kind);
        of_kind.filter_map(|relation| relation.bytes).map(Size::grown).sum()
    }

    pub fn blocks(&self) -> Blocks {
        self.relations.iter().map(RelationReading::blocks).max().unwrap_or(Blocks::Nothing)
    }
}

impl Size {
    pub fn grown(self) -> i64 {
        let number = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        number(self.to) - number(self.from)
    }
}
