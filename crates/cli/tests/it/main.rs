//! The command as a person meets it: run in a folder, everything it printed and its exit status compared. One file per
//! command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alone;
mod backfill;
mod backup;
mod branches;
mod check;
mod completions;
mod current;
mod deploys;
mod docs;
mod downgrade;
mod edit;
mod evolutions;
mod explain;
mod guard;
mod heads;
mod history;
mod init;
mod interrupted;
mod json;
mod json_schema;
mod lint;
mod lint_fix;
mod lint_formats;
mod lint_live;
mod lint_mysql;
mod lint_schemas;
mod lint_since;
mod live;
mod merge;
mod models;
mod models_rust;
mod page;
mod pairs;
mod plan;
mod postgres;
mod project;
mod readme;
mod refs;
mod rehearse;
mod repair;
mod revision;
mod schema;
mod secrets;
mod show;
mod stamp;
#[cfg(target_os = "linux")]
mod terminal;
mod tour;
mod unreachable;
mod upgrade;
mod usage;
#[cfg(target_os = "linux")]
mod wrong_input;
