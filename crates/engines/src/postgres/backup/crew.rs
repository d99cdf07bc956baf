//! Several sessions that hash the rows of one moment.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use whimbrel_run::{Canceller, DriverError, DriverErrorKind, Row};

use super::super::connection::Connection;
use super::super::session::set_role;
use super::super::settings::Settings;
use super::moment::Moment;
use super::objects;
use super::relations::{Kind, Oid, Relation, Relations};
use super::rows::{self, Blocks};
use super::sum::Sum;

/// Between two looks at what came.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Blocks from which on a table is worth being read in parts.
const SPLIT_FROM: u64 = 1024;

/// What one session does at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Task {
    Table(Oid),
    LargeObjects,
}

/// Hashes on their way, in threads of their own.
pub(super) struct Crew<'scope> {
    threads: Vec<ScopedJoinHandle<'scope, Result<(), DriverError>>>,
    shared: &'scope Shared,
    done: Receiver<(Task, Sum)>,
    sums: BTreeMap<Oid, Sum>,
    large_objects: Option<Sum>,
}

/// What the threads have in common; made before the scope that they run in.
pub(super) struct Shared {
    tasks: Mutex<VecDeque<(Task, String)>>,
    /// Tables that somebody waits to alter: only the session that has locked them already can still read them.
    left: Mutex<Vec<(Task, String)>>,
    stopped: AtomicBool,
    running: Mutex<Vec<Canceller>>,
    /// Rows, as the server guesses.
    pub estimate: u64,
    /// What each table is called.
    pub names: BTreeMap<Oid, String>,
}

impl Shared {
    /// The largest tables come first, so that none is left when the others are done.
    pub fn of(relations: &Relations, wanted: &dyn Fn(&Relation) -> bool, large_objects: bool, jobs: usize) -> Shared {
        let leaves = relations.leaves();
        let known: BTreeMap<Oid, &Relation> = relations.0.iter().map(|it| (it.oid, it)).collect();
        let mut tables: BTreeMap<Oid, &Relation> = BTreeMap::new();
        for relation in relations.0.iter().filter(|it| wanted(it)) {
            match relation.kind {
                Kind::Table => drop(tables.insert(relation.oid, relation)),
                Kind::Partitioned => {
                    let below = leaves.get(&relation.oid).into_iter().flatten();
                    tables.extend(below.filter_map(|oid| Some((*oid, *known.get(oid)?))));
                }
                Kind::Sequence | Kind::MaterializedView { .. } => {}
            }
        }
        let bytes: u64 = tables.values().map(|it| it.bytes).sum();
        let mut sorted: Vec<&Relation> = tables.values().copied().collect();
        sorted.sort_by_key(|it| std::cmp::Reverse(it.bytes));
        let mut tasks: VecDeque<(Task, String)> = VecDeque::new();
        if large_objects {
            tasks.push_back((Task::LargeObjects, objects::query()));
        }
        for table in &sorted {
            // One that is more than its share of the whole is read by several.
            let split =
                table.condition.is_none() && table.blocks >= SPLIT_FROM && table.bytes > bytes / jobs.max(1) as u64;
            let parts: Vec<Option<Blocks>> = match split {
                true => parts(table.blocks, jobs as u64).into_iter().map(Some).collect(),
                false => vec![None],
            };
            tasks.extend(parts.into_iter().map(|part| (Task::Table(table.oid), rows::query(table, part))));
        }
        Shared {
            tasks: Mutex::new(tasks),
            left: Mutex::default(),
            stopped: AtomicBool::new(false),
            running: Mutex::default(),
            estimate: sorted.iter().map(|it| it.estimate).sum(),
            names: sorted.iter().map(|it| (it.oid, it.name.clone())).collect(),
        }
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.running.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|cancel| cancel());
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn next(&self) -> Option<(Task, String)> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

fn parts(blocks: u64, many: u64) -> Vec<Blocks> {
    let step = blocks.div_ceil(many.max(1)).max(1);
    let last = blocks.saturating_sub(1) / step;
    (0..=last).map(|at| Blocks { from: at * step, to: (at < last).then_some((at + 1) * step) }).collect()
}

impl<'scope> Crew<'scope> {
    pub fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        shared: &'scope Shared,
        moment: &Moment,
        role: Option<&str>,
        jobs: usize,
    ) -> Crew<'scope> {
        let (tell, done) = mpsc::channel();
        let tasks = shared.tasks.lock().unwrap_or_else(PoisonError::into_inner).len();
        let threads = (0..jobs.min(tasks))
            .map(|_| {
                let (settings, tell, join) = (moment.driver.settings.clone(), tell.clone(), moment.join());
                let role = role.map(set_role);
                scope.spawn(move || {
                    let ended = work(shared, &settings, role.as_deref(), &join, &tell);
                    if ended.is_err() {
                        shared.stop();
                    }
                    ended
                })
            })
            .collect();
        Crew { threads, shared, done, sums: BTreeMap::new(), large_objects: None }
    }

    /// Takes what has come within that time; `None` when nothing more will come.
    pub fn take(&mut self, wait: Duration) -> Option<Vec<Oid>> {
        let mut taken = Vec::new();
        let mut next = self.done.recv_timeout(wait);
        loop {
            match next {
                Ok((task, sum)) => taken.extend(self.add(task, sum)),
                Err(RecvTimeoutError::Timeout) => return Some(taken),
                Err(RecvTimeoutError::Disconnected) => {
                    return if taken.is_empty() { None } else { Some(taken) };
                }
            }
            next = self.done.recv_timeout(Duration::ZERO);
        }
    }

    /// The table that it was of.
    fn add(&mut self, task: Task, sum: Sum) -> Option<Oid> {
        match task {
            Task::Table(oid) => {
                let before = self.sums.entry(oid).or_default();
                *before = before.join(sum);
                Some(oid)
            }
            Task::LargeObjects => {
                self.large_objects = Some(sum);
                None
            }
        }
    }

    pub fn rows(&self) -> u64 {
        self.sums.values().map(|sum| sum.rows).sum()
    }

    /// How many rows it will be; where the server never counted them, nobody knows.
    pub fn of(&self) -> Option<u64> {
        Some(self.shared.estimate).filter(|estimate| *estimate >= self.rows().max(1))
    }

    /// Waits for all, and reads what only the holder can still read.
    pub fn finish(mut self, moment: &mut Moment) -> Result<Sums, DriverError> {
        let mut failure: Option<DriverError> = None;
        for thread in std::mem::take(&mut self.threads) {
            let ended = thread.join().unwrap_or_else(|_| {
                Err(DriverError::new(DriverErrorKind::Statement, "a thread that hashes rows came to grief"))
            });
            // What was stopped because another one failed is not the reason.
            if let Err(error) = ended
                && failure.as_ref().is_none_or(|before| before.kind == DriverErrorKind::Cancelled)
            {
                failure = Some(error);
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        while self.take(Duration::ZERO).is_some() {}
        let left = std::mem::take(&mut *self.shared.left.lock().unwrap_or_else(PoisonError::into_inner));
        for (task, query) in left {
            let sum = Sum::read(last_answer(&mut moment.driver.connection, &query)?)?;
            self.add(task, sum);
        }
        Ok(Sums { of: self.sums, large_objects: self.large_objects })
    }
}

/// The answer to the last of several statements; the ones before are settings.
fn last_answer(connection: &mut Connection, script: &str) -> Result<Vec<Row>, DriverError> {
    // What was sent is nothing that anybody wrote.
    connection.rows(script).map_err(|error| DriverError { position: None, ..error })
}

fn work(
    shared: &Shared,
    settings: &Settings,
    role: Option<&str>,
    join: &str,
    tell: &Sender<(Task, Sum)>,
) -> Result<(), DriverError> {
    if shared.is_stopped() {
        return Ok(());
    }
    let mut connection = Connection::open(settings)?;
    if let Some(role) = role {
        connection.rows(role)?;
    }
    connection.rows(join)?;
    shared.running.lock().unwrap_or_else(PoisonError::into_inner).push(connection.canceller());
    while let Some((task, query)) = shared.next() {
        if shared.is_stopped() {
            return Err(DriverError::new(DriverErrorKind::Cancelled, "stopped on request"));
        }
        match last_answer(&mut connection, &format!("SAVEPOINT before; {query}")) {
            Ok(answer) => {
                let sum = Sum::read(answer)?;
                connection.rows("RELEASE SAVEPOINT before")?;
                let _ = tell.send((task, sum));
            }
            // It waits behind somebody's ALTER, which waits for the holder.
            Err(error) if error.kind == DriverErrorKind::Busy => {
                connection.rows("ROLLBACK TO SAVEPOINT before")?;
                shared.left.lock().unwrap_or_else(PoisonError::into_inner).push((task, query));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What was found of every table that was read.
pub(super) struct Sums {
    pub of: BTreeMap<Oid, Sum>,
    pub large_objects: Option<Sum>,
}

pub(super) fn stopped_on_request() -> DriverError {
    DriverError::new(DriverErrorKind::Cancelled, "stopped on request")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_every_block_once() {
        for (blocks, many) in [(1024, 4), (1025, 4), (7, 3), (1, 4), (10_000_001, 7)] {
            let parts = parts(blocks, many);
            assert_eq!((parts[0].from, parts[parts.len() - 1].to), (0, None));
            assert!(parts.windows(2).all(|two| two[0].to == Some(two[1].from)), "{parts:?}");
        }
    }
}
