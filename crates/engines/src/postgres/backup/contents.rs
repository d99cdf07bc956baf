//! Rows and a content hash of every table, put together and named.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use whimbrel_run::backup::{ContentHash, Doing, Progress, TableContents, Watch};
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::ObjectName;

use super::super::connection::Connection;
use super::crew::{Crew, LOOK_AGAIN, Shared, Sums, stopped_on_request};
use super::moment::Moment;
use super::objects;
use super::relations::{Cells, Kind, Oid, Relation};
use super::sum::Sum;

/// How hashes are made; a change of [`rows`] changes it.
const MADE: &str = "pg1";

/// What the server's function gives for one text: where it gives something else, its hashes say nothing of those made
/// elsewhere. It did on every version from 13 to 18, on machines that keep the low byte first.
const PROBE: &str = "SELECT hashtextextended('whimbrel' COLLATE \"C\", 1), getdatabaseencoding()";
const PROBED: &str = "6397770254049561218";

impl Sums {
    /// Put together and named. `states` are those of the sequences.
    pub fn into_contents(
        self,
        moment: &mut Moment,
        wanted: &dyn Fn(&Relation) -> bool,
        states: &BTreeMap<Oid, String>,
    ) -> Result<Vec<TableContents>, DriverError> {
        let made = made(&mut moment.driver.connection)?;
        let finish = |sum: Sum| {
            let [first, second] = sum.lanes;
            ContentHash(format!("{made}:{first:016x}{second:016x}"))
        };
        let leaves = moment.relations.leaves();
        let mut contents = Vec::new();
        for relation in moment.relations.0.iter().filter(|it| wanted(it)) {
            let name = relation.named(&moment.driver.home);
            let found = match relation.kind {
                Kind::Table => self.of.get(&relation.oid).map(|sum| (sum.rows, finish(*sum))),
                // Its columns are those of its partitions, and in the same order: that of their names.
                Kind::Partitioned => {
                    let below = leaves.get(&relation.oid).into_iter().flatten();
                    let sum = below.filter_map(|oid| self.of.get(oid)).fold(Sum::default(), |sum, of| sum.join(*of));
                    Some((sum.rows, finish(sum)))
                }
                Kind::Sequence => states.get(&relation.oid).map(|state| (1, ContentHash(format!("sequence:{state}")))),
                // A dump does not carry its rows: they are made anew from the tables.
                Kind::MaterializedView { populated } => {
                    let state = if populated { "populated" } else { "empty" };
                    Some((0, ContentHash(format!("view:{state}"))))
                }
            };
            let unread = || DriverError::new(DriverErrorKind::Statement, format!("`{name}` was not read"));
            let (rows, hash) = found.ok_or_else(unread)?;
            contents.push(TableContents { name, rows, hash });
        }
        if let Some(sum) = self.large_objects.filter(|sum| sum.rows > 0) {
            let name = ObjectName::within(objects::NAMESPACE, objects::TABLE);
            contents.push(TableContents { name, rows: sum.rows, hash: finish(sum) });
        }
        contents.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(contents)
    }
}

/// Where the server hashes or encodes otherwise, its hashes are of another make.
fn made(connection: &mut Connection) -> Result<String, DriverError> {
    let row = connection.rows(PROBE)?.into_iter().next().unwrap_or_default();
    let mut cells = Cells::of(row);
    let (probed, encoding) = (cells.text()?, cells.text()?);
    Ok(match (probed == PROBED, encoding.as_str()) {
        (true, "UTF8") => MADE.to_owned(),
        (true, encoding) => format!("{MADE}-{}", encoding.to_ascii_lowercase()),
        (false, encoding) => format!("{MADE}-{}-{probed}", encoding.to_ascii_lowercase()),
    })
}

/// `last_value` and whether it was given out, of each sequence.
pub(super) fn states(
    connection: &mut Connection,
    sequences: &[&Relation],
) -> Result<BTreeMap<Oid, String>, DriverError> {
    const AT_ONCE: usize = 200;
    let mut states = BTreeMap::new();
    for some in sequences.chunks(AT_ONCE) {
        let asked: Vec<String> =
            some.iter().map(|it| format!("SELECT {}, last_value, is_called FROM {}", it.oid.0, it.quoted())).collect();
        for row in connection.rows(&asked.join(" UNION ALL "))? {
            let mut cells = Cells::of(row);
            let (oid, last, called) = (cells.oid()?, cells.text()?, cells.text()?);
            states.insert(oid, state(&last, called == "t"));
        }
    }
    Ok(states)
}

pub(super) fn state(last: &str, called: bool) -> String {
    format!("{last}:{}", if called { "called" } else { "fresh" })
}

/// Of a database as it is now.
pub(super) fn contents(
    moment: &mut Moment,
    tables: Option<&[ObjectName]>,
    role: Option<&str>,
    jobs: usize,
    watch: &mut Watch<'_>,
) -> Result<Vec<TableContents>, DriverError> {
    let home = moment.driver.home.clone();
    let wanted = |relation: &Relation| tables.is_none_or(|tables| tables.iter().any(|table| relation.is(table, &home)));
    let objects_wanted = tables.is_none_or(|tables| tables.iter().any(objects::is_named));
    let large_objects = objects_wanted && objects::any(&mut moment.driver.connection)?;
    let shared = Shared::of(&moment.relations, &wanted, large_objects, jobs);
    let sums = std::thread::scope(|scope| {
        let mut crew = Crew::start(scope, &shared, moment, role, jobs);
        let mut stopped = false;
        while let Some(taken) = crew.take(LOOK_AGAIN) {
            let about = taken.last().and_then(|oid| shared.names.get(oid).cloned());
            let progress = Progress { about, ..Progress::of(Doing::Hashing, crew.rows(), crew.of()) };
            if !stopped && watch(progress) == ControlFlow::Break(()) {
                stopped = true;
                shared.stop();
            }
        }
        let sums = crew.finish(moment);
        if stopped { Err(stopped_on_request()) } else { sums }
    })?;
    let sequences: Vec<Relation> =
        moment.relations.0.iter().filter(|it| it.kind == Kind::Sequence && wanted(it)).cloned().collect();
    let states = states(&mut moment.driver.connection, &sequences.iter().collect::<Vec<_>>())?;
    sums.into_contents(moment, &wanted, &states)
}
