//! The laws through the library that an application embeds, on SQLite and on PostgreSQL. The suites of the runner itself
//! are long; these say that nothing is lost on the way to it. `WHIMBREL_FACADE=all` runs every case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Barrier;

use anyhow::{Context, Result, ensure};
use whimbrel::{Database, Error, Event, Migrations, Options, Report, Stop, Verdict};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::laws::{self, ByApplication, Held, Through};
use whimbrel_acceptance::project::{On, Project, on_each_engine};
use whimbrel_acceptance::{server, truth};
use whimbrel_schema::Pair;

fn of(project: &Project) -> Migrations {
    Migrations::from_folder(project.migrations())
}

fn options(deploy: &str) -> Options {
    Options::new().deploy(deploy).commit(format!("commit of {deploy}"))
}

/// Convergence, preservation and undo, over every so-manieth of the written cases.
fn cases_hold(ground: Ground, through: Through, every: usize) -> Result<()> {
    let mut cases = Case::read_folder(&truth::home().join("cases/diff"))?;
    cases.retain(|case| case.runs_on(ground.engine, ground.major));
    let every = if std::env::var_os("WHIMBREL_FACADE").is_some() { 1 } else { every };
    let (mut here, mut there) = (ground.database()?, ground.database()?);
    let (mut held, mut problems, mut by) = (Held::default(), Vec::new(), ByApplication::default());
    for case in cases.iter().step_by(every) {
        here.reset()?;
        there.reset()?;
        match laws::hold_by(case, Pair::new(&mut here, &mut there), through, false, &mut by) {
            Ok(more) => held += more,
            Err(error) => problems.push(format!("{}: {error:#}\n\n{case}", case.name)),
        }
    }
    println!("{ground}: {held}");
    ensure!(problems.is_empty(), "{ground}: {} cases fail\n\n{}", problems.len(), problems.join("\n"));
    ensure!(held.changes > 10 && held.undone > 10 && held.rows > 10 && by.planned > 10, "little was looked at: {held}");
    Ok(())
}

#[test]
fn cases_hold_on_sqlite() -> Result<()> {
    cases_hold(database::SQLITE, Through::Draft, 3)?;
    cases_hold(database::SQLITE, Through::Chain, 5)
}

#[test]
fn cases_hold_on_postgres() -> Result<()> {
    let Some(newest) = database::postgres()?.pop() else { return Ok(()) };
    cases_hold(newest, Through::Draft, 11)?;
    cases_hold(newest, Through::Chain, 17)
}

/// Tables, and a number that shows it when something ran twice.
fn counting(project: &Project, revisions: usize) -> Result<()> {
    project.revision("r000", "none", "CREATE TABLE n (v integer);\nINSERT INTO n VALUES (0);", "DROP TABLE n;")?;
    for at in 1..revisions {
        let up = match at % 3 {
            0 => format!("CREATE TABLE t{at} (a integer);"),
            1 => "UPDATE n SET v = v + 1;".to_string(),
            _ => "UPDATE n SET v = v + 1;\n-- transaction: none\nUPDATE n SET v = v + 1;\nUPDATE n SET v = v + 1;"
                .to_string(),
        };
        project.revision(&format!("r{at:03}"), &format!("r{:03}", at - 1), &up, "-- nothing to do")?;
    }
    Ok(())
}

fn all_ran_once(project: &Project, revisions: usize) -> Result<()> {
    let expected: usize = (1..revisions).map(|at| [0, 1, 3][at % 3]).sum();
    ensure!(project.value("SELECT v FROM n")? == expected.to_string(), "something ran twice, or not at all");
    ensure!(project.applied()?.len() == revisions);
    Ok(())
}

/// One runner: of many replicas that start at once, each revision takes effect once, and all end well.
#[test]
fn replicas_that_start_at_once_migrate_once() -> Result<()> {
    const REPLICAS: usize = 8;
    on_each_engine(|project| {
        counting(&project, 12)?;
        let migrations = of(&project);
        let start = Barrier::new(REPLICAS);
        let replica = || -> Result<Report, Error> {
            let mut database = Database::open(&project.url)?;
            start.wait();
            let report = migrations.upgrade(&mut database, &options("one"))?;
            assert!(migrations.compatibility(&mut database, &options("one"))?.verdict == Verdict::Current);
            Ok(report)
        };
        let reports: Vec<Report> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..REPLICAS).map(|_| scope.spawn(replica)).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<_, _>>()
        })?;
        ensure!(reports.iter().map(|report| report.done.len()).sum::<usize>() == 12);
        all_ran_once(&project, 12)
    })
}

/// Set for a process that is to migrate: the folder and the URL, a line each.
const PLAYER: &str = "WHIMBREL_FACADE_PLAYER";

/// The other half of the next test: this binary again, which says each event as it hears of it, and goes on when it is
/// told to.
#[test]
fn player() {
    let Ok(orders) = std::env::var(PLAYER) else { return };
    let (folder, url) = orders.split_once('\n').unwrap();
    let mut database = Database::open(url).unwrap();
    let told = |event: &Event| {
        println!("told {event}");
        std::io::stdin().read_line(&mut String::new()).unwrap();
    };
    Migrations::from_folder(folder).upgrade_with(&mut database, &options("one"), told).unwrap();
    println!("ended");
}

/// Crash: killed anywhere, the next start ends where an unbroken one does.
#[test]
fn a_replica_that_is_killed_is_finished_by_the_next() -> Result<()> {
    const REVISIONS: usize = 12;
    on_each_engine(|project| {
        counting(&project, REVISIONS)?;
        let mut killed = 0;
        for lines in [3, 9, 14, 21, 30] {
            let mut player = Command::new(std::env::current_exe()?)
                .args(["--exact", "player", "--nocapture", "--test-threads=1"])
                .env(PLAYER, format!("{}\n{}", project.migrations().display(), project.url))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            let told = BufReader::new(player.stdout.take().context("no output")?);
            let mut told = told.lines().map_while(Result::ok).filter(|line| line.contains("told") || line == "ended");
            let mut on = player.stdin.take().context("no input")?;
            let ended = (1..lines).any(|_| told.next().is_none_or(|line| line == "ended") || writeln!(on).is_err());
            player.kill()?;
            player.wait()?;
            killed += usize::from(!ended);
        }
        ensure!(killed > 2, "only {killed} were killed on their way");
        let mut database = Database::open(&project.url)?;
        // A server may still be ending what the last one began.
        of(&project).upgrade(&mut database, &options("one"))?;
        all_ran_once(&project, REVISIONS)
    })
}

/// From within a runtime, straight and on a thread that may wait; and a connection that is dropped in a task.
#[test]
fn tasks_of_a_runtime_may_call_it() -> Result<()> {
    on_each_engine(|project| {
        counting(&project, 6)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let straight = runtime.block_on(async {
            let mut database = Database::open(&project.url)?;
            let report = of(&project).upgrade(&mut database, &options("one").target("r003"))?;
            let stop = Options::new().stop();
            stop.stop();
            drop(database);
            Ok::<usize, Error>(report.done.len())
        });
        ensure!(straight? == 4);
        let (migrations, url) = (of(&project), project.url.clone());
        let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let waited = many.block_on(async {
            let task = tokio::task::spawn_blocking(move || {
                let mut database = Database::open(&url)?;
                migrations.upgrade(&mut database, &options("one"))
            });
            task.await.unwrap()
        });
        ensure!(waited?.done.len() == 2);
        let (migrations, url) = (of(&project), project.url.clone());
        let as_a_task = many.block_on(async {
            let task =
                tokio::spawn(async move { Ok::<_, Error>(migrations.current(&mut Database::open(&url)?)?.pending) });
            task.await.unwrap()
        });
        ensure!(as_a_task?.is_empty());
        all_ran_once(&project, 6)
    })
}

fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn what_crosses_threads_may() {
    fn is_send<T: Send>() {}
    is_send::<Database>();
    is_send_and_sync::<Migrations>();
    is_send_and_sync::<Options>();
    is_send_and_sync::<Error>();
    is_send_and_sync::<Stop>();
}

/// The first release, a rename over three, and a probe in each of them.
fn release(project: &Project, number: usize) -> Result<()> {
    let revision = |id: &str, parent: &str, phase: &str, part: &str, up: &str, down: &str| {
        let path = project.revision(id, parent, up, down)?;
        let text = std::fs::read_to_string(&path)?;
        let header = format!("-- message:  revision {id}\n-- phase:    {phase}\n-- part:     {part} of 2");
        std::fs::write(path, text.replace(&format!("-- message:  revision {id}"), &header))?;
        anyhow::Ok(())
    };
    match number {
        1 => project
            .revision("a100", "none", "CREATE TABLE email (id integer PRIMARY KEY, subject text);", "DROP TABLE email;")
            .map(drop),
        2 => revision(
            "b200",
            "a100",
            "expand",
            "1",
            "ALTER TABLE email ADD COLUMN title text;",
            "ALTER TABLE email DROP COLUMN title;",
        ),
        _ => revision(
            "c300",
            "b200",
            "contract",
            "2",
            "ALTER TABLE email DROP COLUMN subject;",
            "ALTER TABLE email ADD COLUMN subject text;",
        ),
    }
}

/// What a program of that release knows: its files as they were then.
fn program(project: &Project, releases: usize) -> Result<(tempfile::TempDir, Migrations)> {
    let folder = tempfile::tempdir()?;
    for id in ["a100", "b200", "c300"].into_iter().take(releases) {
        std::fs::copy(project.migrations().join(format!("{id}.sql")), folder.path().join(format!("{id}.sql")))?;
    }
    let migrations = Migrations::from_folder(folder.path());
    Ok((folder, migrations))
}

#[test]
fn a_rolling_deploy_is_told_what_it_may_do() -> Result<()> {
    on_each_engine(|project| {
        (1..=3).try_for_each(|number| release(&project, number))?;
        let programs: Vec<_> = (1..=3).map(|releases| program(&project, releases)).collect::<Result<_>>()?;
        let found = |release: usize| -> Result<(Verdict, String), Error> {
            let mut database = Database::open_existing(&project.url)?;
            let found = programs[release - 1].1.compatibility(&mut database, &options(&format!("v{release}")))?;
            Ok((found.verdict, found.to_string()))
        };
        let upgrade = |release: usize| -> Result<Report, Error> {
            let options = options(&format!("v{release}")).unused("email.subject", "release 2 reads `title`");
            programs[release - 1].1.upgrade(&mut Database::open(&project.url)?, &options)
        };
        ensure!(found(1)? == (Verdict::Behind, "behind by 1 revision: `a100` revision a100; next: upgrade".into()));
        ensure!(upgrade(1)?.done.len() == 1);
        ensure!(found(1)?.0 == Verdict::Current);
        ensure!(found(2)?.0 == Verdict::Behind, "it needs `title`");
        ensure!(upgrade(2)?.done.len() == 1);
        ensure!(found(1)?.0 == Verdict::Ahead, "an expand leaves the first release working");
        ensure!(found(2)?.0 == Verdict::Current && found(3)?.0 == Verdict::Current, "a contract may wait");
        ensure!(upgrade(3)?.done.len() == 1, "the code that runs was vouched for");
        let (verdict, told) = found(1)?;
        ensure!(verdict == Verdict::Incompatible && told.contains("email.subject"), "{told}");
        ensure!(found(2)?.0 == Verdict::Ahead, "the gate has looked at the second release");
        ensure!(found(3)?.0 == Verdict::Current);
        let note = "SELECT note FROM whimbrel_ledger WHERE revision = 'c300'";
        ensure!(project.value(note)? == "no code names `email.subject`: release 2 reads `title`");
        Ok(())
    })
}

/// A ledger from before effects were written down gets its table with the next upgrade; what was applied before is not
/// guessed at.
#[test]
fn an_older_ledger_tells_nothing_and_learns() -> Result<()> {
    on_each_engine(|project| {
        counting(&project, 2)?;
        let mut database = Database::open(&project.url)?;
        of(&project).upgrade(&mut database, &options("one"))?;
        project.sql("DROP TABLE whimbrel_ledger_effect")?;
        let older = tempfile::tempdir()?;
        std::fs::copy(project.migrations().join("r000.sql"), older.path().join("r000.sql"))?;
        let older = Migrations::from_folder(older.path());
        ensure!(older.compatibility(&mut database, &options("one"))?.verdict == Verdict::Incompatible);
        ensure!(of(&project).compatibility(&mut database, &options("one"))?.verdict == Verdict::Current);
        project.revision("r002", "r001", "CREATE TABLE later (a integer);", "DROP TABLE later;")?;
        of(&project).upgrade(&mut database, &options("one"))?;
        ensure!(
            project.rows("SELECT event, effect FROM whimbrel_ledger_effect")?
                == [["3", "adds"].map(|it| Some(it.to_string()))]
        );
        Ok(())
    })
}

/// A probe's role may read the ledger, and nothing else.
#[test]
fn a_probe_needs_no_more_than_to_read_the_ledger() -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let project = Project::new(On::Postgres)?;
    let role = format!("{}_probe", server::Server::database_of(&project.url));
    project.sql(&format!("CREATE ROLE {role} LOGIN"))?;
    let (scheme, rest) = project.url.split_once("://").unwrap();
    let url = format!("{scheme}://{role}@{}", rest.split_once('@').unwrap().1);
    counting(&project, 3)?;
    let mut probe = Database::open_existing(&url)?;
    ensure!(of(&project).compatibility(&mut probe, &options("one"))?.verdict == Verdict::Behind, "there is no ledger");
    ensure!(project.rows("SELECT 1 FROM pg_tables WHERE tablename LIKE 'whimbrel%'")?.is_empty(), "it was only asked");
    let whole = of(&project);
    whole.upgrade(&mut Database::open(&project.url)?, &options("one"))?;
    let refused = whole.compatibility(&mut probe, &options("one")).unwrap_err();
    ensure!(refused.next()[0].starts_with("GRANT SELECT ON whimbrel_ledger"), "{refused}");
    for table in ["whimbrel_ledger", "whimbrel_ledger_format", "whimbrel_ledger_effect"] {
        project.sql(&format!("GRANT SELECT ON {table} TO {role}"))?;
    }
    ensure!(whole.compatibility(&mut probe, &options("one"))?.verdict == Verdict::Current);
    let older = tempfile::tempdir()?;
    std::fs::copy(project.migrations().join("r000.sql"), older.path().join("r000.sql"))?;
    let ahead = Migrations::from_folder(older.path()).compatibility(&mut probe, &options("one"))?;
    ensure!(ahead.verdict == Verdict::Ahead, "{ahead}");
    // An upgrade of it would hold the lock: whoever only asks is not kept waiting.
    let mut holder = project.connect()?;
    ensure!(holder.lock(std::time::Duration::ZERO)?);
    ensure!(whole.compatibility(&mut probe, &options("one"))?.verdict == Verdict::Current);
    Ok(())
}
