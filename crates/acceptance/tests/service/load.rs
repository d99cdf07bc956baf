//! Clients that read and write all the time, through whichever replicas of whichever releases are in service.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::http::ask;
use crate::replica::{PATIENCE, Release, Replica};

const CLIENTS: u64 = 4;

/// What is in service, as a load balancer sees it.
#[derive(Default)]
struct Service {
    one: RwLock<Vec<SocketAddr>>,
    two: RwLock<Vec<SocketAddr>>,
}

impl Service {
    fn of(&self, release: Release) -> &RwLock<Vec<SocketAddr>> {
        match release {
            Release::One => &self.one,
            Release::Two => &self.two,
        }
    }
}

/// How many requests each release has answered, and how they were to be.
#[derive(Default)]
struct Answered {
    reads: [AtomicU64; 2],
    writes: [AtomicU64; 2],
}

fn at(release: Release) -> usize {
    match release {
        Release::One => 0,
        Release::Two => 1,
    }
}

pub struct Load {
    service: Arc<Service>,
    answered: Arc<Answered>,
    failures: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    clients: Vec<JoinHandle<BTreeMap<i64, Value>>>,
}

impl Load {
    pub fn begin() -> Load {
        let mut load = Load {
            service: Arc::default(),
            answered: Arc::default(),
            failures: Arc::default(),
            over: Arc::default(),
            clients: Vec::new(),
        };
        for number in 0..CLIENTS {
            let (service, answered) = (Arc::clone(&load.service), Arc::clone(&load.answered));
            let (failures, over) = (Arc::clone(&load.failures), Arc::clone(&load.over));
            load.clients.push(spawn(move || {
                let mut client = Client { dice: number + 1, number, rows: BTreeMap::new() };
                while !over.load(Ordering::Relaxed) {
                    if let Err(error) = client.turn(&service, &answered) {
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{error:#}"));
                    }
                }
                client.rows
            }));
        }
        load
    }

    /// Puts it into service, or takes it out: then the requests that it was given are answered.
    pub fn put(&self, replica: &Replica) {
        self.service.of(replica.release).write().unwrap_or_else(PoisonError::into_inner).push(replica.address);
    }

    pub fn take(&self, replica: &Replica) {
        let mut serving = self.service.of(replica.release).write().unwrap_or_else(PoisonError::into_inner);
        serving.retain(|address| *address != replica.address);
    }

    /// Waits until those releases have answered so many more reads and so many more writes each.
    pub fn until_answered(&self, more: u64, releases: &[Release]) -> Result<()> {
        let count = || {
            let of = |release: &Release| {
                let place = at(*release);
                let load = |it: &AtomicU64| it.load(Ordering::Relaxed);
                load(&self.answered.reads[place]).min(load(&self.answered.writes[place]))
            };
            releases.iter().map(of).collect::<Vec<_>>()
        };
        let (before, begun) = (count(), Instant::now());
        while !count().iter().zip(&before).all(|(now, before)| *now >= before + more) {
            self.nothing_failed()?;
            ensure!(begun.elapsed() < PATIENCE, "{:?} answered {:?} requests, after {before:?}", releases, count());
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    pub fn nothing_failed(&self) -> Result<()> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.is_empty() {
            return Ok(());
        }
        bail!(
            "{} requests failed:\n{}",
            failures.len(),
            failures.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
        )
    }

    /// Every row that was written, as it was written last.
    pub fn end(mut self) -> Result<BTreeMap<i64, Value>> {
        self.over.store(true, Ordering::Relaxed);
        let mut rows = BTreeMap::new();
        for client in self.clients.drain(..) {
            rows.extend(client.join().map_err(|_| anyhow::anyhow!("a client panicked"))?);
        }
        self.nothing_failed()?;
        Ok(rows)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

struct Client {
    dice: u64,
    number: u64,
    /// The rows that are this client's, as it knows them: its size, and what an email is called.
    rows: BTreeMap<i64, Value>,
}

/// What a release says of a row that has that name and that size.
pub fn said_by(release: Release, id: i64, row: &Value) -> Value {
    let (name, size) = (&row["name"], &row["size"]);
    match release {
        Release::One => json!({ "id": id, "subject": name, "size": size }),
        Release::Two => json!({ "id": id, "title": name, "size": size }),
    }
}

impl Client {
    fn throw(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap_or_default() % sides.max(1)
    }

    fn turn(&mut self, service: &Service, answered: &Answered) -> Result<()> {
        let release = if self.throw(2) == 0 { Release::One } else { Release::Two };
        // Held until the answer is there, so that a replica is only stopped when it has none to give.
        let serving = service.of(release).read().unwrap_or_else(PoisonError::into_inner);
        if serving.is_empty() {
            drop(serving);
            sleep(Duration::from_millis(1));
            return Ok(());
        }
        let address = serving[self.throw(serving.len())];
        let (action, place) = (self.throw(10), self.throw(self.rows.len()));
        let own = self.rows.keys().copied().nth(place);
        let writes = match (action, own) {
            (0..3, _) | (_, None) => self.create(address, release).context("a row that is made").map(|()| true),
            (3..6, Some(id)) => self.change(address, release, id).context("a row that is changed").map(|()| true),
            (6..9, Some(id)) => self.read(address, release, id).context("a row that is read").map(|()| false),
            (_, Some(_)) => latest(address, release).context("the latest rows").map(|()| false),
        };
        let writes = writes.with_context(|| format!("from release {release:?}"))?;
        let counted = if writes { &answered.writes } else { &answered.reads };
        counted[at(release)].fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn new_row(&mut self) -> Value {
        let (size, about) = (self.throw(1_000_000), self.throw(1_000_000));
        json!({ "name": format!("from {} about {about}", self.number), "size": size })
    }

    fn create(&mut self, address: SocketAddr, release: Release) -> Result<()> {
        let row = self.new_row();
        let answer = ask(address, "POST", "/emails", Some(&said_by(release, 0, &row)))?;
        ensure!(answer.status == 201, "{}: {}", answer.status, answer.body);
        let created = answer.json()?;
        let id = created["id"].as_i64().context("a row without an id")?;
        ensure!(created == said_by(release, id, &row), "{created} is not {row}");
        ensure!(self.rows.insert(id, row).is_none(), "{id} was given twice");
        Ok(())
    }

    fn change(&mut self, address: SocketAddr, release: Release, id: i64) -> Result<()> {
        let row = self.new_row();
        let answer = ask(address, "PUT", &format!("/emails/{id}"), Some(&said_by(release, id, &row)))?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
        let changed = answer.json()?;
        ensure!(changed == said_by(release, id, &row), "{changed} is not {row}");
        self.rows.insert(id, row);
        Ok(())
    }

    fn read(&mut self, address: SocketAddr, release: Release, id: i64) -> Result<()> {
        let answer = ask(address, "GET", &format!("/emails/{id}"), None)?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
        let (found, row) = (answer.json()?, &self.rows[&id]);
        ensure!(found == said_by(release, id, row), "{found} is not {row}");
        Ok(())
    }
}

fn latest(address: SocketAddr, release: Release) -> Result<()> {
    let answer = ask(address, "GET", "/emails", None)?;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
    let name = match release {
        Release::One => "subject",
        Release::Two => "title",
    };
    let found = answer.json()?;
    let rows = found.as_array().filter(|rows| !rows.is_empty()).context("no rows")?;
    ensure!(rows.iter().all(|row| row[name].is_string()), "{found}");
    Ok(())
}
