//! What a reading can have to say, each kind under a word of its own. `docs/models.md` explains every one.

use crate::diagnostic::Severity;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// It depends on what is known only when the code runs.
    Undecided,
    /// A base class is outside the project, and may bring columns.
    UnknownBase,
    /// SQLModel has no column type for the annotation.
    NoColumnType,
    ColumnWithoutType,
    TypeNotOnEngine,
    EnumWithoutName,
    NoSuchColumn,
    NoTableName,
    TableDefinedTwice,
    SqlalchemyRefuses,
    SqlmodelRefuses,
    StatementNotUnderstood,
    CodeOnCreate,
    ForeignKeyTargetMissing,
    IndexWithoutColumns,
    PythonSyntax,
    UnreadableFile,
    NoModels,
    ReaderFailed,
    UnreadableAssumption,
    UnusedAssumption,
    /// A computed column that PostgreSQL stores before 18, and not since.
    ComputedKindByVersion,
    /// Tables of a `MetaData` that no named file uses.
    OtherMetadata,
}

impl Code {
    pub const ALL: [Code; 23] = [
        Code::Undecided,
        Code::UnknownBase,
        Code::NoColumnType,
        Code::ColumnWithoutType,
        Code::TypeNotOnEngine,
        Code::EnumWithoutName,
        Code::NoSuchColumn,
        Code::NoTableName,
        Code::TableDefinedTwice,
        Code::SqlalchemyRefuses,
        Code::SqlmodelRefuses,
        Code::StatementNotUnderstood,
        Code::CodeOnCreate,
        Code::ForeignKeyTargetMissing,
        Code::IndexWithoutColumns,
        Code::PythonSyntax,
        Code::UnreadableFile,
        Code::NoModels,
        Code::ReaderFailed,
        Code::UnreadableAssumption,
        Code::UnusedAssumption,
        Code::ComputedKindByVersion,
        Code::OtherMetadata,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Code::Undecided => "undecided",
            Code::UnknownBase => "unknown-base",
            Code::NoColumnType => "no-column-type",
            Code::ColumnWithoutType => "column-without-type",
            Code::TypeNotOnEngine => "type-not-on-engine",
            Code::EnumWithoutName => "enum-without-name",
            Code::NoSuchColumn => "no-such-column",
            Code::NoTableName => "no-table-name",
            Code::TableDefinedTwice => "table-defined-twice",
            Code::SqlalchemyRefuses => "sqlalchemy-refuses",
            Code::SqlmodelRefuses => "sqlmodel-refuses",
            Code::StatementNotUnderstood => "statement-not-understood",
            Code::CodeOnCreate => "code-on-create",
            Code::ForeignKeyTargetMissing => "foreign-key-target-missing",
            Code::IndexWithoutColumns => "index-without-columns",
            Code::PythonSyntax => "python-syntax",
            Code::UnreadableFile => "unreadable-file",
            Code::NoModels => "no-models",
            Code::ReaderFailed => "reader-failed",
            Code::UnreadableAssumption => "unreadable-assumption",
            Code::UnusedAssumption => "unused-assumption",
            Code::ComputedKindByVersion => "computed-kind-by-version",
            Code::OtherMetadata => "other-metadata",
        }
    }

    /// A warning is about what was read for certain, though SQLAlchemy or an engine would refuse a part of it.
    pub fn severity(self) -> Severity {
        match self {
            Code::CodeOnCreate
            | Code::ForeignKeyTargetMissing
            | Code::IndexWithoutColumns
            | Code::ComputedKindByVersion
            | Code::NoModels
            | Code::UnusedAssumption => Severity::Warning,
            Code::OtherMetadata => Severity::Note,
            Code::Undecided
            | Code::UnknownBase
            | Code::NoColumnType
            | Code::ColumnWithoutType
            | Code::TypeNotOnEngine
            | Code::EnumWithoutName
            | Code::NoSuchColumn
            | Code::NoTableName
            | Code::TableDefinedTwice
            | Code::SqlalchemyRefuses
            | Code::SqlmodelRefuses
            | Code::StatementNotUnderstood
            | Code::PythonSyntax
            | Code::UnreadableFile
            | Code::ReaderFailed
            | Code::UnreadableAssumption => Severity::Error,
        }
    }
}
