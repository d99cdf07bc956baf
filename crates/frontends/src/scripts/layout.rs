use std::fmt;
use std::str::FromStr;

use super::{File, Part, Role};
use super::{atlas, dbmate, diesel, flyway, golang_migrate, goose, plain, prisma, refinery, sqlx, whimbrel};

/// How a tool keeps its migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    Whimbrel,
    Goose,
    Dbmate,
    Diesel,
    Prisma,
    Atlas,
    Refinery,
    Flyway,
    GolangMigrate,
    Sqlx,
    /// Files in the order of their paths, each statement on its own.
    Plain,
}

/// What one layout says of its files.
pub(super) struct Reading {
    pub word: &'static str,
    /// Whether a file is certainly one of these, from its name or its text.
    pub owns: fn(&File) -> bool,
    pub role: fn(&File) -> Role,
    pub parts: fn(&File) -> Vec<Part>,
}

impl Layout {
    /// The more certain first.
    pub const ALL: [Layout; 11] = [
        Layout::Whimbrel,
        Layout::Goose,
        Layout::Dbmate,
        Layout::Diesel,
        Layout::Prisma,
        Layout::Atlas,
        Layout::Refinery,
        Layout::Flyway,
        Layout::GolangMigrate,
        Layout::Sqlx,
        Layout::Plain,
    ];

    fn reading(self) -> &'static Reading {
        match self {
            Layout::Whimbrel => &whimbrel::READING,
            Layout::Goose => &goose::READING,
            Layout::Dbmate => &dbmate::READING,
            Layout::Diesel => &diesel::READING,
            Layout::Prisma => &prisma::READING,
            Layout::Atlas => &atlas::READING,
            Layout::Refinery => &refinery::READING,
            Layout::Flyway => &flyway::READING,
            Layout::GolangMigrate => &golang_migrate::READING,
            Layout::Sqlx => &sqlx::READING,
            Layout::Plain => &plain::READING,
        }
    }

    /// The word used in flags and files.
    pub fn word(self) -> &'static str {
        self.reading().word
    }

    /// The layout of files that are kept together: the first that at least half of them are certainly of. A file that
    /// says of itself that it is a revision settles it.
    pub fn recognise(files: &[File]) -> Layout {
        let is = |layout: &Layout| {
            let owned = files.iter().filter(|file| (layout.reading().owns)(file)).count();
            owned > 0 && (owned * 2 >= files.len() || *layout == Layout::Whimbrel)
        };
        Layout::ALL.into_iter().find(is).unwrap_or(Layout::Plain)
    }

    pub fn role(self, file: &File) -> Role {
        (self.reading().role)(file)
    }

    /// The bytes that run on the way up.
    pub fn parts(self, file: &File) -> Vec<Part> {
        let parts = (self.reading().parts)(file).into_iter();
        parts.map(|part| Part { directives: self == Layout::Whimbrel, ..part }).collect()
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The word names no layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLayout(pub String);

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Layout::ALL.iter().map(|layout| layout.word()).collect();
        write!(f, "`{}` is no layout that whimbrel knows ({})", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownLayout {}

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Layout::ALL.into_iter().find(|layout| layout.word() == word).ok_or_else(|| UnknownLayout(word.to_string()))
    }
}
