//! Every environment variable that whimbrel looks at.

use std::ffi::OsString;

/// The `whimbrel.toml` to use; `--config` is stronger.
pub const CONFIG: &str = "WHIMBREL_CONFIG";

/// The environment of `whimbrel.toml` to work on; `--env` is stronger.
pub const ENVIRONMENT: &str = "WHIMBREL_ENV";

/// The deploy that an upgrade belongs to; `--deploy` is stronger.
pub const DEPLOY: &str = "WHIMBREL_DEPLOY";

/// The commit of the code that is deployed, where there is no work tree of git to ask.
pub const COMMIT: &str = "WHIMBREL_COMMIT";

/// The database, where neither `--url` nor `whimbrel.toml` names one. Also looked for in `.env`.
pub const DATABASE_URL: &str = "DATABASE_URL";

/// The editor that `whimbrel edit` opens; the first that is set.
pub const EDITORS: [&str; 2] = ["VISUAL", "EDITOR"];

// `USER` and its kin go on the ledger as who ran it: `whimbrel_run::Actor` reads them.
// `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM` are looked at by anstream when `--color` is `auto`.

/// The variable's value, if it is set, not empty, and text.
pub fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first variable of several that is set.
pub fn first_of(names: &[&str]) -> Option<OsString> {
    names.iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}
