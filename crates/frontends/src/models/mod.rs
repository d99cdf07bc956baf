//! What models were read to ask for, whichever language they are written in: tables in no engine's terms
//! ([`whimbrel_models`]) with what could not be decided about them, and their way into the terms of one engine
//! ([`lower`]).

mod lower;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use whimbrel_models::{SequenceModel, Sql, TableModel};
use whimbrel_plan::Dialect;
use whimbrel_schema::{Engine, ObjectName, Schema};

use crate::diagnostic::Diagnostic;

pub(crate) mod model {
    pub use super::StatementModel;
    pub use whimbrel_models::*;
}

/// Everything that was read, in no engine's terms yet.
#[derive(Debug, Clone, Default)]
pub struct Models {
    pub tables: Vec<TableModel>,
    pub sequences: Vec<SequenceModel>,
    /// What is run beside creating the tables.
    pub statements: Vec<StatementModel>,
    /// How many classes or structs there are: several classes can share a table.
    pub classes: usize,
    /// What was read, for whoever watches for changes.
    pub files: Vec<PathBuf>,
    pub(crate) notes: Vec<Diagnostic>,
    pub(crate) troubles: Vec<ModelTrouble>,
}

/// The schema that the models want, in the terms of one engine.
#[derive(Debug, Clone, Serialize)]
pub struct Desired {
    pub schema: Schema,
    pub diagnostics: Vec<Diagnostic>,
    /// Tables of which something is not known. They stand in `schema` with what is known of them; nobody may act on
    /// that.
    pub undecided: Vec<Undecided>,
}

/// Something that cannot be known from the source alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undecided {
    /// `None` where not even the table's name is known.
    pub table: Option<ObjectName>,
    pub extent: Extent,
    /// Position in [`Desired::diagnostics`].
    pub diagnostic: usize,
}

/// How much of a table an undecided place concerns; all the rest of it was read for certain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Any part of it, or whether it exists.
    Table,
    /// Which schema it is in.
    Namespace,
    /// The column's type, default or comment.
    Column(String),
    /// The column's collation.
    Collation(String),
    /// One of its check constraints.
    Check,
}

impl Models {
    pub fn lower(&self, dialect: &dyn Dialect) -> Desired {
        lower::lower(self, dialect)
    }
}

/// Trouble with one table, for one engine or all.
#[derive(Debug, Clone)]
pub struct ModelTrouble {
    /// Position in [`Models::tables`]; `None` where it is not known which table it is.
    pub table: Option<usize>,
    pub extent: Extent,
    pub engine: Option<Engine>,
    pub diagnostic: Diagnostic,
}

impl ModelTrouble {
    /// Trouble that may concern any table.
    pub fn anywhere(diagnostic: Diagnostic) -> Self {
        ModelTrouble { table: None, extent: Extent::Table, engine: None, diagnostic }
    }
}

/// SQL that SQLAlchemy runs when it creates the tables, as the models tell it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementModel {
    pub sql: Sql,
    /// Position among the tables, where it belongs to one.
    pub table: Option<usize>,
    pub file: Arc<Path>,
    pub text: Arc<str>,
    pub span: Range<usize>,
}
