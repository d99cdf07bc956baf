//! `whimbrel.toml` as it is written. A key that is not here is an error.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;
use whimbrel_frontends::scripts::Layout;
use whimbrel_plan::review::Severity;
use whimbrel_schema::Engine;

use super::guard::Guard;
use crate::failure::{Failure, Snippet};
use crate::lint::configuration::{Level, RuleId};

pub const NAME: &str = "whimbrel.toml";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub models: Models,
    #[serde(default)]
    pub migrations: Migrations,
    #[serde(default)]
    pub keep: Keep,
    #[serde(default)]
    pub lint: Lint,
    #[serde(default)]
    pub backfill: Backfill,
    #[serde(default)]
    pub backup: Backup,
    #[serde(default)]
    pub guard: Guard,
    #[serde(default)]
    pub refs: Refs,
    #[serde(default)]
    pub rehearse: Rehearse,
    #[serde(default)]
    pub protect: Protect,
    #[serde(default)]
    pub environments: BTreeMap<String, Environment>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    #[serde(default)]
    pub paths: Option<Vec<PathBuf>>,
    #[serde(default)]
    pub loader: Loader,
    #[serde(default)]
    pub python: Option<PathBuf>,
    /// Assignments of Python that decide what the source leaves to configuration.
    #[serde(default)]
    pub assume: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loader {
    /// The source is read, never run.
    #[default]
    Static,
    /// The project's own interpreter is asked for its metadata.
    Python,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migrations {
    #[serde(default)]
    pub folder: Option<PathBuf>,
    #[serde(default)]
    pub engines: Option<Vec<Engine>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// For how long what revisions destroy is kept.
    #[serde(default)]
    pub days: Option<u32>,
    /// Of how many rows at most, where others would wait while they are copied.
    #[serde(default)]
    pub rows: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lint {
    #[serde(default)]
    pub engine: Option<Engine>,
    #[serde(default)]
    pub layout: Option<Word<Layout>>,
    /// The severity from which on the exit status is 1.
    #[serde(default)]
    pub fail_on: Option<Word<Severity>>,
    /// Severities by rule; `off` for none.
    #[serde(default)]
    pub rules: BTreeMap<Word<RuleId>, Word<Level>>,
    /// What whoever runs the migrations sets before them.
    #[serde(default)]
    pub session: BTreeMap<String, String>,
}

/// A word that means something, so that one that does not is shown where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String", bound = "T: FromStr<Err: Display>")]
pub struct Word<T>(pub T);

impl<T: FromStr<Err: Display>> TryFrom<String> for Word<T> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Word).map_err(|error: T::Err| error.to_string())
    }
}

/// How carefully the batches of a backfill are run. What is left out is up to the engine.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backfill {
    /// A query: the batches wait for as long as its one value is true.
    #[serde(default)]
    pub pause_when: Option<String>,
    /// Rows that a batch has at most.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Milliseconds that a batch should take.
    #[serde(default)]
    pub batch_ms: Option<u64>,
    /// Milliseconds between two batches.
    #[serde(default)]
    pub pause_ms: Option<u64>,
    /// Seconds that replicas may be behind.
    #[serde(default)]
    pub replica_lag_s: Option<u64>,
    /// Connections that change rows side by side.
    #[serde(default)]
    pub jobs: Option<u64>,
}

/// Where backups go, what is in them and how long they stay.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    #[serde(default)]
    pub folder: Option<PathBuf>,
    #[serde(default)]
    pub scope: BackupScope,
    /// How many of the newest stay.
    #[serde(default)]
    pub keep: Option<usize>,
    /// For how many days they stay.
    #[serde(default)]
    pub keep_days: Option<u32>,
    /// To whom they are encrypted, as `age1…`.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// The file with the identity that opens them.
    #[serde(default)]
    pub identity: Option<PathBuf>,
    /// Where copies lie that are not yet encrypted, or no longer.
    #[serde(default)]
    pub staging: Option<PathBuf>,
    /// A command that makes a backup elsewhere and prints what that is called there.
    #[serde(default)]
    pub create: Option<String>,
    /// A command that ends well where such a backup is good.
    #[serde(default)]
    pub verify: Option<String>,
    /// A command that takes a backup away, as an archive on its standard input.
    #[serde(default)]
    pub stream: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupScope {
    #[default]
    Full,
    Affected,
    External,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub protected: bool,
    /// How long old and new stand side by side before a contract, as `24h`.
    #[serde(default)]
    pub soak: Option<String>,
    /// As which everything is done there, before what `[guard]` says.
    #[serde(default)]
    pub role: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refs {
    /// Files that are not looked through for names, as in a .gitignore.
    #[serde(default)]
    pub exclude: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearse {
    /// A folder of `.sql` files: the queries of the code that runs.
    #[serde(default)]
    pub queries: Option<PathBuf>,
    /// Where receipts lie.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// Where the key is that signs them: `env:NAME` or `file:PATH`.
    #[serde(default)]
    pub key: Option<String>,
    /// The public half of the key that signs elsewhere, for whoever only applies: itself, `env:NAME` or `file:PATH`.
    #[serde(default)]
    pub public_key: Option<String>,
}

/// What protected environments ask for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protect {
    /// How old a backup may be, as `24h`.
    #[serde(default)]
    pub backup_age: Option<String>,
    /// How old a rehearsal may be, and the backup that it was made from.
    #[serde(default)]
    pub rehearsal_age: Option<String>,
    /// The severity from which on a finding that nobody has allowed holds an upgrade back.
    #[serde(default)]
    pub fail_on: Option<Word<Severity>>,
}

/// Reads the file; `shown` is what to call it.
pub fn read(path: &Path, shown: &str) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::InvalidData => "it is not UTF-8".to_string(),
            _ => error.to_string(),
        };
        Failure::usage("config", format!("`{shown}` cannot be read: {why}"))
    })?;
    parse(&text, shown)
}

fn parse(text: &str, name: &str) -> Result<File, Failure> {
    toml::from_str(text).map_err(|error| {
        // A list is taken for a table's values in their order, and what is then wrong is not what was meant.
        let (message, help) = match list_for_table(text) {
            Some(key) => (
                format!("`{key}` has no meaning as a list"),
                Some(format!("what is needed is a table: `[{key}]` on a line of its own, and its keys below it")),
            ),
            None => in_words(error.message().trim_end()),
        };
        let mut failure = Failure::usage("config", message);
        if let Some(span) = error.span() {
            let source: Arc<str> = text.into();
            failure = failure.at(Snippet { file: name.to_string(), source, span, label: String::new() });
        }
        match help {
            Some(help) => failure.note("help", help),
            None => failure,
        }
    })
}

/// The first key that is a list where every key is a table.
fn list_for_table(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text).ok()?;
    table.into_iter().find_map(|(key, value)| value.is_array().then_some(key))
}

/// What the parser says, in the words of somebody who writes such a file; and what would be right.
fn in_words(message: &str) -> (String, Option<String>) {
    let Some((what, expected)) = message.split_once(", expected ") else { return (message.to_string(), None) };
    let known = || format!("known are {}", expected.replace("one of ", ""));
    if let Some(key) = what.strip_prefix("unknown field ") {
        return (format!("{key} is no key that whimbrel knows here"), Some(known()));
    }
    if let Some(word) = what.strip_prefix("unknown variant ") {
        return (format!("{word} is not what whimbrel knows here"), Some(known()));
    }
    let Some(found) = what.strip_prefix("invalid type: ") else { return (message.to_string(), None) };
    let wanted = match expected {
        "a sequence" => "a list, as `[\"…\"]`",
        "a string" => "a text, as `\"…\"`",
        "a boolean" => "`true` or `false`",
        "struct Environment" => "a table: `[environments.dev]`, and `url = \"…\"` below it",
        "a map" | "struct Models" | "struct Migrations" | "struct Keep" | "struct Lint" | "struct Refs"
        | "struct Backfill" | "struct Backup" | "struct Guard" | "struct Rehearse" | "struct Protect" => {
            "a table: its name in brackets on a line of its own"
        }
        other => other,
    };
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let found = match kind {
        "string" => format!("the text {value}"),
        "integer" | "float" => format!("the number {value}"),
        "boolean" => value.to_string(),
        "sequence" => "a list".to_string(),
        "map" => "a table".to_string(),
        _ => found.to_string(),
    };
    (format!("{found} has no meaning here"), Some(format!("what is needed is {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let file = parse(
            r#"
            [models]
            paths = ["app/models"]
            loader = "python"
            python = ".venv/bin/python"
            assume = ["app.config.SCHEMA = 'shop'"]
            [migrations]
            folder = "db"
            engines = ["sqlite", "postgres"]
            [keep]
            days = 7
            [lint]
            engine = "postgres"
            layout = "flyway"
            fail_on = "breaking"
            rules = { index-blocks-writes = "off" }
            session = { lock_timeout = "2s" }
            [backfill]
            pause_when = "SELECT busy FROM load"
            rows = 5000
            batch_ms = 50
            pause_ms = 5
            replica_lag_s = 3
            jobs = 4
            [backup]
            folder = "/var/backups/app"
            scope = "affected"
            keep = 7
            keep_days = 30
            recipients = ["age1x"]
            identity = "key.txt"
            staging = "/var/tmp"
            create = "snapshot"
            verify = "snapshot --check"
            stream = "cat > away"
            [guard]
            lock_timeout = "20ms"
            lock_patience = "1h"
            statement_timeout = "0"
            role = "owner"
            [environments.dev]
            url = "sqlite:///app.db"
            [environments.production]
            url = "env:DATABASE_URL"
            protected = true
            soak = "24h"
            role = "production_owner"
            [refs]
            exclude = ["docs/**"]
            "#,
            NAME,
        )
        .unwrap();
        assert_eq!(file.models.loader, Loader::Python);
        assert_eq!(file.models.assume, ["app.config.SCHEMA = 'shop'"]);
        assert_eq!((file.lint.engine, file.lint.layout), (Some(Engine::Postgres), Some(Word(Layout::Flyway))));
        assert_eq!(file.lint.fail_on, Some(Word(Severity::Breaking)));
        assert_eq!(file.keep.days, Some(7));
        assert_eq!(file.lint.rules[&Word("index-blocks-writes".parse().unwrap())], Word(Level(None)));
        assert_eq!(file.guard.lock_patience, Some("1h".parse().unwrap()));
        let roles = (file.guard.role.as_deref(), file.environments["production"].role.as_deref());
        assert_eq!(roles, (Some("owner"), Some("production_owner")));
        assert_eq!(file.environments["production"].soak.as_deref(), Some("24h"));
        assert_eq!(file.refs.exclude, ["docs/**"]);
        assert_eq!(file.migrations.engines, Some(vec![Engine::Sqlite, Engine::Postgres]));
        assert_eq!(file.backfill.pause_when.as_deref(), Some("SELECT busy FROM load"));
        let backfill =
            (file.backfill.rows, file.backfill.batch_ms, file.backfill.pause_ms, file.backfill.replica_lag_s);
        assert_eq!(backfill, (Some(5_000), Some(50), Some(5), Some(3)));
        assert_eq!(file.backfill.jobs, Some(4));
        assert_eq!(
            (file.backup.scope, file.backup.keep, file.backup.keep_days),
            (BackupScope::Affected, Some(7), Some(30))
        );
        assert_eq!((file.backup.recipients.len(), file.backup.stream.as_deref()), (1, Some("cat > away")));
        assert!(file.environments["production"].protected && !file.environments["dev"].protected);
    }

    #[test]
    fn an_unknown_key_is_shown_where_it_stands() {
        let failure = parse("[models]\nmodls = 1\n", NAME).unwrap_err();
        let text = anstream::adapter::strip_str(&crate::render::failure::text(&failure, None)).to_string();
        insta::assert_snapshot!(text, @r"
        error[config]: `modls` is no key that whimbrel knows here
          ┌ whimbrel.toml:2:1
          │
        2 │ modls = 1
          │ ^^^^^
          │
          = help: known are `paths`, `loader`, `python`, `assume`
        ");
    }

    #[test]
    fn a_rule_that_is_none_is_shown_where_it_stands() {
        let told = |text: &str| {
            let failure = parse(text, NAME).unwrap_err();
            anstream::adapter::strip_str(&crate::render::failure::text(&failure, None)).to_string()
        };
        insta::assert_snapshot!(told("[lint]\nrules = { drop-table = \"off\", index-blocks-write = \"care\" }\n"), @r#"
        error[config]: there is no rule `index-blocks-write`: did you mean `index-blocks-writes`?
          ┌ whimbrel.toml:2:31
          │
        2 │ rules = { drop-table = "off", index-blocks-write = "care" }
          │                               ^^^^^^^^^^^^^^^^^^
        "#);
        insta::assert_snapshot!(told("[lint.rules]\ndrop-table = \"hard\"\n"), @r#"
        error[config]: `hard` is no severity (advice, care, breaking, destroys-data, unknown, or `off`)
          ┌ whimbrel.toml:2:14
          │
        2 │ drop-table = "hard"
          │              ^^^^^^
        "#);
        insta::assert_snapshot!(told("[lint]\nfail_on = \"never\"\n"), @r#"
        error[config]: `never` is no severity (advice, care, breaking, destroys-data, unknown)
          ┌ whimbrel.toml:2:11
          │
        2 │ fail_on = "never"
          │           ^^^^^^^
        "#);
    }

    #[test]
    fn what_has_no_meaning_is_told_in_words() {
        let told = |text: &str| {
            let failure = parse(text, NAME).unwrap_err();
            let report = failure.reports.last().unwrap();
            let help: Vec<&str> = report.notes.iter().map(|note| note.text.as_str()).collect();
            format!("{}; {}", report.message, help.join("; "))
        };
        let cases = [
            (
                "[migrations]\nengines = [\"oracle\"]\n",
                "`oracle` is not what whimbrel knows here; known are `sqlite`, `postgres`, `mysql`",
            ),
            ("[models]\nloader = \"ruby\"\n", "`ruby` is not what whimbrel knows here; known are `static` or `python`"),
            (
                "models = [\"schema.sql\"]\n",
                "`models` has no meaning as a list; what is needed is a table: `[models]` on a line of its own, and its keys \
                 below it",
            ),
            ("[models]\npaths = \"x\"\n", "the text \"x\" has no meaning here; what is needed is a list, as `[\"…\"]`"),
            (
                "[environments.dev]\nurl = 5\n",
                "the number `5` has no meaning here; what is needed is a text, as `\"…\"`",
            ),
            (
                "[environments.dev]\nprotected = \"yes\"\n",
                "the text \"yes\" has no meaning here; what is needed is `true` or `false`",
            ),
            (
                "[environments]\ndev = \"sqlite://\"\n",
                "the text \"sqlite://\" has no meaning here; what is needed is a table: `[environments.dev]`, and \
                 `url = \"…\"` below it",
            ),
            (
                "models = \"app\"\n",
                "the text \"app\" has no meaning here; what is needed is a table: its name in brackets on a line of its \
                 own",
            ),
            ("models = [\n", "unclosed array, expected `]`; "),
        ];
        for (text, words) in cases {
            assert_eq!(told(text), words, "{text}");
        }
    }
}
