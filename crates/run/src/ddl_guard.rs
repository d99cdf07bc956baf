//! A guard in the database itself: it refuses changes of the schema that do not come through whimbrel. One door stands
//! open, and whoever goes through it is written down.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DdlGuard {
    pub installed_at: String,
    pub installed_by: String,
    /// Roles that change the schema as they like: those of an extension's upkeep, say.
    pub allowed_roles: Vec<String>,
    /// Parts that somebody switched off or took away; the guard is not whole then.
    pub disabled: Vec<String>,
    /// The latest first.
    pub emergencies: Vec<Emergency>,
}

/// A change that came through the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Emergency {
    pub at: String,
    pub login: String,
    pub application: String,
    pub address: Option<String>,
    pub command: String,
    pub objects: String,
    pub statement: String,
    pub reason: String,
}
