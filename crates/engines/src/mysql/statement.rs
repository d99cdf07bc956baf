//! One statement as MySQL means it: what steps do not say, and what its cost depends on.

use std::collections::BTreeMap;
use std::ops::Range;

use whimbrel_plan::review::Extent;
use whimbrel_plan::{DataChange, Step};
use whimbrel_schema::{Check, ColumnType, Expression, ForeignKey, Generation, Index, ObjectName};

#[derive(Debug, Clone)]
pub(super) enum Statement {
    Create(Box<Create>),
    Alter(Box<Alter>),
    Data(Data),
    /// `ANALYZE`, `OPTIMIZE`, `CHECK` or `REPAIR TABLE`.
    Maintain {
        word: &'static str,
        tables: Vec<ObjectName>,
    },
    /// Everything that its steps say in full.
    Steps(Vec<Step>),
}

#[derive(Debug, Clone)]
pub(super) struct Create {
    pub table: ObjectName,
    pub temporary: bool,
    pub if_not_exists: bool,
    pub replace: bool,
    pub elements: Vec<Element>,
    /// By lower-case names; `comment` among them.
    pub options: BTreeMap<String, String>,
    /// `CREATE TABLE … SELECT` fills it, too.
    pub filled: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Element {
    Column(Box<Definition>),
    Key(Key),
}

/// A column as `CREATE TABLE`, `ADD`, `MODIFY` and `CHANGE` define it.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub name: String,
    pub ty: ColumnType,
    /// A collation, or the name of a character set where only that is said.
    pub collation: Option<String>,
    /// What is said about NULL; saying nothing allows it.
    pub nullable: Option<bool>,
    /// With `ON UPDATE …` behind it.
    pub default: Option<Expression>,
    pub generation: Option<Generation>,
    pub comment: Option<String>,
    pub unique: bool,
    pub primary: bool,
    pub references: Option<ForeignKey>,
    pub checks: Vec<Check>,
}

/// An index or a constraint of the whole table.
#[derive(Debug, Clone)]
pub(super) enum Key {
    Primary {
        columns: Vec<String>,
    },
    /// Unique or not: to MySQL a unique constraint is an index.
    Index {
        index: Index,
        kind: IndexKind,
    },
    Foreign(ForeignKey),
    Check(Check),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IndexKind {
    Ordered,
    Fulltext,
    Spatial,
    Vector,
}

/// `ALTER TABLE`, and what is short for it: `CREATE INDEX`, `DROP INDEX`.
#[derive(Debug, Clone)]
pub(super) struct Alter {
    pub table: ObjectName,
    pub clauses: Vec<Clause>,
    pub algorithm: Option<Algorithm>,
    pub lock: Option<Level>,
    /// `WAIT n` or `NOWAIT` of MariaDB: the lock is not waited for longer than that.
    pub wait: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub place: Range<usize>,
    pub change: Change,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    AddColumn {
        column: Box<Definition>,
        position: Option<Position>,
        if_not_exists: bool,
    },
    /// `MODIFY` and `CHANGE`: the column as it shall be; what is not said again is lost.
    Redefine {
        from: String,
        column: Box<Definition>,
        position: Option<Position>,
    },
    DropColumn {
        column: String,
        if_exists: bool,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    SetDefault {
        column: String,
        to: Option<Expression>,
    },
    AddKey {
        key: Key,
        if_not_exists: bool,
    },
    DropPrimary,
    DropIndex {
        name: String,
        if_exists: bool,
    },
    DropForeign {
        name: String,
        if_exists: bool,
    },
    /// A check, or by `DROP CONSTRAINT` whatever has that name.
    DropConstraint {
        name: String,
        if_exists: bool,
    },
    RenameIndex {
        from: String,
        to: String,
    },
    /// `VISIBLE`, `INVISIBLE`, `IGNORED`, `NOT IGNORED`.
    ShowIndex,
    EnforceCheck {
        enforced: bool,
    },
    Rename {
        to: ObjectName,
    },
    Convert {
        charset: Option<String>,
        collation: Option<String>,
    },
    Option {
        name: String,
        value: String,
    },
    /// `FORCE`: the table is built anew as it is.
    Force,
    OrderBy,
    /// `ENABLE KEYS` and `DISABLE KEYS`, which InnoDB does not heed.
    Keys,
    /// `DISCARD` or `IMPORT TABLESPACE`.
    Tablespace {
        word: &'static str,
    },
    Partition(Partition),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    First,
    After(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Partition {
    /// `PARTITION BY …`, as it is written.
    By(String),
    Remove,
    Add,
    /// Their rows go.
    Drop,
    Truncate,
    /// `ANALYZE`, `CHECK`, `OPTIMIZE`, `REBUILD`, `REPAIR`, `REORGANIZE`, `COALESCE`.
    Work(&'static str),
    /// `EXCHANGE PARTITION … WITH TABLE …`, `CONVERT PARTITION`, `CONVERT TABLE`.
    Exchange(ObjectName),
}

/// How the server carries an ALTER TABLE out, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Algorithm {
    /// Only what the catalogue says changes.
    Instant,
    /// In place, without building the table anew. A word of MariaDB's; MySQL calls it INPLACE.
    Nocopy,
    Inplace,
    Copy,
}

impl Algorithm {
    pub fn word(self) -> &'static str {
        match self {
            Algorithm::Instant => "INSTANT",
            Algorithm::Nocopy => "NOCOPY",
            Algorithm::Inplace => "INPLACE",
            Algorithm::Copy => "COPY",
        }
    }
}

/// What `LOCK=` says others may still do, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Level {
    None,
    Shared,
    Exclusive,
}

impl Level {
    pub fn word(self) -> &'static str {
        match self {
            Level::None => "NONE",
            Level::Shared => "SHARED",
            Level::Exclusive => "EXCLUSIVE",
        }
    }
}

/// A change of rows.
#[derive(Debug, Clone)]
pub(super) struct Data {
    pub change: DataChange,
    pub tables: Vec<ObjectName>,
    pub rows: Rows,
    /// Tables that are only read.
    pub reads: Vec<ObjectName>,
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rows {
    Known(Extent),
    /// Those of which these columns equal what is listed: few, if the columns are a key.
    Of(Vec<String>),
}
