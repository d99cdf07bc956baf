use serde::{Deserialize, Serialize};
use whimbrel_schema::{ObjectName, Schema};

use super::{Facts, Session};

/// What a statement is about to meet.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    pub before: &'a Schema,
    /// Whether `before` is all that there is. After a statement that nobody understands, and where the files begin in
    /// the middle of a history, it is not: what it has not may be there.
    pub complete: bool,
    /// Whether what `before` has is there. Also where the files begin in the middle; not after a statement that nobody
    /// understands, which may have changed anything.
    pub certain: bool,
    pub facts: &'a Facts,
    pub session: &'a Session,
    /// Whether other statements share its transaction, so that its locks outlive it.
    pub in_transaction: bool,
}

/// What a statement does to a live system, from how the engine works: version, types, and what depends on what.
///
/// Never less than what it does. Where a fact is missing, the worst.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prediction {
    pub touches: Vec<Touch>,
    /// What locks and work do not say.
    pub dangers: Vec<Told>,
    pub undo: Undo,
}

/// What becomes of one relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// The step of the statement that does it.
    pub step: usize,
    pub on: Touched,
    pub lock: Lock,
    pub work: Vec<Work>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touched {
    /// A table, a view, a sequence or an index.
    Relation(ObjectName),
    /// Every relation of the database: the engine has one lock for all of them, or nobody knows what is done.
    Database,
    /// Relations that hang on what is named, and that nobody here can name.
    Unnamed,
}

/// A lock in the words of the engine, and what it keeps others from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// As the engine's manual writes it.
    pub name: String,
    pub blocks: Blocks,
    pub held: Held,
}

/// What others cannot do meanwhile. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    Nothing,
    SchemaChanges,
    Writes,
    ReadsAndWrites,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// At its beginning or its end, however long the statement takes.
    Moment,
    Statement,
    Transaction,
}

/// What takes time in proportion to a relation's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Every row is read.
    Scan,
    /// Every row is written anew, with all indexes.
    Rewrite,
    /// An index is built: every row read, its keys sorted and written.
    BuildIndex,
    /// Rows are changed where they are.
    ChangeRows(Extent),
}

/// How many rows a change of data is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// As many as the statement lists.
    Listed,
    /// Those that a condition finds, up to all of them.
    Found,
    All,
}

/// What becomes of the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// Another statement takes it back, and nothing is lost.
    #[default]
    Free,
    /// The structure can be brought back; rows or values cannot.
    LosesData,
    /// Nobody knows.
    Unknown,
}

/// A danger, and the step that brings it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub step: usize,
    pub danger: Danger,
}

/// What an engine has to say of a statement beyond locks and work. Each is the matter of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// It fails wherever the table has rows, or has some of a kind.
    Fails { why: String },
    /// The engine, or this version of it, has no such statement.
    Unsupported { what: String, since: Option<String> },
    /// A cast that can fail or lose something.
    Narrows { table: ObjectName, column: String, from: String, to: String },
    /// What it means depends on a setting of the session.
    DependsOnSetting { setting: String, what: String },
    /// It leaves other things broken: a view, a trigger, a routine that names what is gone.
    Breaks { what: String },
    /// Sessions that prepared a statement on the table get an error once.
    BreaksPrepared { table: ObjectName },
    /// Rows of other tables go with it.
    DeletesElsewhere { tables: Vec<ObjectName> },
    /// A default or a check is not what it says for rows that are there.
    WrongValues { why: String },
    /// The engine takes it for something else than it looks like.
    ReadsOtherwise { what: Misread, why: String },
    /// A default that is meant to differ from row to row gives every row that is there the same value.
    OneValue { table: ObjectName, column: String, default: String },
    /// Rows that are there get a value that nobody chose.
    MadeUp { table: ObjectName, column: String, value: String },
    /// Rows that are there may break it, and nobody looks.
    Unchecked { what: String },
    /// What a column had and the statement does not say again is lost.
    Forgets { table: ObjectName, column: String, what: Vec<String> },
    /// It says that it is done and has done nothing.
    DoesNothing { why: String },
    /// The transaction that was open is committed by it.
    CommitsImplicitly,
    /// It cannot run inside a transaction.
    NeedsNoTransaction,
}

/// What is easily taken for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misread {
    /// A key that looks like the row's own number, and is not.
    RowKey,
    /// A declared type that makes other values of those that are written.
    Type,
    /// A name in quotes that names nothing, and is a text.
    Text,
    /// A foreign key that is read and not made.
    Reference,
}

impl Prediction {
    /// What has to be assumed of a statement that nobody understands.
    pub fn worst() -> Self {
        let lock = Lock::new("any lock", Blocks::ReadsAndWrites, Held::Transaction);
        let work = vec![Work::Scan, Work::Rewrite];
        let everything = Touch { step: 0, on: Touched::Database, lock, work };
        Prediction { touches: vec![everything], dangers: Vec::new(), undo: Undo::Unknown }
    }
}

impl Prediction {
    /// Whether the step says that it is done and has done nothing.
    pub fn does_nothing(&self, step: usize) -> bool {
        self.dangers.iter().any(|told| told.step == step && matches!(told.danger, Danger::DoesNothing { .. }))
    }
}

impl Lock {
    pub fn new(name: impl Into<String>, blocks: Blocks, held: Held) -> Self {
        Lock { name: name.into(), blocks, held }
    }
}

impl Touch {
    pub fn relation(&self) -> Option<&ObjectName> {
        match &self.on {
            Touched::Relation(name) => Some(name),
            Touched::Database | Touched::Unnamed => None,
        }
    }

    /// Whether the relation is among what is touched: all are where nobody knows which.
    pub fn is_on(&self, relation: &ObjectName) -> bool {
        match &self.on {
            Touched::Relation(name) => name == relation,
            Touched::Database | Touched::Unnamed => true,
        }
    }

    pub fn blocks_writes(&self) -> bool {
        self.lock.blocks >= Blocks::Writes
    }

    pub fn blocks_reads(&self) -> bool {
        self.lock.blocks == Blocks::ReadsAndWrites
    }

    /// Whether others are kept out for a time that grows with the table.
    pub fn blocks_for_long(&self) -> bool {
        self.blocks_writes() && self.lock.held > Held::Moment && !self.work.is_empty()
    }
}
