//! What a statement does to the server: asked in its own transaction while its locks are held, and from beside where it
//! has none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use whimbrel_plan::review::Touched;
use whimbrel_run::apply::Within;
use whimbrel_run::rehearse::{self, Fate, Reading, RelationKind, RelationReading, Size, TakenLock};
use whimbrel_run::{Driver, DriverError, DriverErrorKind, Row};
use whimbrel_schema::ObjectName;

use super::connection::Connection;
use super::predict::Mode;
use super::settings::Settings;

type Oid = String;
type Locks = BTreeSet<(Oid, Mode)>;

pub(super) struct Gauge {
    settings: Settings,
    home: String,
    /// Whether the server may be told to say what it writes to temporary files; `None` until it was asked.
    tells_temporary: Option<bool>,
    before: Option<Before>,
    beside: Option<Beside>,
}

/// How things stood.
struct Before {
    within: Within,
    relations: BTreeMap<Oid, Relation>,
    locks: Locks,
    read: Option<BTreeMap<Oid, u64>>,
    wal: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
struct Relation {
    name: ObjectName,
    part_of: Option<ObjectName>,
    kind: RelationKind,
    file: Option<String>,
    bytes: u64,
}

/// Looks at the locks of a session for as long as its statement runs.
struct Beside {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Result<Locks, DriverError>>,
}

const RELATIONS: &str = "\
SELECT c.oid::text, c.relkind::text, n.nspname, c.relname, m.nspname, o.relname, pg_catalog.pg_relation_filenode(c.oid), \
CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(c.oid) \
WHEN c.relkind IN ('i', 'S') THEN pg_catalog.pg_relation_size(c.oid) ELSE 0 END \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid \
LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') \
LEFT JOIN pg_catalog.pg_class o ON o.oid = coalesce(i.indrelid, d.refobjid) \
LEFT JOIN pg_catalog.pg_namespace m ON m.oid = o.relnamespace \
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I', 'S', 'f') \
AND c.relname !~ '^whimbrel_' AND coalesce(o.relname, '') !~ '^whimbrel_'";

const WAL: &str = "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL \
                   ELSE pg_catalog.pg_current_wal_insert_lsn() - '0/0' END";

/// Of the session that asks, or of another one. Catalogues are everybody's.
fn locks_of(pid: &str) -> String {
    format!(
        "SELECT relation::text, mode FROM pg_catalog.pg_locks WHERE pid = {pid} AND locktype = 'relation' AND granted \
         AND relation >= 16384 AND database = (SELECT oid FROM pg_catalog.pg_database \
         WHERE datname = pg_catalog.current_database())"
    )
}

impl Gauge {
    pub fn of(settings: Settings, home: String) -> Self {
        Gauge { settings, home, tells_temporary: None, before: None, beside: None }
    }

    fn relations(&self, driver: &mut dyn Driver) -> Result<BTreeMap<Oid, Relation>, DriverError> {
        let named = |namespace: &str, name: &str| match namespace == self.home {
            true => ObjectName::new(name),
            false => ObjectName::within(namespace, name),
        };
        let relation = |row: Row| {
            let [Some(oid), Some(kind), Some(namespace), Some(name), above, owner, file, bytes] = row.as_slice() else {
                return None;
            };
            let kind = match kind.as_str() {
                "i" | "I" => RelationKind::Index,
                "S" => RelationKind::Sequence,
                "v" => RelationKind::View,
                _ => RelationKind::Table,
            };
            let part_of = above.as_deref().zip(owner.as_deref()).map(|(above, owner)| named(above, owner));
            let bytes = bytes.as_deref().and_then(|bytes| bytes.parse().ok()).unwrap_or_default();
            // A sequence gets a new file with every change: that is no work.
            let file = file.clone().filter(|_| kind != RelationKind::Sequence);
            Some((oid.clone(), Relation { name: named(namespace, name), part_of, kind, file, bytes }))
        };
        Ok(driver.query(RELATIONS, &[])?.into_iter().filter_map(relation).collect())
    }

    /// How many rows were read from end to end, by relation. What is not read in the session's own transaction is told
    /// by the counters of the server, which it can be made to bring up to date from 15 on.
    fn read(&self, driver: &mut dyn Driver, within: Within) -> Result<Option<BTreeMap<Oid, u64>>, DriverError> {
        let view = match within {
            Within::Transaction => "pg_stat_xact_all_tables",
            Within::None if driver.version().major >= 15 => {
                driver.query("SELECT pg_catalog.pg_stat_force_next_flush()", &[])?;
                "pg_stat_all_tables"
            }
            Within::None | Within::Batches => return Ok(None),
        };
        let rows = driver.query(&format!("SELECT relid::text, seq_tup_read FROM pg_catalog.{view}"), &[])?;
        Ok(Some(rows.into_iter().filter_map(counted).collect()))
    }

    /// Asks the server to say what it writes to temporary files, where it lets this user.
    fn ask_for_temporary(&mut self, driver: &mut dyn Driver, local: bool) -> Result<(), DriverError> {
        let may = match self.tells_temporary {
            Some(may) => may,
            None => {
                let rows = driver.query("SELECT pg_catalog.current_setting('is_superuser')", &[])?;
                let may = rows.into_iter().flatten().flatten().any(|answer| answer == "on");
                *self.tells_temporary.insert(may)
            }
        };
        if may {
            let ask = format!(
                "SELECT pg_catalog.set_config('log_temp_files', '0', {local}), \
                 pg_catalog.set_config('client_min_messages', 'log', {local})"
            );
            driver.query(&ask, &[])?;
        }
        Ok(())
    }

    fn watch_from_beside(&mut self, pid: String) -> Result<(), DriverError> {
        let (over, settings) = (Arc::new(AtomicBool::new(false)), self.settings.clone());
        let (ready, is_ready) = channel();
        let heard = Arc::clone(&over);
        let thread = thread::spawn(move || watch(&settings, &pid, &ready, &heard));
        // Whoever could not connect says so when the thread is asked what it saw.
        let _ = is_ready.recv_timeout(Duration::from_secs(5));
        self.beside = Some(Beside { over, thread });
        Ok(())
    }

    fn seen_from_beside(&mut self) -> Result<Locks, DriverError> {
        let Some(beside) = self.beside.take() else { return Ok(Locks::new()) };
        beside.over.store(true, Ordering::Relaxed);
        let broke = |_| DriverError::new(DriverErrorKind::Lost, "the connection that watches the locks broke off");
        beside.thread.join().map_err(broke)?
    }
}

/// Once before the statement can have begun, and then as often as the server answers.
fn watch(settings: &Settings, pid: &str, ready: &Sender<()>, over: &AtomicBool) -> Result<Locks, DriverError> {
    let mut connection = Connection::open(settings)?;
    let question = locks_of(pid);
    let mut seen = Locks::new();
    loop {
        seen.extend(connection.rows(&question)?.into_iter().filter_map(lock));
        let _ = ready.send(());
        if over.load(Ordering::Relaxed) {
            return Ok(seen);
        }
        sleep(Duration::from_micros(500));
    }
}

fn lock(row: Row) -> Option<(Oid, Mode)> {
    let mut cells = row.into_iter();
    let (oid, mode) = (cells.next()??, cells.next()??);
    Some((oid, Mode::read(mode.trim_end_matches("Lock"))?))
}

fn counted(row: Row) -> Option<(Oid, u64)> {
    let mut cells = row.into_iter();
    Some((cells.next()??, cells.next()??.parse().ok()?))
}

fn wal(driver: &mut dyn Driver) -> Result<Option<u64>, DriverError> {
    let position = driver.query(WAL, &[])?.into_iter().flatten().flatten().next();
    Ok(position.and_then(|position| position.parse().ok()))
}

/// `log: temporary file: path "base/pgsql_tmp/…", size 1234`.
pub(super) fn temporary(notice: &str) -> Option<u64> {
    let (before, size) = notice.rsplit_once("size ")?;
    before.contains("temporary file: path").then(|| size.trim().parse().ok()).flatten()
}

impl rehearse::Gauge for Gauge {
    fn before(&mut self, driver: &mut dyn Driver, within: Within) -> Result<(), DriverError> {
        self.ask_for_temporary(driver, within == Within::Transaction)?;
        let pid = driver.query("SELECT pg_catalog.pg_backend_pid()", &[])?.into_iter().flatten().flatten().next();
        let pid = pid.unwrap_or_else(|| "0".to_string());
        let relations = self.relations(driver)?;
        let read = self.read(driver, within)?;
        let locks = match within {
            Within::Transaction => driver.query(&locks_of(&pid), &[])?.into_iter().filter_map(lock).collect(),
            Within::None | Within::Batches => Locks::new(),
        };
        let wal = wal(driver)?;
        self.before = Some(Before { within, relations, locks, read, wal });
        match within {
            Within::Transaction => Ok(()),
            Within::None | Within::Batches => self.watch_from_beside(pid),
        }
    }

    fn after(&mut self, driver: &mut dyn Driver, notices: &[String]) -> Result<Reading, DriverError> {
        let Some(before) = self.before.take() else { return Ok(Reading::default()) };
        let wal_now = wal(driver)?;
        let locks = match before.within {
            Within::Transaction => {
                driver.query(&locks_of("pg_catalog.pg_backend_pid()"), &[])?.into_iter().filter_map(lock).collect()
            }
            Within::None | Within::Batches => self.seen_from_beside()?,
        };
        let read = self.read(driver, before.within)?;
        let now = self.relations(driver)?;
        let taken: Locks = locks.difference(&before.locks).cloned().collect();
        let written = before.wal.zip(wal_now).map(|(from, to)| to.saturating_sub(from));
        Ok(Reading {
            relations: readings(&before, &now, &taken, read.as_ref()),
            wal_bytes: written,
            // What runs in batches runs on connections that nobody hears.
            temporary_bytes: (self.tells_temporary == Some(true) && before.within != Within::Batches)
                .then(|| notices.iter().filter_map(|notice| temporary(notice)).sum()),
            database_bytes: None,
            sampled: before.within != Within::Transaction,
        })
    }

    fn includes(&self, predicted: &str, measured: &str) -> bool {
        match (Mode::read(predicted), Mode::read(measured)) {
            (Some(predicted), Some(measured)) => predicted.includes(measured),
            // `any lock`.
            (None, _) => true,
            (_, None) => false,
        }
    }

    fn unknown(&self) -> Vec<String> {
        let mut unknown = vec![
            "locks outside of transactions are looked at from beside, every half millisecond or so".to_string(),
            "bytes of write-ahead log are those of the whole server meanwhile".to_string(),
        ];
        if self.tells_temporary == Some(false) {
            unknown.push("bytes of temporary files: only a superuser is told".to_string());
        }
        unknown
    }
}

/// Indexes that a change of type makes again under another number, over the very file that they had: nothing is built.
/// Each by its new number, with the old one.
fn made_again<'r>(from: &'r BTreeMap<Oid, Relation>, to: &'r BTreeMap<Oid, Relation>) -> BTreeMap<&'r Oid, &'r Oid> {
    let gone: Vec<(&Oid, &Relation)> = from.iter().filter(|(oid, _)| !to.contains_key(*oid)).collect();
    let new = to.iter().filter(|(oid, made)| !from.contains_key(*oid) && made.kind == RelationKind::Index);
    let same = |made: &Relation, was: &Relation| made.file.is_some() && made.file == was.file && made.name == was.name;
    let pair = |(oid, made)| Some((oid, gone.iter().find(|(_, was)| same(made, was))?.0));
    new.filter_map(pair).collect()
}

fn readings(
    before: &Before,
    now: &BTreeMap<Oid, Relation>,
    taken: &Locks,
    read: Option<&BTreeMap<Oid, u64>>,
) -> Vec<RelationReading> {
    let made_again = made_again(&before.relations, now);
    let mut oids: BTreeSet<&Oid> = before.relations.keys().chain(now.keys()).collect();
    oids.retain(|oid| !made_again.values().any(|old| old == oid));
    let reading = |oid: &Oid| {
        let was = made_again.get(oid).copied().unwrap_or(oid);
        let (old, new) = (before.relations.get(was), now.get(oid));
        let known = new.or(old)?;
        // A relation that is gone or renamed is told by the name under which it was found.
        let named = old.unwrap_or(known);
        let mut reading = RelationReading::nothing(Touched::Relation(named.name.clone()), known.kind);
        reading.part_of.clone_from(&named.part_of);
        reading.fate = match (old, new) {
            (Some(old), Some(new)) if old.file.is_some() && new.file.is_some() && old.file != new.file => {
                Fate::Rewritten
            }
            (Some(_), None) => Fate::Gone,
            // An index of a partitioned table is a name without a file: nothing is built.
            (None, Some(new)) if new.kind == RelationKind::Index && new.file.is_none() => Fate::Stayed,
            (None, Some(_)) => Fate::Made,
            (_, _) => Fate::Stayed,
        };
        // What the statement itself made is nobody else's.
        if old.is_some() {
            let modes = taken.iter().filter(|(locked, _)| locked == was).map(|(_, mode)| mode);
            // An index that goes CONCURRENTLY is locked when nobody uses it any more: no plan has known it for a while.
            let is_dead = new.is_none() && known.kind == RelationKind::Index && before.within == Within::None;
            let modes = modes.filter(|mode| !is_dead || **mode != Mode::AccessExclusive);
            reading.locks =
                modes.map(|mode| TakenLock { name: mode.name().to_string(), blocks: mode.blocks() }).collect();
        }
        reading.rows_read = before.read.as_ref().zip(read).map(|(then, now)| {
            let count = |counts: &BTreeMap<Oid, u64>| counts.get(oid).copied().unwrap_or_default();
            count(now).saturating_sub(count(then))
        });
        let bytes = |relation: Option<&Relation>| relation.map_or(0, |relation| relation.bytes);
        reading.bytes = Some(Size { from: bytes(old), to: bytes(new) });
        reading.says_something().then_some(reading)
    };
    oids.into_iter().filter_map(reading).collect()
}

impl Drop for Gauge {
    /// A run that failed in between leaves nobody watching.
    fn drop(&mut self) {
        let _ = self.seen_from_beside();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_over_its_old_file_was_not_built() {
        let relation = |name: &str, file: &str| Relation {
            name: ObjectName::new(name),
            part_of: Some(ObjectName::new("t")),
            kind: RelationKind::Index,
            file: Some(file.to_string()),
            bytes: 0,
        };
        let all = |of: &[(&str, &str, &str)]| -> BTreeMap<Oid, Relation> {
            of.iter().map(|(oid, name, file)| ((*oid).to_string(), relation(name, file))).collect()
        };
        let from = all(&[("1", "ix_a", "10"), ("2", "ix_b", "20"), ("3", "ix_c", "30")]);
        let to = all(&[("4", "ix_a", "10"), ("5", "ix_b", "21"), ("3", "ix_c", "30"), ("6", "ix_d", "10")]);
        let found = made_again(&from, &to);
        assert_eq!(found, BTreeMap::from([(&"4".to_string(), &"1".to_string())]));
    }

    #[test]
    fn what_the_server_says_of_a_temporary_file_is_its_size() {
        let said = "log: temporary file: path \"base/pgsql_tmp/pgsql_tmp77.0\", size 1810432";
        assert_eq!(temporary(said), Some(1_810_432));
        assert_eq!(temporary("notice: relation \"size 7\" exists, size 3"), None);
    }
}
