//! Copies a database out: `pg_dump` writes, and the server hashes, both of one snapshot.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use whimbrel_run::backup::{Doing, Progress, Scope, Snapshot, Watch};
use whimbrel_run::ledger::{self, Ledger, LedgerError, Tables};
use whimbrel_run::{Driver, DriverError, DriverErrorKind};

use super::super::driver::PostgresDriver;
use super::about::About;
use super::as_copied::as_copied;
use super::child::{Running, Said};
use super::client::{Client, Clients};
use super::crew::{Crew, LOOK_AGAIN, Shared, Sums, stopped_on_request};
use super::environment::{self, Environment};
use super::moment::{LOCK_WAIT, Moment};
use super::relations::{Kind, Relation, Relations};
use super::scope::Wanted;
use super::{archive, objects};

pub(super) fn copy_out(
    driver: &mut PostgresDriver,
    scope: &Scope,
    into: &Path,
    jobs: usize,
    watch: &mut Watch<'_>,
) -> Result<Snapshot, DriverError> {
    // Before anything is begun: without it there is no backup.
    driver.require_known_version()?;
    let clients = Clients::find();
    let client = clients.for_dump(driver.version())?;
    let compressed = client.writes_zstd();
    let mut moment = Moment::hold(driver)?;
    let home = moment.driver.home.clone();
    let wanted = Wanted::of(scope, &moment.relations, &home, &mut moment.driver.connection)?;
    let large_objects = wanted.has_large_objects(&moment.relations) && objects::any(&mut moment.driver.connection)?;

    let mut command = client.dump();
    Environment::of(&moment.driver.settings)?.apply(&mut command);
    command.args(["--format=directory", "--no-sync", "--no-subscriptions"]);
    command.arg(format!("--jobs={jobs}")).arg(format!("--snapshot={}", moment.snapshot));
    command.arg(format!("--lock-wait-timeout={}", LOCK_WAIT.as_millis())).arg("--file").arg(into);
    command.arg(if compressed { "--compress=zstd:3" } else { "--compress=0" });
    if let Some(role) = &driver.role {
        command.arg(format!("--role={role}"));
    }
    if !large_objects {
        command.arg("--no-blobs");
    }
    command.args(wanted.without(&moment.relations).map(|it| format!("--exclude-table-data={}", it.quoted())));
    command.arg("--dbname").arg(environment::database(&moment.driver.settings.database));

    let is_wanted = |relation: &Relation| wanted.has(relation);
    let shared = Shared::of(&moment.relations, &is_wanted, large_objects, jobs);
    let role = driver.role.clone();
    let mut dump = Running::start("pg_dump", command)?;
    let sums = std::thread::scope(|scope| {
        let crew = Crew::start(scope, &shared, &moment, role.as_deref(), jobs);
        let sums = both(&mut dump, crew, &shared, &mut moment, &is_wanted, watch);
        if sums.is_err() {
            shared.stop();
            dump.stop();
        }
        sums
    })?;
    for warning in dump.complaints.iter().filter(|line| line.contains("warning: ")) {
        driver.connection.remark(warning.replacen("pg_dump: warning: ", "warning: pg_dump: ", 1));
    }
    remark_subscriptions(driver)?;
    finish(client, moment, sums, &is_wanted, into, compressed)
}

/// Until both are done. Whichever fails first ends the other.
fn both(
    dump: &mut Running,
    mut crew: Crew<'_>,
    shared: &Shared,
    moment: &mut Moment,
    is_wanted: &dyn Fn(&Relation) -> bool,
    watch: &mut Watch<'_>,
) -> Result<Sums, DriverError> {
    let mut sizes = Sizes::of(&moment.relations, is_wanted);
    let of = sizes.left();
    let (mut dumping, mut hashing) = (true, true);
    while dumping || hashing {
        let mut about = None;
        if dumping {
            match dump.hear(LOOK_AGAIN / 2) {
                Some(heard) => {
                    for Said::Finished(_, table) in heard {
                        sizes.take(&table);
                        about = Some(table);
                    }
                }
                None => {
                    dumping = false;
                    if !dump.finish()? {
                        return Err(dump.failed());
                    }
                }
            }
        }
        if hashing {
            hashing = crew.take(LOOK_AGAIN / 2).is_some();
            if !hashing && shared.is_stopped() {
                break;
            }
        }
        let progress = match dumping {
            true => Progress { about, ..Progress::of(Doing::Copying, of - sizes.left(), Some(of)) },
            false => Progress::of(Doing::Hashing, crew.rows(), crew.of()),
        };
        if watch(progress) == ControlFlow::Break(()) {
            return Err(stopped_on_request());
        }
    }
    crew.finish(moment)
}

/// How large the tables are that are still to come, by their names: `pg_dump` says no more of them.
struct Sizes(BTreeMap<String, Vec<u64>>);

impl Sizes {
    fn of(relations: &Relations, is_wanted: &dyn Fn(&Relation) -> bool) -> Sizes {
        let mut sizes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for table in relations.0.iter().filter(|it| it.kind == Kind::Table && is_wanted(it)) {
            sizes.entry(table.name.clone()).or_default().push(table.bytes);
        }
        Sizes(sizes)
    }

    fn take(&mut self, name: &str) {
        self.0.get_mut(name).map(Vec::pop);
    }

    fn left(&self) -> u64 {
        self.0.values().flatten().sum()
    }
}

/// What the archive is asked, and what else belongs to it.
fn finish(
    client: &Client,
    mut moment: Moment,
    sums: Sums,
    is_wanted: &dyn Fn(&Relation) -> bool,
    into: &Path,
    compressed: bool,
) -> Result<Snapshot, DriverError> {
    let entries = archive::list(client, into)?;
    let sequences: Vec<Relation> = moment.relations.0.iter().filter(|it| it.kind == Kind::Sequence).cloned().collect();
    let sequences: Vec<&Relation> = sequences.iter().collect();
    let states = archive::sequences(client, into, &entries, &sequences)?;
    let tables = sums.into_contents(&mut moment, is_wanted, &states)?;
    About::ask(&mut moment.driver.connection, client.version.major)?.write(into)?;
    let schema = as_copied(moment.driver.introspect()?).fingerprint();
    let ledger = ledger_of(&mut moment.driver)?;
    Ok(Snapshot {
        position: moment.position.clone(),
        schema,
        ledger: ledger.last(),
        applied: ledger.applied_ids().into_iter().collect(),
        tables,
        with: client.to_string(),
        compressed,
    })
}

/// Asked for a table that is not there, the transaction would be over.
fn ledger_of(driver: &mut PostgresDriver) -> Result<Ledger, DriverError> {
    if !driver.has_table(Tables::LEDGER)? {
        return Ok(Ledger::default());
    }
    ledger::read(driver).map_err(|error| match error {
        LedgerError::Driver(error) => error,
        other @ (LedgerError::Newer { .. } | LedgerError::Row { .. }) => {
            DriverError::new(DriverErrorKind::Unsupported, other.to_string())
        }
    })
}

const SUBSCRIPTIONS: &str = "\
SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid \
WHERE d.datname = pg_catalog.current_database() ORDER BY 1";

/// A subscription's connection may have a password in it, and a copy must not begin to subscribe: it is left out, and
/// said to be.
fn remark_subscriptions(driver: &mut PostgresDriver) -> Result<(), DriverError> {
    let rows = driver.connection.rows(SUBSCRIPTIONS)?;
    let names: Vec<String> = rows.into_iter().flatten().flatten().map(|name| format!("`{name}`")).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        driver.connection.remark(format!("warning: subscriptions are not backed up, they may hold passwords: {names}"));
    }
    Ok(())
}
