//! Plays on a server of its own, every run through a proxy.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use whimbrel_schema::Engine;

use super::kill::{Kill, Kind, Moment, Point};
use super::landing::Landing;
use super::plan::{Course, Query, Role};
use super::play::{Stage, Struck};
use super::proxy::{Proxy, Seen, Stop};
use super::state::State;
use super::whimbrel::{self, Line, Ran};
use crate::database::open;
use crate::server::{Options, Server};

pub struct Sessions {
    server: Server,
    /// What the revisions' statements are, to tell them from the ledger's.
    statements: BTreeSet<String>,
}

impl Sessions {
    pub fn new(major: u32) -> Result<Sessions> {
        // A server that is stopped at once keeps what it was told to commit, as one on a disk does.
        let settings = vec![("synchronous_commit".to_owned(), "on".to_owned())];
        let server = Server::start_with(Some(major), &Options { durable: false, settings })?;
        Ok(Sessions { server, statements: BTreeSet::new() })
    }

    fn through(&self, proxy: &Proxy, url: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{}?sslmode=disable", proxy.port, Server::database_of(url))
    }

    fn role(&self, sql: &str) -> Role {
        // A statement that commits with what follows it is a commit: that is where the two can part.
        if sql.contains("COMMIT") {
            return Role::Commit;
        }
        // A batch is a piece of a statement, in other words.
        let is_batch = sql.contains("UPDATE ") && !sql.contains("whimbrel_");
        match is_batch || self.statements.iter().any(|statement| sql.ends_with(statement.as_str())) {
            true => Role::Statement,
            false => Role::Other,
        }
    }

    fn landing(&self, seen: &[Seen], kill: &Kill) -> Landing {
        let roles: Vec<Role> = seen.iter().map(|it| self.role(&it.sql)).collect();
        let last = seen.len().saturating_sub(1);
        let under_way = match kill.moment {
            Moment::Query { point: Point::Before, .. } => false,
            Moment::Query { .. } | Moment::Time(_) | Moment::Call { .. } | Moment::Journal { .. } => {
                seen.get(last).is_some_and(|it| !it.is_answered())
            }
        };
        let lost_answer = matches!(kill.moment, Moment::Query { point: Point::Answered | Point::HalfAnswered(_), .. });
        match roles.get(last) {
            Some(Role::Commit) if under_way || lost_answer => Landing::AtCommit,
            Some(Role::Statement) if under_way => Landing::InStatement,
            Some(Role::Commit | Role::Statement | Role::Other) | None => {
                let before = roles.get(..last).unwrap_or_default();
                let now = matches!(roles.get(last), Some(Role::Statement))
                    && !matches!(kill.moment, Moment::Query { point: Point::Before, .. });
                match now || before.contains(&Role::Statement) {
                    false => Landing::BeforeFirst,
                    true if seen.get(last).is_some_and(|it| it.sql.contains("pg_advisory_unlock")) => {
                        Landing::AfterLast
                    }
                    true => Landing::Between,
                }
            }
        }
    }

    fn strike(&mut self, kind: Kind, child: &mut std::process::Child, proxy: &Proxy, url: &str) -> Result<()> {
        match kind {
            Kind::ClientKilled => {
                child.kill()?;
                child.wait()?;
                proxy.close();
            }
            Kind::ConnectionCut | Kind::DiskFull => proxy.close(),
            Kind::BackendTerminated => {
                let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}");
                open(url)?.query(&sql, &[])?;
                proxy.release();
            }
            Kind::ServerStopped => {
                self.server.crash()?;
                self.server.start_again()?;
                proxy.close();
            }
        }
        Ok(())
    }
}

/// The sessions on this database beside the one that asks.
const OTHERS: &str = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

impl Stage for Sessions {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn prepare(&mut self, statements: BTreeSet<String>) {
        self.statements = statements;
    }

    fn fresh(&mut self) -> Result<String> {
        self.server.fresh_database()
    }

    fn copy(&mut self, of: &str) -> Result<String> {
        self.settle(of)?;
        self.server.copy_of(of)
    }

    fn remove(&mut self, url: &str) -> Result<()> {
        self.server.drop_database(url)
    }

    fn unbroken(&mut self, line: &Line, url: &str) -> Result<(Ran, Course)> {
        let proxy = Proxy::start(self.server.socket_folder(), None)?;
        let ran = line.run(&[], &self.through(&proxy, url))?;
        let seen = proxy.seen();
        ensure!(!seen.is_empty(), "nothing came by the proxy: {}", ran.told());
        let queries = seen.iter().map(|it| Query { role: self.role(&it.sql), took: it.took() }).collect();
        Ok((ran.clone(), Course { took: ran.took, queries, ..Course::default() }))
    }

    fn watch(&mut self, line: &Line, url: &str) -> Result<Ran> {
        Ok(self.unbroken(line, url)?.0)
    }

    fn killed(&mut self, line: &Line, url: &str, kill: &Kill) -> Result<Struck> {
        let stop = match kill.moment {
            Moment::Query { number, point } => Some(Stop { number, point }),
            Moment::Time(_) | Moment::Call { .. } | Moment::Journal { .. } => None,
        };
        let proxy = Proxy::start(self.server.socket_folder(), stop)?;
        let begun = Instant::now();
        let mut child = line.command(&[], &self.through(&proxy, url))?.spawn()?;
        let is_due = || match kill.moment {
            Moment::Time(after) => begun.elapsed() >= after,
            Moment::Query { .. } | Moment::Call { .. } | Moment::Journal { .. } => proxy.has_reached(),
        };
        let deadline = begun + whimbrel::PATIENCE;
        let ended = loop {
            if child.try_wait()?.is_some() {
                break true;
            }
            if is_due() {
                break false;
            }
            ensure!(Instant::now() < deadline, "it never came to {kill}, and does not end");
            sleep(Duration::from_micros(300));
        };
        if !ended {
            if let Moment::Query { point: Point::Within(after), .. } = kill.moment {
                sleep(after);
            }
            let seen = proxy.seen();
            let alive = child.try_wait()?.is_none();
            self.strike(kill.kind, &mut child, &proxy, url)?;
            let status = whimbrel::wait(&mut child)?;
            let ran = line.ended(status, begun.elapsed())?;
            let landing = (alive && !ran.succeeded()).then(|| self.landing(&seen, kill));
            return Ok(Struck { ran, landing });
        }
        let status = child.wait()?;
        Ok(Struck { ran: line.ended(status, begun.elapsed())?, landing: None })
    }

    /// Until nobody but this one is connected: a statement whose client is gone goes on for a while.
    fn settle(&mut self, url: &str) -> Result<()> {
        let deadline = Instant::now() + whimbrel::PATIENCE;
        let mut driver = open(url)?;
        loop {
            let rows = driver.query(&format!("SELECT pid, state, query FROM pg_stat_activity WHERE {OTHERS}"), &[])?;
            if rows.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "sessions stay: {rows:?}");
            sleep(Duration::from_millis(2));
        }
    }

    fn look(&mut self, url: &str) -> Result<State> {
        self.settle(url)?;
        State::read(open(url)?.as_mut())
    }

    fn leftovers(&mut self, url: &str) -> Result<Vec<String>> {
        self.settle(url)?;
        let mut driver = open(url)?;
        let mut left = Vec::new();
        for (what, query) in [
            (
                "a lock",
                "SELECT locktype, mode FROM pg_locks WHERE pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            ),
            (
                "an invalid index",
                "SELECT indexrelid::regclass FROM pg_index WHERE NOT (indisvalid AND indisready AND indislive)",
            ),
            ("a prepared transaction", "SELECT gid FROM pg_prepared_xacts"),
            ("a scratch database", "SELECT datname FROM pg_database WHERE datname LIKE 'whimbrel_scratch_%'"),
        ] {
            let rows = driver.query(query, &[]).context(query)?;
            left.extend(rows.iter().map(|row| format!("{what}: {row:?}")));
        }
        if self.server.major >= 14 {
            let rows = driver.query("SELECT inhrelid::regclass FROM pg_inherits WHERE inhdetachpending", &[])?;
            left.extend(rows.iter().map(|row| format!("a half detached partition: {row:?}")));
        }
        Ok(left)
    }
}
