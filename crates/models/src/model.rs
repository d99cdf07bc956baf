//! Models as they were read, before they are put into the terms of one engine.
//!
//! Whatever differs between engines (types, expressions) is kept as the SQL of each of them; what follows needs neither
//! the source nor its language.

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Action, Deferrable, Engine, Match, Notes};

/// One value for each engine that models can be lowered to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByEngine<T> {
    pub sqlite: T,
    pub postgres: T,
}

impl<T> ByEngine<T> {
    pub fn get(&self, engine: Engine) -> Option<&T> {
        match engine {
            Engine::Sqlite => Some(&self.sqlite),
            Engine::Postgres => Some(&self.postgres),
            Engine::Mysql => None,
        }
    }

    pub fn each(mut make: impl FnMut(Engine) -> T) -> Self {
        ByEngine { sqlite: make(Engine::Sqlite), postgres: make(Engine::Postgres) }
    }
}

/// The engines of [`ByEngine`].
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// SQL per engine; `None` where it exists on the other engine only.
pub type Sql = ByEngine<Option<String>>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableModel {
    pub name: String,
    #[serde(default)]
    pub namespace: Option<String>,
    pub columns: Vec<ColumnModel>,
    pub primary_key: Option<KeyModel>,
    #[serde(default)]
    pub uniques: Vec<KeyModel>,
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKeyModel>,
    #[serde(default)]
    pub checks: Vec<CheckModel>,
    #[serde(default)]
    pub exclusions: Vec<ExclusionModel>,
    #[serde(default)]
    pub indexes: Vec<IndexModel>,
    #[serde(default)]
    pub comment: Option<String>,
    #[serde(default)]
    pub options: TableModelOptions,
    #[serde(skip)]
    pub notes: Notes,
}

/// What a table is told beside its columns, as far as it reaches the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableModelOptions {
    pub sqlite_autoincrement: bool,
    pub sqlite_strict: bool,
    pub sqlite_without_rowid: bool,
    pub unlogged: bool,
    pub temporary: bool,
    pub partition_by: Option<String>,
    pub inherits: Vec<String>,
    pub tablespace: Option<String>,
    pub storage: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnModel {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: ByEngine<TypeModel>,
    pub nullable: bool,
    #[serde(default)]
    pub primary_key: bool,
    /// The one column whose values the engine counts up by itself.
    #[serde(default)]
    pub autoincrement: bool,
    #[serde(default)]
    pub default: Sql,
    #[serde(default)]
    pub computed: Option<ComputedModel>,
    #[serde(default)]
    pub identity: Option<Box<IdentityModel>>,
    #[serde(default)]
    pub comment: Option<String>,
    /// What the application gives new rows, where it is a plain value.
    #[serde(default)]
    pub client_default: Sql,
    #[serde(skip)]
    pub notes: Notes,
}

/// A column's type on one engine: the words of its declaration, and what has to exist before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeModel {
    /// `VARCHAR(30)`, `TIMESTAMP WITHOUT TIME ZONE`, `mood[]`: without a collation.
    pub sql: String,
    #[serde(default)]
    pub collation: Option<String>,
    #[serde(default)]
    pub kind: Integral,
    /// The enum or domain that is named in `sql`.
    #[serde(default)]
    pub named: Option<Box<NamedType>>,
    #[serde(default)]
    pub dimensions: u8,
    /// The extension that brings the type (`citext`, `vector`).
    #[serde(default)]
    pub extension: Option<String>,
}

/// What decides between `serial`, `bigserial` and `smallserial`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integral {
    #[default]
    No,
    Small,
    Plain,
    Big,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedType {
    Enum {
        name: String,
        namespace: Option<String>,
        values: Vec<String>,
    },
    Domain {
        name: String,
        namespace: Option<String>,
        base: String,
        nullable: bool,
        default: Option<String>,
        collation: Option<String>,
        check: Option<(Option<String>, String)>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputedModel {
    pub sql: Sql,
    /// `None` leaves it to the engine.
    pub persisted: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityModel {
    pub always: bool,
    pub numbers: SequenceNumbers,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SequenceNumbers {
    pub start: Option<i64>,
    pub increment: Option<i64>,
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub cache: Option<i64>,
    pub cycle: Option<bool>,
}

/// A primary key or a unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyModel {
    pub name: ByEngine<Option<String>>,
    pub columns: Vec<String>,
    pub include: Vec<String>,
    pub nulls_not_distinct: bool,
    pub deferrable: Deferrable,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKeyModel {
    #[serde(default)]
    pub name: ByEngine<Option<String>>,
    pub columns: Vec<String>,
    #[serde(default)]
    pub namespace: Option<String>,
    pub table: String,
    pub referenced_columns: Vec<String>,
    #[serde(default)]
    pub on_delete: Action,
    #[serde(default)]
    pub on_update: Action,
    #[serde(default)]
    pub set_columns: Vec<String>,
    #[serde(default, rename = "match")]
    pub matching: Match,
    #[serde(default)]
    pub deferrable: Deferrable,
    #[serde(default)]
    pub not_valid: bool,
    #[serde(default)]
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckModel {
    #[serde(default)]
    pub name: ByEngine<Option<String>>,
    pub sql: Sql,
    #[serde(default)]
    pub not_valid: bool,
    #[serde(default)]
    pub no_inherit: bool,
    #[serde(default)]
    pub comment: Option<String>,
}

/// PostgreSQL only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExclusionModel {
    #[serde(default)]
    pub name: Option<String>,
    pub method: String,
    /// What is compared, its operator class, with which operator.
    pub elements: Vec<ExclusionElementModel>,
    #[serde(default)]
    pub predicate: Option<String>,
    #[serde(default)]
    pub deferrable: Deferrable,
    #[serde(default)]
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExclusionElementModel {
    pub key: KeyPart,
    pub operator: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexModel {
    pub name: ByEngine<String>,
    #[serde(default)]
    pub unique: bool,
    pub keys: ByEngine<Vec<KeyPart>>,
    #[serde(default)]
    pub predicate: Sql,
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub include: Vec<String>,
    #[serde(default)]
    pub nulls_not_distinct: bool,
    #[serde(default)]
    pub storage: Vec<(String, String)>,
    #[serde(default)]
    pub tablespace: Option<String>,
}

/// One key of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyPart {
    /// A plain column; otherwise `expression` is set.
    pub column: Option<String>,
    pub expression: Option<String>,
    pub collation: Option<String>,
    pub operator_class: Option<String>,
    pub descending: bool,
    pub nulls_first: Option<bool>,
}

/// A sequence that the models name themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceModel {
    pub name: String,
    #[serde(default)]
    pub namespace: Option<String>,
    /// Its type as SQL, where it was given one.
    #[serde(default, rename = "type")]
    pub ty: Option<String>,
    #[serde(default)]
    pub numbers: SequenceNumbers,
}
