//! Database models as plain Rust structs.
//!
//! One definition is the table, the value and the documentation:
//!
//! ```
//! use whimbrel::Table;
//!
//! /// People who write.
//! #[derive(Table)]
//! #[table(comment)]
//! struct User {
//!     #[column(primary_key)]
//!     id: i64,
//!     #[column(max_length = 80, unique)]
//!     name: String,
//! }
//!
//! #[derive(Table)]
//! struct Email {
//!     #[column(primary_key)]
//!     id: i64,
//!     #[column(index)]
//!     subject: String,
//!     #[column(foreign_key = "user.id", on_delete = "cascade")]
//!     user_id: i64,
//!     /// `Option` is what may be NULL.
//!     archived_at: Option<std::time::SystemTime>,
//! }
//!
//! assert_eq!(Email::NAME, "email");
//! assert_eq!(User::model().columns[1].ty.postgres.sql, "VARCHAR(80)");
//! ```
//!
//! `whimbrel revision --autogenerate` reads the same structs from their source, without compiling them. As it comes, this
//! crate opens no connection and brings no driver.
//!
//! # Migrations in the binary
//!
//! With the feature of an engine (`sqlite`, `postgres`) a program carries its migrations with it, and applies them behind
//! the gates that the command has:
#![cfg_attr(feature = "sqlite-unbundled", doc = "```")]
#![cfg_attr(not(feature = "sqlite-unbundled"), doc = "```ignore")]
//! use whimbrel::{Database, Migrations, Options};
//!
//! // The folder is read, and checked, while this is compiled.
//! static MIGRATIONS: Migrations = whimbrel::embed!("tests/migrations");
//!
//! # fn main() -> Result<(), whimbrel::Error> {
//! # let folder = tempfile::tempdir().map_err(|_| ()).ok();
//! # let file = folder.as_ref().map(|folder| folder.path().join("app.db").display().to_string());
//! # let url = format!("sqlite:///{}", file.unwrap_or_default());
//! let mut database = Database::open(&url)?;
//! let options = Options::new().deploy("v42").commit("8c1f0e7d2b34");
//! let report = MIGRATIONS.upgrade_with(&mut database, &options, |event| println!("{event}"))?;
//! assert_eq!(report.done.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Everything about a [`Database`] blocks the thread that calls, and none of it panics inside an asynchronous runtime: a
//! service hands it to a thread that may wait.
//!
//! | feature | what it brings |
//! |---|---|
//! | none | the derives |
//! | `sqlite` | [`embed!`], and SQLite, compiled in |
//! | `sqlite-unbundled` | the same with the SQLite that the program has already |
//! | `postgres` | [`embed!`], and PostgreSQL |
//! | `tracing` | runs as spans and events of `tracing` |

#[cfg(feature = "embed")]
pub mod embedded;

#[cfg(feature = "embed")]
pub use embedded::{
    Ahead, Applied, Compatibility, Current, Database, Done, Error, ErrorKind, Event, Finding, Migrations, Missing,
    Options, Plan, Planned, Protected, Report, Resume, Review, Stop, Verdict, Waiting,
};
/// A folder of migrations as [`Migrations`], read and checked while the program is compiled.
///
/// The path is from the folder of the package's `Cargo.toml`; `migrations` if nothing is said. It is an error of the
/// compiler, by file and line, when a file cannot be read or its header is wrong, when two files are one revision, when a
/// revision builds on one that is not there or on itself, and when there are two heads:
///
/// ```compile_fail
/// static MIGRATIONS: whimbrel::Migrations = whimbrel::embed!("nowhere");
/// ```
///
/// Branches that are meant are said to be: `embed!("migrations", several_heads)`. A crate that goes by another name is
/// named: `embed!("migrations", crate = other::whimbrel)`.
///
/// # When the folder changes
///
/// The program is built again when one of the files changes. For a file that is *new*, Cargo needs a `build.rs` that
/// names the folder; a debug build tells of files that it has not ([`Event::NotEmbedded`]).
///
/// ```
/// // in `main` of build.rs
/// println!("cargo:rerun-if-changed=migrations");
/// ```
#[cfg(feature = "embed")]
pub use whimbrel_embed::embed;
#[cfg(feature = "embed")]
pub use whimbrel_plan::{review::Severity, revision::Phase};
#[cfg(feature = "embed")]
pub use whimbrel_schema::Engine;

pub use whimbrel_derive::{DbEnum, DbType, Table};
pub use whimbrel_models::{DbType, Table};

/// What a struct asks for, as values in no engine's terms.
pub mod model {
    pub use whimbrel_models::{
        Asked, ByEngine, CheckModel, ColumnModel, ComputedModel, ExclusionElementModel, ExclusionModel,
        ForeignKeyModel, IdentityModel, IndexModel, Integral, KeyModel, KeyPart, NamedType, Otherwise, SequenceNumbers,
        Sql, TableModel, TableModelOptions, TypeModel, TypeOptions,
    };
    pub use whimbrel_schema::{Action, Deferrable, Engine, Match, Notes};
}
