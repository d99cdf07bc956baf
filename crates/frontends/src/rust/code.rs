//! What a reading can have to say, each kind under a word of its own. `docs/rust-models.md` explains every one.

use whimbrel_models::read::Kind;

use crate::diagnostic::Severity;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    Attribute,
    NoColumnType,
    TypeNotOnEngine,
    /// It depends on how the program is built.
    Undecided,
    NoSuchColumn,
    TableDefinedTwice,
    ForeignKeyTargetMissing,
    RustSyntax,
    UnreadableFile,
    NoModels,
    /// Code that a macro makes, or that another file brings, is not looked into.
    NotFollowed,
}

impl Code {
    pub const ALL: [Code; 11] = [
        Code::Attribute,
        Code::NoColumnType,
        Code::TypeNotOnEngine,
        Code::Undecided,
        Code::NoSuchColumn,
        Code::TableDefinedTwice,
        Code::ForeignKeyTargetMissing,
        Code::RustSyntax,
        Code::UnreadableFile,
        Code::NoModels,
        Code::NotFollowed,
    ];

    pub fn of(kind: Kind) -> Code {
        match kind {
            Kind::Attribute => Code::Attribute,
            Kind::NoColumnType => Code::NoColumnType,
            Kind::TypeNotOnEngine => Code::TypeNotOnEngine,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Code::Attribute => "attribute",
            Code::NoColumnType => "no-column-type",
            Code::TypeNotOnEngine => "type-not-on-engine",
            Code::Undecided => "undecided",
            Code::NoSuchColumn => "no-such-column",
            Code::TableDefinedTwice => "table-defined-twice",
            Code::ForeignKeyTargetMissing => "foreign-key-target-missing",
            Code::RustSyntax => "rust-syntax",
            Code::UnreadableFile => "unreadable-file",
            Code::NoModels => "no-models",
            Code::NotFollowed => "not-followed",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            Code::ForeignKeyTargetMissing | Code::NoModels => Severity::Warning,
            Code::Attribute
            | Code::NoColumnType
            | Code::TypeNotOnEngine
            | Code::Undecided
            | Code::NoSuchColumn
            | Code::TableDefinedTwice
            | Code::RustSyntax
            | Code::UnreadableFile
            | Code::NotFollowed => Severity::Error,
        }
    }
}
