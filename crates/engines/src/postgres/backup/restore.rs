//! Makes a database what was copied: `pg_restore` writes, and whatever it has to say ends the restore.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use whimbrel_run::backup::{Doing, Progress, Watch};
use whimbrel_run::{Driver, DriverError, DriverErrorKind};

use super::super::bind::{identifier, literal};
use super::super::driver::PostgresDriver;
use super::about::About;
use super::archive::{self, Entry};
use super::child::{Running, Said};
use super::client::{Client, Clients};
use super::crew::{LOOK_AGAIN, stopped_on_request};
use super::environment::{self, Environment};
use super::{clear, relations::Cells};

/// What the restore is given, and what it may do here.
pub(super) struct Restore<'a> {
    pub client: &'a Client,
    pub folder: &'a Path,
    pub entries: Vec<Entry>,
    /// What is left out of what belongs to the cluster and not to the database.
    pub without: Vec<&'static str>,
}

pub(super) fn copy_in(
    driver: &mut PostgresDriver,
    from: &Path,
    jobs: usize,
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let about = About::read(from)?;
    let clients = Clients::find();
    let client = clients.for_restore(about.client, driver.version())?;
    let restore = Restore::prepare(driver, client, &about, from)?;
    clear::clear(driver, &about)?;
    let outcome = restore.run(driver, &[format!("--jobs={jobs}")], watch);
    outcome.and_then(|()| settings(driver, &about)).map_err(|error| {
        let message = format!("{} (`{}` holds a part of the backup now)", error.message, driver.database());
        let hint = error.hint.clone().or_else(|| Some("restore again: it is emptied first".to_owned()));
        DriverError { message, hint, ..error }
    })?;
    // The schema that it begins with may be there only now.
    driver.home = PostgresDriver::ask_home(&mut driver.connection)?;
    Ok(())
}

impl<'a> Restore<'a> {
    /// Looks at everything that can be looked at before anything is changed.
    pub fn prepare(
        driver: &mut PostgresDriver,
        client: &'a Client,
        about: &About,
        folder: &'a Path,
    ) -> Result<Restore<'a>, DriverError> {
        let entries = archive::list(client, folder)?;
        require_extensions(driver, about)?;
        let without = left_out(driver, about)?;
        Ok(Restore { client, folder, entries, without })
    }

    pub fn run(
        &self,
        driver: &mut PostgresDriver,
        arguments: &[String],
        watch: &mut Watch<'_>,
    ) -> Result<(), DriverError> {
        let mut command = self.client.restore();
        Environment::of(&driver.settings)?.apply(&mut command);
        command.args(arguments).args(&self.without);
        let tolerant = self.client.sets_what_is_unknown_to(driver.version());
        if !tolerant {
            command.arg("--exit-on-error");
        }
        if let Some(role) = &driver.role {
            command.arg(format!("--role={role}"));
        }
        command.arg("--dbname").arg(environment::database(&driver.settings.database)).arg(self.folder);
        let mut sizes = self.sizes();
        let of: u64 = sizes.values().sum();
        let mut running = Running::start("pg_restore", command)?;
        let mut about = None;
        while let Some(heard) = running.hear(LOOK_AGAIN) {
            for Said::Finished(number, table) in heard {
                sizes.remove(&number);
                about = Some(table);
            }
            let done = of - sizes.values().sum::<u64>();
            let progress = Progress { about: about.clone(), ..Progress::of(Doing::Restoring, done, Some(of)) };
            if watch(progress) == ControlFlow::Break(()) {
                running.stop();
                return Err(stopped_on_request());
            }
        }
        let went_well = running.finish()?;
        if went_well || (tolerant && running.only_unknown_settings()) {
            return Ok(());
        }
        Err(running.failed())
    }

    /// Of the files with rows, by the numbers of their entries.
    fn sizes(&self) -> BTreeMap<u32, u64> {
        let data = self.entries.iter().filter(|entry| entry.text.starts_with("TABLE DATA "));
        let size = |number: u32| {
            let names = ["", ".zst", ".gz"].map(|ending| self.folder.join(format!("{number}.dat{ending}")));
            names.iter().find_map(|file| fs::metadata(file).ok()).map_or(0, |file| file.len())
        };
        data.map(|entry| (entry.number, size(entry.number))).collect()
    }
}

fn require_extensions(driver: &mut PostgresDriver, about: &About) -> Result<(), DriverError> {
    let rows = driver.connection.rows("SELECT name FROM pg_catalog.pg_available_extensions")?;
    let available: Vec<String> = rows.into_iter().flatten().flatten().collect();
    let missing: Vec<String> = about
        .extensions
        .iter()
        .filter(|(name, _)| !available.contains(name))
        .map(|(name, version)| format!("`{name}` {version}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("the server has not installed what the backup needs: extension {}", missing.join(", "));
    let hint = "install the packages that they come in on the machine of the server".to_owned();
    Err(DriverError { hint: Some(hint), ..DriverError::new(DriverErrorKind::Unsupported, message) })
}

/// What the cluster does not have is left out of the restore, and said to be.
fn left_out(driver: &mut PostgresDriver, about: &About) -> Result<Vec<&'static str>, DriverError> {
    let mut here: BTreeMap<String, bool> = BTreeMap::new();
    for row in
        driver.connection.rows("SELECT rolname, pg_catalog.pg_has_role(oid, 'MEMBER') FROM pg_catalog.pg_roles")?
    {
        let mut cells = Cells::of(row);
        here.insert(cells.text()?, cells.text()? == "t");
    }
    let named = |roles: &[&String]| {
        let names: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
        names.join(", ")
    };
    let (database, me) = (driver.database(), driver.role.clone().unwrap_or_else(|| driver.settings.user.clone()));
    let mut without = Vec::new();
    let unknown: Vec<&String> = about.roles.iter().filter(|role| !here.contains_key(*role)).collect();
    if !unknown.is_empty() {
        without.push("--no-privileges");
        driver.connection.remark(format!(
            "warning: {} of the backup are no roles here, so that nothing in `{database}` is granted to anybody: create \
             them and restore again, or grant by hand",
            named(&unknown)
        ));
    }
    let not_mine: Vec<&String> =
        about.owners.iter().filter(|role| !here.get(*role).copied().unwrap_or(false)).collect();
    if !not_mine.is_empty() {
        without.push("--no-owner");
        driver.connection.remark(format!(
            "warning: what {} owned belongs to `{me}` in `{database}`, who can give nothing to them",
            named(&not_mine)
        ));
    }
    let rows = driver.connection.rows("SELECT spcname FROM pg_catalog.pg_tablespace")?;
    let spaces: Vec<String> = rows.into_iter().flatten().flatten().collect();
    let unknown: Vec<&String> = about.tablespaces.iter().filter(|space| !spaces.contains(space)).collect();
    if !unknown.is_empty() {
        without.push("--no-tablespaces");
        driver.connection.remark(format!(
            "warning: {} of the backup are no tablespaces here: everything in `{database}` is in its own",
            named(&unknown)
        ));
    }
    Ok(without)
}

/// Settings whose value is a list of names, quoted already.
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// What the database itself is set to, which `pg_restore` restores only where it makes the database too.
fn settings(driver: &mut PostgresDriver, about: &About) -> Result<(), DriverError> {
    let database = identifier(&driver.settings.database);
    for setting in &about.settings {
        let Some((name, value)) = setting.split_once('=') else { continue };
        let value = if LISTS.contains(&name) { value.to_owned() } else { literal(value) };
        let names: Vec<String> = name.split('.').map(identifier).collect();
        let statement = format!("ALTER DATABASE {database} SET {} TO {value}", names.join("."));
        if let Err(error) = driver.connection.rows(&statement) {
            if !error.is_refusal() {
                return Err(error);
            }
            driver.connection.remark(format!("warning: `{setting}` is not set for {database}: {}", error.message));
        }
    }
    Ok(())
}
