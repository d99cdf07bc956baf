//! Newtypes, generic wrappers that say their column type, and names that are the project's own here.

use serde::{Deserialize, Serialize};
use whimbrel::{DbType, Table};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, DbType)]
#[sqlx(transparent, no_pg_array)]
#[serde(transparent)]
pub struct ParcelId(i64);

/// Whatever it holds is kept as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, DbType)]
#[db_type(type(sqlite = "TEXT", postgres = "JSONB"))]
pub struct Kept<T>(T);

/// Its name is that of another crate's type.
#[derive(Debug, Clone, DbType)]
#[db_type(type = "VARCHAR(12)", collation(postgres = "C"))]
pub struct Uuid(String);

#[derive(DbType)]
pub struct Weight(rust_decimal::Decimal);

pub type Many<T> = Vec<T>;

pub type Label = String;

#[derive(Table)]
pub struct Parcel {
    #[column(primary_key)]
    id: ParcelId,
    contents: Kept<Vec<ParcelId>>,
    code: Uuid,
    other: Option<::uuid::Uuid>,
    weight: Box<Weight>,
    label: Option<Label>,
    #[column(type(sqlite = "JSON", postgres = "BIGINT[]"))]
    stops: Many<ParcelId>,
    boxed: sqlx::types::Json<Vec<Label>>,
}
