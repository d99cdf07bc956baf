//! Revisions applied beside others: who waits for whom, for how long, and who is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::project::{On, Project};
use whimbrel_acceptance::server;
use whimbrel_run::apply::{self, ApplyError, Failure, Options, Report};
use whimbrel_run::guard::Timeouts;
use whimbrel_run::{Driver, DriverErrorKind, Event};

fn on_postgres(test: impl FnOnce(Project) -> Result<()>) -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    test(Project::new(On::Postgres)?)
}

/// A table with rows that others use, and one revision to come.
fn email(project: &Project, change: &str) -> Result<()> {
    let table = "CREATE TABLE email (id integer PRIMARY KEY, subject text);\n\
                 INSERT INTO email SELECT n, 's' || n FROM generate_series(1, 1000) n;";
    project.revision("a1", "none", table, "DROP TABLE email;")?;
    project.upgrade("head")??;
    project.revision("a2", "a1", change, "-- nothing to do")?;
    Ok(())
}

fn patient(project: &Project, patience: Duration) -> Options {
    Options { timeouts: Timeouts { patience, ..Timeouts::default() }, ..project.options() }
}

/// Upgrades and keeps what was told of those in the way.
fn heard(project: &Project, options: &Options) -> Result<(Result<Report, ApplyError>, Vec<String>)> {
    let mut heard = Vec::new();
    let (mut driver, history) = (project.connect()?, project.history()?);
    let result = apply::upgrade(&mut *driver, &history, &"head".parse()?, options, &mut |event| match event {
        Event::Blocked { sight, .. } => {
            let wanted = sight.wanted.clone().unwrap_or_default();
            heard.extend(sight.blockers.iter().map(|blocker| format!("{wanted} ← {blocker}")));
            heard.extend(sight.unseen.iter().map(|why| format!("unseen: {why}")));
        }
        Event::OwnLimit { setting, value } => heard.push(format!("own {setting} = {value}")),
        Event::Cleared { what } => heard.push(format!("cleared {what}")),
        _ => {}
    });
    Ok((result, heard))
}

/// Somebody who has read the table and not ended the transaction.
fn reader(project: &Project) -> Result<Box<dyn Driver>> {
    let mut reader = project.connect()?;
    reader.execute("SET application_name = 'report'")?;
    reader.begin()?;
    reader.execute("SELECT count(*) FROM email WHERE subject <> 'a secret'")?;
    Ok(reader)
}

#[test]
fn nobody_queues_behind_a_statement_that_waits_and_it_gets_through_in_the_end() -> Result<()> {
    on_postgres(|project| {
        email(&project, "ALTER TABLE email ADD COLUMN flag boolean;")?;
        let mut ahead = reader(&project)?;
        let ended = AtomicBool::new(false);
        let (longest, heard) = thread::scope(|scope| -> Result<(Duration, Vec<String>)> {
            let clients: Vec<_> = (0..4)
                .map(|at| {
                    let (ended, project) = (&ended, &project);
                    scope.spawn(move || -> Result<Duration> {
                        let mut driver = project.connect()?;
                        let mut longest = Duration::ZERO;
                        while !ended.load(Ordering::Relaxed) {
                            let begun = Instant::now();
                            driver.execute(&format!("SELECT subject FROM email WHERE id = {at}"))?;
                            longest = longest.max(begun.elapsed());
                        }
                        Ok(longest)
                    })
                })
                .collect();
            let upgrade = scope.spawn(|| heard(&project, &project.options()));
            thread::sleep(Duration::from_millis(1500));
            ahead.rollback()?;
            let (result, heard) = upgrade.join().unwrap()?;
            ended.store(true, Ordering::Relaxed);
            result?;
            let mut longest = Duration::ZERO;
            for client in clients {
                longest = longest.max(client.join().unwrap()?);
            }
            Ok((longest, heard))
        })?;
        // Unguarded it would be the reader's 1.5 s; the machine is shared with other tests.
        assert!(longest < Duration::from_millis(700), "somebody waited {longest:?}");
        let told = heard.first().context("nobody was named")?;
        assert!(told.starts_with("ACCESS EXCLUSIVE on `email` ← pid "), "{told}");
        assert!(told.contains("application `report`") && told.contains("idle in transaction"), "{told}");
        assert!(told.contains("subject <> '…'") && !told.contains("secret"), "{told}");
        project.rows("SELECT flag FROM email LIMIT 1")?;
        Ok(())
    })
}

#[test]
fn patience_ends_with_the_names_of_those_in_the_way_and_nothing_changed() -> Result<()> {
    on_postgres(|project| {
        email(&project, "CREATE TABLE other (id integer);\nALTER TABLE email ADD COLUMN flag boolean;")?;
        let ahead = reader(&project)?;
        let (result, _) = heard(&project, &patient(&project, Duration::from_millis(700)))?;
        let error = result.unwrap_err();
        assert_eq!(error.exit_status(), 4, "{error}");
        let Failure::Blocked(contention) = &*error.failure else { panic!("{error:?}") };
        assert_eq!(contention.sight.wanted.as_deref(), Some("ACCESS EXCLUSIVE on `email`"));
        assert_eq!(contention.sight.blockers.len(), 1, "{contention:?}");
        assert!(contention.waited >= Duration::from_millis(700));
        // While the reader is known to be there, no try makes anybody queue.
        assert!(contention.tries <= 3, "{contention:?}");
        assert!(project.rows("SELECT * FROM other").is_err(), "the whole transaction is taken back");
        drop(ahead);
        project.upgrade("head")??;
        Ok(())
    })
}

#[test]
fn a_concurrent_build_is_not_cut_and_says_whom_it_waits_for() -> Result<()> {
    on_postgres(|project| {
        email(&project, "CREATE INDEX CONCURRENTLY ix ON email (subject);")?;
        let mut ahead = reader(&project)?;
        ahead.execute("UPDATE email SET subject = 'x' WHERE id = 1")?;
        let heard = thread::scope(|scope| {
            // Patience is for what may be tried again: this has none to lose.
            let upgrade = scope.spawn(|| heard(&project, &patient(&project, Duration::from_millis(300))));
            thread::sleep(Duration::from_millis(2500));
            ahead.rollback()?;
            let (result, heard) = upgrade.join().unwrap()?;
            result?;
            anyhow::Ok(heard)
        })?;
        assert!(heard.first().is_some_and(|told| told.contains("application `report`")), "{heard:?}");
        assert_eq!(project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass")?, "t");
        Ok(())
    })
}

#[test]
fn a_limit_that_the_revision_sets_is_its_own() -> Result<()> {
    on_postgres(|project| {
        email(&project, "SET lock_timeout = '900ms';\nALTER TABLE email ADD COLUMN flag boolean;")?;
        let ahead = reader(&project)?;
        let begun = Instant::now();
        let (result, heard) = heard(&project, &patient(&project, Duration::from_millis(100)))?;
        assert!(matches!(&*result.unwrap_err().failure, Failure::Blocked(_)));
        assert!(begun.elapsed() >= Duration::from_millis(900), "its own limit is the longer one");
        assert_eq!(heard.first().map(String::as_str), Some("own lock_timeout = 900ms"));
        drop(ahead);
        Ok(())
    })
}

#[test]
fn what_works_while_others_are_kept_out_is_bounded_and_told_so() -> Result<()> {
    on_postgres(|project| {
        let slow = "CREATE FUNCTION slow() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(30)::text';\n\
                    ALTER TABLE email ADD COLUMN other text DEFAULT slow();";
        email(&project, slow)?;
        let statement = Some(Duration::from_millis(300));
        let options = Options { timeouts: Timeouts { statement, ..Timeouts::default() }, ..project.options() };
        let (result, _) = heard(&project, &options)?;
        let error = result.unwrap_err();
        let Failure::Statement(failed) = &*error.failure else { panic!("{error:?}") };
        assert_eq!(failed.error.kind, DriverErrorKind::TimedOut);
        assert!(failed.error.hint.as_deref().is_some_and(|hint| hint.contains("it may take 0.3 s")), "{failed:?}");
        assert_eq!(error.exit_status(), 4);
        Ok(())
    })
}

#[test]
fn an_invalid_index_is_removed_before_the_next_try() -> Result<()> {
    on_postgres(|project| {
        for word in ["", "IF NOT EXISTS "] {
            let project = Project::new(project.on)?;
            email(&project, &format!("CREATE UNIQUE INDEX CONCURRENTLY {word}ix ON email (subject);"))?;
            // Left by somebody else's try, so that nothing about it is on the ledger.
            project.sql("UPDATE email SET subject = 'same' WHERE id < 3")?;
            assert!(project.sql("CREATE UNIQUE INDEX CONCURRENTLY ix ON email (subject)").is_err());
            project.sql("UPDATE email SET subject = 'other' WHERE id = 2")?;
            let options = Options { accept_drift: Some("the invalid index".into()), ..project.options() };
            let (result, heard) = heard(&project, &options)?;
            result?;
            assert_eq!(heard, ["cleared the invalid index `ix`"]);
            assert_eq!(project.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix'::regclass")?, "t");
        }
        Ok(())
    })
}

#[test]
fn what_a_rebuild_left_is_removed_before_the_next_try() -> Result<()> {
    on_postgres(|project| {
        email(&project, "REINDEX TABLE CONCURRENTLY email;")?;
        let mut ahead = reader(&project)?;
        ahead.execute("UPDATE email SET subject = 'x' WHERE id = 1")?;
        let mut rebuilding = project.connect()?;
        let cancel = rebuilding.canceller();
        thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(500));
                cancel();
            });
            assert!(rebuilding.execute("REINDEX TABLE CONCURRENTLY email").is_err());
        });
        ahead.rollback()?;
        let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        assert_ne!(project.value(invalid)?, "0", "nothing was left, so this shows nothing");
        let options = Options { accept_drift: Some("what the rebuild left".into()), ..project.options() };
        let (result, heard) = heard(&project, &options)?;
        result?;
        assert!(heard.iter().any(|told| told.contains("email_pkey_ccnew")), "{heard:?}");
        assert_eq!(project.value(invalid)?, "0");
        Ok(())
    })
}

#[test]
fn a_partition_that_is_half_detached_is_detached() -> Result<()> {
    on_postgres(|project| {
        if server::shared(None)?.major < 14 {
            return Ok(());
        }
        let tables = "CREATE TABLE mail (id integer, at date) PARTITION BY RANGE (at);\n\
                      CREATE TABLE old PARTITION OF mail FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');";
        project.revision("a1", "none", tables, "DROP TABLE mail;")?;
        project.upgrade("head")??;
        project.revision("a2", "a1", "ALTER TABLE mail DETACH PARTITION old CONCURRENTLY;", "-- nothing to do")?;
        let mut ahead = project.connect()?;
        ahead.begin()?;
        ahead.execute("SELECT * FROM mail")?;
        let mut detaching = project.connect()?;
        let cancel = detaching.canceller();
        thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(500));
                cancel();
            });
            assert!(detaching.execute("ALTER TABLE mail DETACH PARTITION old CONCURRENTLY").is_err());
        });
        ahead.rollback()?;
        let pending = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending";
        assert_eq!(project.value(pending)?, "1", "nothing was left, so this shows nothing");
        // PostgreSQL writes the partition's bound as a check of its own before it detaches.
        let options = Options { accept_drift: Some("what the detaching left".into()), ..project.options() };
        let (result, heard) = heard(&project, &options)?;
        result?;
        assert_eq!(heard, ["cleared the partition `old`, which is half detached from `mail`"]);
        assert_eq!(project.value("SELECT count(*) FROM pg_inherits")?, "0");
        Ok(())
    })
}

/// A pooler as small as can be: two servers' sessions, one of which is somebody else's until a transaction needs it.
fn pooler(server: &server::Server) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let socket = server.socket_folder().join(".s.PGSQL.5432");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let socket = socket.clone();
            // A connection that ends in the middle of something is the end of it.
            thread::spawn(move || pool(client, &socket));
        }
    });
    Ok(port)
}

fn pool(mut client: TcpStream, socket: &Path) -> Result<()> {
    let mut startup = read_sized(&mut client, Vec::new())?;
    while startup.len() == 8 {
        // A request for encryption.
        client.write_all(b"N")?;
        startup = read_sized(&mut client, Vec::new())?;
    }
    let mut servers = [UnixStream::connect(socket)?, UnixStream::connect(socket)?];
    for (at, server) in servers.iter_mut().enumerate() {
        server.write_all(&startup)?;
        while let Some(message) = read_message(server)? {
            if at == 0 {
                client.write_all(&message)?;
            }
            if message[0] == b'Z' {
                break;
            }
        }
    }
    let (mut turn, mut idle) = (0, true);
    while let Some(message) = read_message(&mut client)? {
        if idle {
            turn = usize::from(message[5..].starts_with(b"BEGIN"));
        }
        servers[turn].write_all(&message)?;
        while let Some(answer) = read_message(&mut servers[turn])? {
            client.write_all(&answer)?;
            if answer[0] == b'Z' {
                idle = answer[5] == b'I';
                break;
            }
        }
    }
    Ok(())
}

fn read_message(from: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut kind = [0];
    if from.read(&mut kind)? == 0 {
        return Ok(None);
    }
    Ok(Some(read_sized(from, kind.to_vec())?).filter(|message| message[0] != b'X'))
}

fn read_sized(from: &mut impl Read, mut message: Vec<u8>) -> Result<Vec<u8>> {
    let mut size = [0; 4];
    from.read_exact(&mut size)?;
    message.extend(size);
    let mut rest = vec![0; u32::from_be_bytes(size) as usize - 4];
    from.read_exact(&mut rest)?;
    message.extend(rest);
    Ok(message)
}

#[test]
fn a_pooler_that_switches_servers_is_noticed_before_anything_is_committed() -> Result<()> {
    on_postgres(|project| {
        email(&project, "ALTER TABLE email ADD COLUMN flag boolean;")?;
        let database = project.value("SELECT current_database()")?;
        let port = pooler(server::shared(None)?)?;
        let mut driver = open(&format!("postgresql://postgres@127.0.0.1:{port}/{database}"))?;
        let history = project.history()?;
        let target = "head".parse()?;
        let error = apply::upgrade(&mut *driver, &history, &target, &project.options(), &mut |_| {}).unwrap_err();
        let Failure::Driver(said) = &*error.failure else { panic!("{error:?}") };
        assert!(said.message.contains("a connection pooler that switches servers"), "{said}");
        assert_eq!(error.exit_status(), 4);
        assert_eq!(project.applied()?, ["a1"]);
        project.upgrade("head")??;
        Ok(())
    })
}

/// A file has one writer, and SQLite does not say who that is.
#[test]
fn on_sqlite_a_writer_is_waited_for_and_cannot_be_named() -> Result<()> {
    for on in [On::Sqlite, On::SqliteWal] {
        let project = Project::new(on)?;
        project.revision("a1", "none", "CREATE TABLE email (id integer PRIMARY KEY);", "DROP TABLE email;")?;
        project.upgrade("head")??;
        project.revision("a2", "a1", "ALTER TABLE email ADD COLUMN flag integer;", "-- nothing to do")?;
        let mut writer = project.connect()?;
        writer.begin()?;
        let begun = Instant::now();
        let (result, heard) = heard(&project, &patient(&project, Duration::from_millis(2500)))?;
        let error = result.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Blocked(_)), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!(heard, ["unseen: SQLite does not say who has the file locked"]);
        writer.rollback()?;
        project.upgrade("head")??;
    }
    Ok(())
}

/// Readers of a file with a rollback journal keep a commit waiting, and a commit that waits keeps new readers out.
#[test]
fn on_sqlite_a_commit_does_not_keep_readers_waiting() -> Result<()> {
    let project = Project::new(On::Sqlite)?;
    project.revision("a1", "none", "CREATE TABLE email (id integer PRIMARY KEY);", "DROP TABLE email;")?;
    project.upgrade("head")??;
    project.revision("a2", "a1", "ALTER TABLE email ADD COLUMN flag integer;", "-- nothing to do")?;
    let mut ahead = project.connect()?;
    ahead.execute("BEGIN")?;
    ahead.query("SELECT * FROM email", &[])?;
    let ended = AtomicBool::new(false);
    let longest = thread::scope(|scope| {
        let client = scope.spawn(|| -> Result<Duration> {
            let mut driver = project.connect()?;
            let mut longest = Duration::ZERO;
            while !ended.load(Ordering::Relaxed) {
                let begun = Instant::now();
                driver.query("SELECT * FROM email", &[])?;
                longest = longest.max(begun.elapsed());
            }
            Ok(longest)
        });
        let upgrade = scope.spawn(|| project.upgrade("head"));
        thread::sleep(Duration::from_millis(1500));
        ahead.rollback()?;
        let done = upgrade.join().unwrap()?;
        ended.store(true, Ordering::Relaxed);
        done?;
        client.join().unwrap()
    })?;
    assert!(longest < Duration::from_millis(700), "a reader waited {longest:?}");
    Ok(())
}
