//! Brings single tables back: those that are gone with all that belongs to them, those that are there with other rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use whimbrel_run::backup::{Doing, Progress, Watch};
use whimbrel_run::{Driver, DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::bind::{identifier, literal};
use super::super::driver::PostgresDriver;
use super::about::{About, Members};
use super::archive::{self, Entry};
use super::client::Clients;
use super::crew::stopped_on_request;
use super::relations::{Cells, Kind, Relation, Relations};
use super::restore::Restore;

/// Bytes that are sent at once.
const CHUNK: usize = 1 << 16;

pub(super) fn copy_in(
    driver: &mut PostgresDriver,
    from: &Path,
    only: &[ObjectName],
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let about = About::read(from)?;
    let clients = Clients::find();
    let client = clients.for_restore(about.client, driver.version())?;
    let restore = Restore::prepare(driver, client, &about, from)?;
    let wanted = wanted(&about, only, &driver.home)?;
    let here = Relations::read(&mut driver.connection)?;
    let (present, absent): (Vec<&Members>, Vec<&Members>) = wanted.into_iter().partition(|table| {
        here.0.iter().any(|it| it.namespace == table.namespace && it.name == table.name && is_table(it))
    });
    if !absent.is_empty() {
        let entries: Vec<&Entry> =
            restore.entries.iter().filter(|it| absent.iter().any(|of| belongs(it, of))).collect();
        let list = archive::chosen(entries)?;
        let arguments = ["--single-transaction".to_owned(), format!("--use-list={}", list.path().display())];
        restore.run(driver, &arguments, watch)?;
    }
    if present.is_empty() {
        return Ok(());
    }
    // In a session of its own, that ends with whatever went wrong: after a refused COPY nothing else can be asked of one.
    let mut own = PostgresDriver::open(driver.settings.clone())?;
    if let Some(role) = &driver.role {
        own.assume_role(role)?;
    }
    own.begin()?;
    replace(&mut own, &restore, &here, &present, watch)?;
    own.commit()
}

fn is_table(relation: &Relation) -> bool {
    matches!(relation.kind, Kind::Table | Kind::Partitioned)
}

/// The tables, and those below them: what belongs to a partitioned table has its partitions in it.
fn wanted<'a>(about: &'a About, only: &[ObjectName], home: &str) -> Result<Vec<&'a Members>, DriverError> {
    let mut wanted: BTreeMap<(&str, &str), &Members> = BTreeMap::new();
    for name in only {
        let namespace = name.namespace.as_deref().unwrap_or(home);
        let found = about.members.iter().find(|it| it.namespace == namespace && it.name == name.name);
        let missing = || DriverError::new(DriverErrorKind::Statement, format!("`{name}` is not in the backup"));
        let found = found.ok_or_else(missing)?;
        let numbers: BTreeSet<u32> = found.of.iter().filter(|it| it.relation.is_some()).map(|it| it.oid).collect();
        for table in about.members.iter().filter(|table| numbers.contains(&table.oid)) {
            wanted.insert((&table.namespace, &table.name), table);
        }
    }
    Ok(wanted.into_values().collect())
}

/// Kinds of entries that have no number, and are known by what they are about.
const NAMED: &[&str] = &["SEQUENCE OWNED BY", "SEQUENCE SET", "TABLE ATTACH", "INDEX ATTACH"];
const ABOUT: &[&str] = &["COMMENT", "ACL", "SECURITY LABEL"];

fn belongs(entry: &Entry, table: &Members) -> bool {
    let numbered = |member: &&super::about::Member| {
        entry.oid == member.oid && (entry.class == member.class || (entry.class == 0 && member.relation.is_some()))
    };
    if entry.oid != 0 {
        return table.of.iter().any(|member| numbered(&member));
    }
    let names = table.of.iter().filter_map(|member| member.relation.as_deref());
    let mut names = names.filter(|name| !name.is_empty());
    names.any(|name| {
        let tagged = |kinds: &[&str]| {
            kinds.iter().any(|kind| {
                ["TABLE", "SEQUENCE", "INDEX"]
                    .iter()
                    .any(|what| entry.is(kind, &table.namespace, &format!("{what} {name}")))
            })
        };
        let column = || {
            let start = format!(" {} COLUMN {name}.", table.namespace);
            ABOUT.iter().any(|kind| entry.text.strip_prefix(kind).is_some_and(|rest| rest.starts_with(&start)))
        };
        NAMED.iter().any(|kind| entry.is(kind, &table.namespace, name)) || tagged(ABOUT) || column()
    })
}

/// One transaction. Foreign keys from and to the tables are taken away and made again, which holds them against all rows
/// at once: in between, rows of one table come before those of another. No trigger of the user's takes part.
fn replace(
    driver: &mut PostgresDriver,
    restore: &Restore<'_>,
    here: &Relations,
    tables: &[&Members],
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let named = |table: &Members| format!("{}.{}", identifier(&table.namespace), identifier(&table.name));
    let regclass = |table: &&Members| format!("{}::pg_catalog.regclass", literal(&named(table)));
    let list: Vec<String> = tables.iter().map(regclass).collect();
    let list = list.join(", ");
    driver.execute_script(
        "SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = 0; SET LOCAL row_security = off; \
         SET LOCAL datestyle = ISO; SET LOCAL intervalstyle = postgres",
    )?;
    let mut again = Vec::new();
    for row in driver.connection.rows(&keys(&list))? {
        let mut cells = Cells::of(row);
        let (table, name, definition) = (cells.text()?, cells.text()?, cells.text()?);
        driver.execute(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
        again.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"));
    }
    for row in driver.connection.rows(&triggers(&list))? {
        let mut cells = Cells::of(row);
        let (table, name, enabled) = (cells.text()?, cells.text()?, cells.text()?);
        driver.execute(&format!("ALTER TABLE {table} DISABLE TRIGGER {name}"))?;
        again.push(format!("ALTER TABLE {table} {enabled} TRIGGER {name}"));
    }
    let leaves: Vec<&&Members> = tables
        .iter()
        .filter(|table| {
            let found = here.0.iter().find(|it| it.namespace == table.namespace && it.name == table.name);
            found.is_some_and(|it| it.kind == Kind::Table)
        })
        .collect();
    if !leaves.is_empty() {
        let names: Vec<String> = leaves.iter().map(|table| named(table)).collect();
        driver.execute(&format!("TRUNCATE ONLY {}", names.join(", ONLY ")))?;
    }
    let data: Vec<&Entry> = restore.entries.iter().filter(|it| it.text.starts_with("TABLE DATA ")).collect();
    let mut done = 0;
    for table in &leaves {
        let entry = data.iter().find(|it| it.oid == table.oid);
        let nothing = || {
            let message = format!("the rows of `{}` are not in the backup", table.name);
            DriverError::new(DriverErrorKind::Statement, message)
        };
        copy(driver, restore, entry.ok_or_else(nothing)?, &table.name, &mut done, watch)?;
    }
    for statement in again {
        driver.execute(&statement)?;
    }
    sequences(driver, restore, here, tables)
}

/// Of a key that a partition has from its parent, the parent's.
fn keys(tables: &str) -> String {
    format!(
        "WITH RECURSIVE above (oid, conparentid) AS (\
         SELECT oid, conparentid FROM pg_constraint WHERE contype = 'f' AND (conrelid IN ({tables}) OR confrelid IN ({tables})) \
         UNION SELECT c.oid, c.conparentid FROM pg_constraint c JOIN above ON c.oid = above.conparentid) \
         SELECT k.conrelid::regclass, quote_ident(k.conname), pg_get_constraintdef(k.oid) \
         FROM above JOIN pg_constraint k ON k.oid = above.oid WHERE k.conparentid = 0 ORDER BY 1, 2"
    )
}

fn triggers(tables: &str) -> String {
    format!(
        "SELECT tgrelid::regclass, quote_ident(tgname), CASE tgenabled WHEN 'R' THEN 'ENABLE REPLICA' \
         WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END FROM pg_trigger \
         WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid IN ({tables}) ORDER BY 1, 2"
    )
}

/// The rows as `pg_restore` prints them, straight into the table.
fn copy(
    driver: &mut PostgresDriver,
    restore: &Restore<'_>,
    entry: &Entry,
    name: &str,
    done: &mut u64,
    watch: &mut Watch<'_>,
) -> Result<(), DriverError> {
    let list = archive::chosen([entry])?;
    let mut command = archive::as_sql(restore.client, restore.folder, &list);
    let failed = |what: &dyn std::fmt::Display| {
        DriverError::new(DriverErrorKind::Statement, format!("pg_restore did not give the rows of `{name}`: {what}"))
    };
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = Reading(child.map_err(|error| failed(&error))?);
    let output = child.0.stdout.take().ok_or_else(|| failed(&"it has no output"))?;
    let mut lines = BufReader::with_capacity(CHUNK, output);
    let mut line = Vec::new();
    let statement = loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(|error| failed(&error))? == 0 {
            return Err(failed(&"it has none"));
        }
        if line.starts_with(b"COPY ") {
            break String::from_utf8_lossy(&line).trim_end().trim_end_matches(';').to_owned();
        }
    };
    let mut ended = false;
    let mut next = || -> Result<Option<Vec<u8>>, DriverError> {
        let mut chunk = Vec::with_capacity(CHUNK);
        while !ended && chunk.len() < CHUNK {
            let begun = chunk.len();
            if lines.read_until(b'\n', &mut chunk).map_err(|error| failed(&error))? == 0 {
                return Err(failed(&"they end in the middle"));
            }
            if &chunk[begun..] == b"\\.\n" {
                chunk.truncate(begun);
                ended = true;
            }
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        *done += chunk.len() as u64;
        match watch(Progress::of(Doing::Restoring, *done, None).about(name)) {
            std::ops::ControlFlow::Continue(()) => Ok(Some(chunk)),
            std::ops::ControlFlow::Break(()) => Err(stopped_on_request()),
        }
    };
    driver.connection.copy_in(&statement, &mut next)?;
    // What comes after the rows is nothing that is needed, and its end tells whether all of it was read.
    std::io::copy(&mut lines, &mut std::io::sink()).map_err(|error| failed(&error))?;
    match child.0.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(&status)),
        Err(error) => Err(failed(&error)),
    }
}

/// It ends when nobody reads what it prints.
struct Reading(Child);

impl Drop for Reading {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Never back: a number that was given out since is not given out again.
fn sequences(
    driver: &mut PostgresDriver,
    restore: &Restore<'_>,
    here: &Relations,
    tables: &[&Members],
) -> Result<(), DriverError> {
    let owned = |it: &&Relation| {
        let of = tables.iter().filter(|table| table.namespace == it.namespace);
        let mut members = of.flat_map(|table| &table.of);
        it.kind == Kind::Sequence && members.any(|member| member.relation.as_deref() == Some(&it.name))
    };
    let owned: Vec<&Relation> = here.0.iter().filter(owned).collect();
    let states = archive::sequences(restore.client, restore.folder, &restore.entries, &owned)?;
    for sequence in owned {
        let Some((last, "called")) = states.get(&sequence.oid).and_then(|state| state.split_once(':')) else {
            continue;
        };
        let name = literal(&sequence.quoted());
        driver.execute(&format!(
            "SELECT setval({name}, {last}) FROM {of}, pg_sequence s WHERE s.seqrelid = {name}::regclass \
             AND CASE WHEN s.seqincrement > 0 THEN last_value <= {last} ELSE last_value >= {last} END",
            of = sequence.quoted()
        ))?;
    }
    Ok(())
}
