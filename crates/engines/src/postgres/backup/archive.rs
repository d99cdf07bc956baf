//! The table of contents of what `pg_dump` wrote, as `pg_restore --list` prints it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;
use whimbrel_run::{DriverError, DriverErrorKind};

use super::child::printed;
use super::client::Client;
use super::contents::state;
use super::relations::{Oid, Relation};

/// `3345; 2606 16390 CONSTRAINT public t t_pkey postgres`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub number: u32,
    /// The catalogue that it is in and its number there, where it was something of its own.
    pub class: u32,
    pub oid: u32,
    /// What it is, its namespace, its name and its owner: names are not quoted.
    pub text: String,
}

impl Entry {
    fn read(line: &str) -> Option<Entry> {
        let (number, rest) = line.split_once("; ")?;
        let mut words = rest.splitn(3, ' ');
        let (class, oid, text) = (words.next()?, words.next()?, words.next()?);
        let text = text.to_owned();
        Some(Entry { number: number.parse().ok()?, class: class.parse().ok()?, oid: oid.parse().ok()?, text })
    }

    pub fn is(&self, kind: &str, namespace: &str, tag: &str) -> bool {
        let rest = self.text.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
        let rest = rest.and_then(|rest| rest.strip_prefix(&in_one_line(namespace))?.strip_prefix(' '));
        rest.and_then(|rest| rest.strip_prefix(&in_one_line(tag))).is_some_and(|rest| rest.starts_with(' '))
    }

    /// What a data file of the archive is called after.
    pub fn line(&self) -> String {
        format!("{}; {} {} {}\n", self.number, self.class, self.oid, self.text)
    }
}

/// A list is read by the line, so that ends of lines in names are printed as spaces.
fn in_one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}

/// Fails where it is no archive, or not a whole one.
pub(super) fn list(client: &Client, folder: &Path) -> Result<Vec<Entry>, DriverError> {
    let mut command = client.restore();
    command.env("LC_ALL", "C").arg("--list").arg(folder);
    let listed = printed("pg_restore", command)?;
    Ok(listed.lines().filter(|line| !line.starts_with(';')).filter_map(Entry::read).collect())
}

/// A file that names the entries that are wanted, in the order in which they are.
pub(super) fn chosen<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<NamedTempFile, DriverError> {
    let written = NamedTempFile::new().and_then(|mut file| {
        entries.into_iter().try_for_each(|entry| file.write_all(entry.line().as_bytes()))?;
        file.flush()?;
        Ok(file)
    });
    written.map_err(|error| {
        DriverError::new(DriverErrorKind::Unwritable, format!("the list for pg_restore cannot be written: {error}"))
    })
}

/// A command that prints these entries as SQL.
pub(super) fn as_sql(client: &Client, folder: &Path, list: &NamedTempFile) -> std::process::Command {
    let mut command = client.restore();
    command.env("LC_ALL", "C").args(["--file=-", "--use-list"]).arg(list.path()).arg(folder);
    command
}

/// What the sequences are set to in it. They are not part of any snapshot: `pg_dump` reads each when it comes to it, and
/// any later state is as right as the one before it. What it read is what a restore gives.
pub(super) fn sequences(
    client: &Client,
    folder: &Path,
    entries: &[Entry],
    sequences: &[&Relation],
) -> Result<BTreeMap<Oid, String>, DriverError> {
    let mut wanted: Vec<(&Entry, Oid)> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.text.starts_with("SEQUENCE SET ")) {
        let mut fitting = sequences.iter().filter(|it| entry.is("SEQUENCE SET", &it.namespace, &it.name));
        // Names with spaces in them may be read in two ways; then the longer name is the right one.
        if let Some(first) = fitting.next() {
            let longest = fitting.fold(first, |one, other| if other.name.len() > one.name.len() { other } else { one });
            wanted.push((entry, longest.oid));
        }
    }
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list = chosen(wanted.iter().map(|(entry, _)| *entry))?;
    let script = printed("pg_restore", as_sql(client, folder, &list))?;
    let states: Vec<String> = script.lines().filter_map(set).collect();
    if states.len() != wanted.len() {
        let message = format!("pg_restore sets {} sequences where the archive has {}", states.len(), wanted.len());
        return Err(DriverError::new(DriverErrorKind::Statement, message));
    }
    Ok(wanted.into_iter().map(|(_, oid)| oid).zip(states).collect())
}

/// `SELECT pg_catalog.setval('public.t_id_seq', 1, false);`
fn set(line: &str) -> Option<String> {
    let arguments = line.strip_prefix("SELECT pg_catalog.setval(")?.strip_suffix(");")?;
    let (rest, called) = arguments.rsplit_once(", ")?;
    let (_, last) = rest.rsplit_once(", ")?;
    Some(state(last.trim_matches('\''), called == "true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_told_apart() {
        let entry = Entry::read("3158; 2606 16398 CONSTRAINT public t t_pkey postgres").unwrap();
        assert_eq!((entry.number, entry.class, entry.oid), (3158, 2606, 16398));
        let data = Entry::read("3312; 0 16417 TABLE DATA odd \" name T|x postgres").unwrap();
        assert!(data.is("TABLE DATA", "odd \" name", "T|x"));
        assert!(!data.is("TABLE DATA", "odd \" name", "T"));
        assert_eq!(Entry::read(";     Format: DIRECTORY"), None);
        assert_eq!(format!("{}\n", "3312; 0 16417 TABLE DATA odd \" name T|x postgres"), data.line());
    }

    #[test]
    fn what_a_sequence_is_set_to_is_read() {
        assert_eq!(set("SELECT pg_catalog.setval('public.a, b', 17, true);").as_deref(), Some("17:called"));
        assert_eq!(set("SELECT pg_catalog.setval('public.t', '1', false);").as_deref(), Some("1:fresh"));
        assert_eq!(set("SET x = 1;"), None);
    }
}
