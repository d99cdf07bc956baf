use whimbrel_plan::Dialect;
use whimbrel_plan::revision::{Checksum, RevisionId};
use whimbrel_schema::{Fingerprint, ObjectName};

use super::{EventDirection, FORMAT, Outcome, StatementRow};
use crate::{Actor, Driver};

/// The ledger's tables by their full names, and the SQL about them. Portable: it means the same on every engine.
#[derive(Clone)]
pub struct Tables<'a> {
    pub(super) ledger: String,
    statement: String,
    pub(super) deploy: String,
    pub(super) gate: String,
    pub(super) effect: String,
    format: String,
    dialect: &'a dyn Dialect,
}

/// What a new event says.
#[derive(Debug, Clone)]
pub struct EventRow<'a> {
    pub seq: Seq,
    pub revision: &'a RevisionId,
    pub direction: EventDirection,
    pub outcome: Outcome,
    pub checksum: Option<&'a Checksum>,
    pub message: &'a str,
    pub fingerprint_before: Option<&'a Fingerprint>,
    pub fingerprint_after: Option<&'a Fingerprint>,
    pub time: Time<'a>,
    pub note: Option<&'a str>,
    pub begun: Option<i64>,
    /// Those that took effect with this row.
    pub statements: &'a [StatementRow],
}

/// When, as the runner's clock has it; or, in a script for later, the engine's.
#[derive(Debug, Clone, Copy)]
pub enum Time<'a> {
    Known { started_at: &'a str, finished_at: Option<&'a str>, duration_ms: Option<i64> },
    Current,
}

/// The place of a new event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seq {
    /// Whoever finds it taken has lost a race, and the primary key tells.
    At(i64),
    /// One after the last, whatever that is when the statement runs.
    Next,
}

impl<'a> Tables<'a> {
    pub const LEDGER: &'static str = "whimbrel_ledger";
    pub const STATEMENT: &'static str = "whimbrel_ledger_statement";
    pub const DEPLOY: &'static str = "whimbrel_ledger_deploy";
    pub const GATE: &'static str = "whimbrel_ledger_gate";
    pub const EFFECT: &'static str = "whimbrel_ledger_effect";
    pub const FORMAT: &'static str = "whimbrel_ledger_format";

    /// Named so that no `SET search_path` of a revision leads elsewhere.
    pub fn of(driver: &dyn Driver) -> Tables<'static> {
        Tables::within(driver.home(), driver.dialect())
    }

    pub fn within(home: Option<&str>, dialect: &'a dyn Dialect) -> Self {
        let named = |name: &str| {
            dialect.quote_name(&ObjectName { namespace: home.map(str::to_string), name: name.to_string() })
        };
        Tables {
            ledger: named(Self::LEDGER),
            statement: named(Self::STATEMENT),
            deploy: named(Self::DEPLOY),
            gate: named(Self::GATE),
            effect: named(Self::EFFECT),
            format: named(Self::FORMAT),
            dialect,
        }
    }

    /// One after the other, safe to run again, and on a ledger of an older format they add what it has not. Two runners
    /// must not run them at once: `IF NOT EXISTS` itself races.
    pub fn create(&self) -> Vec<String> {
        let Tables { ledger, statement, format, .. } = self;
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {ledger} (\n    seq INTEGER NOT NULL PRIMARY KEY,\n    \
                 revision TEXT NOT NULL,\n    direction TEXT NOT NULL,\n    outcome TEXT NOT NULL,\n    checksum TEXT,\n    \
                 message TEXT,\n    fingerprint_before TEXT,\n    fingerprint_after TEXT,\n    \
                 started_at TEXT NOT NULL,\n    finished_at TEXT,\n    duration_ms BIGINT,\n    who TEXT NOT NULL,\n    \
                 pid BIGINT,\n    version TEXT NOT NULL,\n    deploy TEXT,\n    note TEXT,\n    begun INTEGER,\n    \
                 statements TEXT\n)"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {statement} (\n    seq INTEGER NOT NULL,\n    ordinal INTEGER NOT NULL,\n    \
                 hash TEXT NOT NULL,\n    outcome TEXT NOT NULL,\n    sql TEXT,\n    started_at TEXT,\n    \
                 duration_ms BIGINT,\n    row_count BIGINT,\n    error TEXT,\n    PRIMARY KEY (seq, ordinal)\n)"
            ),
            self.create_deploys(),
            self.create_effects(),
            format!("CREATE TABLE IF NOT EXISTS {format} (\n    version INTEGER NOT NULL PRIMARY KEY\n)"),
            format!("INSERT INTO {format} SELECT {FORMAT} WHERE NOT EXISTS (SELECT 1 FROM {format})"),
            self.set_format(),
        ]
    }

    /// What a ledger of an older format has not.
    pub fn add_missing(&self) -> Vec<String> {
        vec![self.create_deploys(), self.set_format()]
    }

    fn set_format(&self) -> String {
        format!("UPDATE {} SET version = {FORMAT} WHERE version < {FORMAT}", self.format)
    }

    pub(super) fn read_events(&self) -> String {
        format!(
            "SELECT seq, revision, direction, outcome, checksum, message, fingerprint_before, fingerprint_after, \
             started_at, finished_at, duration_ms, who, pid, version, deploy, note, begun, \
             (SELECT max(version) FROM {}) FROM {} ORDER BY seq",
            self.format, self.ledger
        )
    }

    pub(super) fn read_statements_within(&self, seq: i64) -> String {
        format!("SELECT statements FROM {} WHERE seq = {seq}", self.ledger)
    }

    pub(super) fn read_statements(&self, seq: i64) -> String {
        format!(
            "SELECT ordinal, hash, outcome, sql, started_at, duration_ms, row_count, error FROM {} WHERE seq = {seq} \
             ORDER BY ordinal",
            self.statement
        )
    }

    pub fn last(&self) -> String {
        format!("SELECT coalesce(max(seq), 0) FROM {}", self.ledger)
    }

    pub fn insert_event(&self, row: &EventRow<'_>, actor: &Actor) -> String {
        let text = |value: Option<&str>| self.text(value);
        let seq = match row.seq {
            Seq::At(seq) => seq.to_string(),
            Seq::Next => format!("(SELECT coalesce(max(seq), 0) + 1 FROM {})", self.ledger),
        };
        let (started_at, finished_at, duration) = match row.time {
            Time::Known { started_at, finished_at, duration_ms } => {
                (text(Some(started_at)), text(finished_at), number_or_null(duration_ms))
            }
            Time::Current => {
                let now = CURRENT.to_string();
                (now.clone(), now, "NULL".to_string())
            }
        };
        // A list of plain values; there is nothing in it that could not be written.
        let statements = Some(row.statements).filter(|it| !it.is_empty()).and_then(|it| serde_json::to_string(it).ok());
        let values = [
            seq,
            text(Some(row.revision.as_str())),
            text(Some(row.direction.word())),
            text(Some(row.outcome.word())),
            text(row.checksum.map(|checksum| checksum.0.as_str())),
            text(Some(row.message)),
            text(row.fingerprint_before.map(|it| it.0.as_str())),
            text(row.fingerprint_after.map(|it| it.0.as_str())),
            started_at,
            finished_at,
            duration,
            text(Some(&actor.who)),
            number_or_null(Some(i64::from(actor.pid))),
            text(Some(&actor.version)),
            text(actor.deploy.as_ref().map(|deploy| deploy.label.as_str())),
            text(row.note),
            number_or_null(row.begun),
            text(statements.as_deref()),
        ];
        format!(
            "INSERT INTO {} (seq, revision, direction, outcome, checksum, message, fingerprint_before, \
             fingerprint_after, started_at, finished_at, duration_ms, who, pid, version, deploy, note, begun, \
             statements) VALUES ({})",
            self.ledger,
            values.join(", ")
        )
    }

    /// One statement for all rows.
    pub fn insert_statements(&self, seq: i64, rows: &[StatementRow]) -> String {
        let values = rows.iter().map(|row| format!("({seq}, {}, {})", row.ordinal, self.outcome(row).join(", ")));
        format!(
            "INSERT INTO {} (seq, ordinal, {}) VALUES {}",
            self.statement,
            OUTCOME.join(", "),
            values.collect::<Vec<_>>().join(", ")
        )
    }

    /// What became of a statement whose intent is on the ledger, or whose earlier try is.
    pub fn update_statement(&self, seq: i64, row: &StatementRow) -> String {
        let values = OUTCOME.iter().zip(self.outcome(row)).map(|(column, value)| format!("{column} = {value}"));
        format!(
            "UPDATE {} SET {} WHERE seq = {seq} AND ordinal = {}",
            self.statement,
            values.collect::<Vec<_>>().join(", "),
            row.ordinal
        )
    }

    /// In the order of [`OUTCOME`].
    fn outcome(&self, row: &StatementRow) -> [String; OUTCOME.len()] {
        [
            self.text(Some(&row.hash)),
            self.text(Some(row.outcome.word())),
            self.text(row.sql.as_deref()),
            self.text(row.started_at.as_deref()),
            number_or_null(row.duration_ms),
            number_or_null(row.rows),
            self.text(row.error.as_deref()),
        ]
    }

    pub(super) fn text(&self, value: Option<&str>) -> String {
        value.map_or("NULL".to_string(), |value| self.dialect.literal(value))
    }

    /// Takes back what is known of statements from an ordinal on: a revision that was edited after one of its
    /// statements failed begins again there.
    pub fn forget_statements(&self, seq: i64, from: i64) -> String {
        format!("DELETE FROM {} WHERE seq = {seq} AND ordinal >= {from}", self.statement)
    }
}

/// The engine's clock, in SQL.
pub const CURRENT: &str = "CAST(CURRENT_TIMESTAMP AS text)";

/// What is written of a statement beside its place.
const OUTCOME: [&str; 7] = ["hash", "outcome", "sql", "started_at", "duration_ms", "row_count", "error"];

fn number_or_null(value: Option<i64>) -> String {
    value.map_or("NULL".to_string(), |value| value.to_string())
}
