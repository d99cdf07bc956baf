use serde::{Deserialize, Serialize};

use super::{LedgerError, Tables};
use crate::{Actor, Deploy, Driver, DriverErrorKind, Row};

/// A deploy that came by, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployRow {
    pub seq: i64,
    pub label: String,
    /// The commit of its code, where that was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    pub at: String,
    pub who: String,
    /// No revision was applied when it came: no code can have run on this database before it.
    pub from_base: bool,
}

impl DeployRow {
    /// Whether it is the same rollout of the same code.
    pub fn is(&self, deploy: &Deploy) -> bool {
        self.label == deploy.label && self.commit == deploy.commit
    }
}

/// Every deploy that came by, in order. A ledger of an older format has none.
pub fn deploys(driver: &mut dyn Driver) -> Result<Vec<DeployRow>, LedgerError> {
    let query = Tables::of(driver).read_deploys();
    let rows = match driver.query(&query, &[]) {
        Ok(rows) => rows,
        Err(error) if error.kind == DriverErrorKind::Statement && !driver.has_table(Tables::DEPLOY)? => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    rows.into_iter().map(deploy).collect()
}

/// In the order of [`Tables::read_deploys`].
fn deploy(row: Row) -> Result<DeployRow, LedgerError> {
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    let seq = next().unwrap_or_default();
    let bad = |what: &str| LedgerError::Row { row: format!("{seq} of the deploys"), what: what.to_string() };
    Ok(DeployRow {
        label: next().ok_or_else(|| bad("it has no label"))?,
        commit: next(),
        at: next().ok_or_else(|| bad("it has no time"))?,
        who: next().ok_or_else(|| bad("it has nobody"))?,
        from_base: next().is_some_and(|word| word == "1"),
        seq: seq.parse().map_err(|_| bad("its number is none"))?,
    })
}

impl Tables<'_> {
    pub(super) fn create_deploys(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    seq INTEGER NOT NULL PRIMARY KEY,\n    label TEXT NOT NULL,\n    \
             code_commit TEXT,\n    noted_at TEXT NOT NULL,\n    who TEXT NOT NULL,\n    from_base INTEGER NOT NULL\n)",
            self.deploy
        )
    }

    fn read_deploys(&self) -> String {
        format!("SELECT seq, label, code_commit, noted_at, who, from_base FROM {} ORDER BY seq", self.deploy)
    }

    /// Notes that the deploy came by, unless it is the last that did. `at` is an SQL expression.
    pub fn insert_deploy(&self, deploy: &Deploy, actor: &Actor, at: &str, from_base: bool) -> String {
        let table = &self.deploy;
        let (label, commit) = (self.text(Some(&deploy.label)), self.text(deploy.commit.as_deref()));
        let same = match deploy.commit {
            Some(_) => format!("code_commit = {commit}"),
            None => "code_commit IS NULL".to_string(),
        };
        format!(
            "INSERT INTO {table} (seq, label, code_commit, noted_at, who, from_base) SELECT \
             (SELECT coalesce(max(seq), 0) + 1 FROM {table}), {label}, {commit}, {at}, {}, {} WHERE NOT EXISTS \
             (SELECT 1 FROM {table} WHERE seq = (SELECT max(seq) FROM {table}) AND label = {label} AND {same})",
            self.text(Some(&actor.who)),
            i32::from(from_base)
        )
    }

    /// [`Tables::insert_deploy`] with a time as the runner's clock has it.
    pub fn insert_deploy_at(&self, deploy: &Deploy, actor: &Actor, at: &str, from_base: bool) -> String {
        self.insert_deploy(deploy, actor, &self.text(Some(at)), from_base)
    }
}
