//! Runs that stop in the middle, as they are seen at the terminal: what is said then, and how the next run ends it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use whimbrel_acceptance::database;
use whimbrel_acceptance::server::{self, Options, Server};

use crate::postgres::{execute, fresh_database, rows};
use crate::project::{Project, Ran};

/// Waits until the query has an answer: another connection sees how far a run is.
fn wait_until(url: &str, query: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let answer = database::open(url).and_then(|mut driver| Ok(driver.query(query, &[])?));
        if answer.is_ok_and(|rows| !rows.is_empty()) {
            return;
        }
        assert!(Instant::now() < deadline, "never: {query}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The sessions on this database beside the one that asks.
const OTHERS: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Ends every other session, as the server would once it finds that nobody listens.
fn terminate(url: &str) {
    rows(url, &OTHERS.replace("SELECT 1", "SELECT pg_terminate_backend(pid)"));
    wait_until(url, &format!("SELECT 1 WHERE NOT EXISTS ({OTHERS})"));
}

/// The first statement is done, and the second one has begun or is about to.
const FIRST_DONE: &str = "SELECT 1 FROM whimbrel_ledger_statement WHERE outcome = 'done' AND ordinal = 1";
const INTENT: &str = "SELECT 1 FROM whimbrel_ledger_statement WHERE outcome = 'intent' AND ordinal = 2";

/// A project with a revision of three statements that share no transaction; the second one takes as long as the table
/// `pace` says. On PostgreSQL it is one that nobody understands.
struct HalfWay {
    project: Project,
    /// The database, as another program finds it.
    url: String,
    /// Has a row when the second statement has its turn.
    under_way: &'static str,
}

impl HalfWay {
    fn on_sqlite() -> HalfWay {
        let project = Project::on("sqlite:///app.db");
        let url = format!("sqlite:///{}", project.path("app.db").display());
        let statement = "INSERT INTO note SELECT count(*) > 0 FROM (WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT \
                         i + 1 FROM c WHERE i < (SELECT n FROM pace)) SELECT i FROM c)";
        HalfWay::of(project, url, statement, 2_000_000_000, FIRST_DONE)
    }

    fn on_postgres() -> Option<HalfWay> {
        let url = fresh_database()?;
        let statement = "DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT n FROM pace) * (current_database() LIKE 'test%')::integer); END $$";
        Some(HalfWay::of(Project::on(&url), url, statement, 600, INTENT))
    }

    fn of(project: Project, url: String, slow: &str, pace: u32, under_way: &'static str) -> HalfWay {
        let paced = format!("CREATE TABLE pace (n integer);\nINSERT INTO pace VALUES ({pace});");
        project.revision_of("aaaa00000001", "none", "pace", &paced, "DROP TABLE pace;");
        let steps = format!(
            "-- transaction: none\nCREATE TABLE note (id integer);\n-- transaction: none\n{slow};\n\
             -- transaction: none\nCREATE INDEX ix_note ON note (id);"
        );
        project.revision_of("bbbb00000002", "aaaa00000001", "in steps", &steps, "DROP TABLE note;");
        HalfWay { project, url, under_way }
    }

    /// Upgrades, and sends the signal while the second statement runs.
    fn stopped_by(&self, signal: &str) -> Ran {
        let running = self.project.start("upgrade");
        wait_until(&self.url, self.under_way);
        running.signal(signal);
        running.end()
    }

    fn screen(&self, line: &str) -> String {
        self.project.whimbrel(line).screen()
    }

    fn make_quick(&self) {
        execute(&self.url, "UPDATE pace SET n = 0");
    }

    /// As if nobody had stopped anything.
    fn is_whole(&self) {
        assert_eq!(rows(&self.url, "SELECT count(*) FROM note"), "1");
        self.project.whimbrel("check").ok();
    }
}

/// What was done stays, what ran is taken back, and the next run goes on there.
#[test]
fn ctrl_c_on_sqlite() {
    let half_way = HalfWay::on_sqlite();
    assert_snapshot!(half_way.stopped_by("INT").screen(), @r"
    exit 5
    dev · SQLite [version], app.db
      ✓ aaaa  pace      [duration]
    ── stderr ──
    error[stopped]: stopped on request
      done  `aaaa00000001`
      done  1 of 3 statements of `bbbb00000002`, for good
      next  whimbrel upgrade head
    stopped part-way · exit 5
    ");
    assert_snapshot!(half_way.screen("current"), @r"
    exit 0
    dev · SQLite [version], app.db
    aaaa00000001  pace  [time]
    `bbbb00000002` was begun and not ended; to finish it: whimbrel upgrade head
    ");
    assert_snapshot!(half_way.screen("history"), @r"
    exit 0
    ○  bbbb  in steps  begun, and not ended
    ●  aaaa  pace      [time]
    ");
    assert_snapshot!(half_way.screen("check"), @r"
    exit 1
    - models ↔ history: no models were found
    ✗ history ↔ database: 2 differences
      an earlier run stopped half-way:
        revision `bbbb00000002` was begun, and not ended
      next  whimbrel upgrade head
      dev · SQLite [version], app.db is not what the files make:
        table `note` is not in the history
      next  see to the revisions above first
    ");
    half_way.make_quick();
    assert_snapshot!(half_way.screen("upgrade"), @r"
    exit 0
    dev · SQLite [version], app.db
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
      ✓ bbbb  in steps  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    half_way.is_whole();
}

/// What stops a container asks in other words, and is heard as well.
#[test]
fn a_request_to_terminate_is_heeded_as_ctrl_c_is() {
    for signal in ["TERM", "HUP"] {
        let half_way = HalfWay::on_sqlite();
        let stopped = half_way.stopped_by(signal);
        assert_eq!(stopped.exit(), 5);
        assert!(stopped.stderr().starts_with("error[stopped]: stopped on request"), "{}", stopped.screen());
        half_way.make_quick();
        half_way.project.whimbrel("upgrade").ok();
        half_way.is_whole();
    }
}

/// Who starts it under `nohup` wants it to outlive the terminal.
#[test]
fn nohup_is_respected() {
    let half_way = HalfWay::on_sqlite();
    let whimbrel = assert_cmd::cargo::cargo_bin!("whimbrel");
    let mut hung_up = Command::new("nohup");
    hung_up.arg(whimbrel).arg("upgrade").current_dir(half_way.project.path("")).stdout(Stdio::null());
    hung_up.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = hung_up.spawn().unwrap();
    wait_until(&half_way.url, half_way.under_way);
    let process = child.id();
    let kill = |name: &str| format!("kill -{name} {process}");
    let sh = |line: String| Command::new("sh").args(["-c", &line]).status().unwrap();
    assert!(sh(kill("HUP")).success());
    thread::sleep(Duration::from_millis(200));
    assert_eq!(child.try_wait().unwrap(), None, "it still runs");
    assert!(sh(kill("INT")).success());
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

/// Nobody has to end first what is to be undone.
#[test]
fn killed_on_sqlite_and_undone() {
    let half_way = HalfWay::on_sqlite();
    assert_eq!(half_way.stopped_by("KILL").exit(), -1);
    assert_snapshot!(half_way.screen("downgrade base"), @r"
    exit 0
    dev · SQLite [version], app.db
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
      ↓ bbbb  in steps  [duration]
      ↓ aaaa  pace      [duration]
    undid 2 revisions in [duration]; the database stands at base
    ");
    assert_eq!(rows(&half_way.url, "SELECT count(*) FROM sqlite_master WHERE name IN ('note', 'pace')"), "0");
}

/// Rows are changed together with the note about it, so nothing is asked.
#[test]
fn killed_on_sqlite() {
    let half_way = HalfWay::on_sqlite();
    assert_eq!(half_way.stopped_by("KILL").exit(), -1);
    assert_snapshot!(half_way.screen("upgrade aaaa"), @r"
    exit 3
    ── stderr ──
    error[half-way]: an earlier run stopped within `bbbb00000002`, and this one leads elsewhere
      stopped  [time], ada@[host]
      next     whimbrel upgrade bbbb00000002
      or       whimbrel downgrade bbbb00000002-1   (undoes what of it was done)
    nothing was changed · exit 3
    ");
    assert_eq!(rows(&half_way.url, "SELECT count(*) FROM note"), "0", "SQLite has taken it back");
    half_way.make_quick();
    assert_snapshot!(half_way.screen("upgrade"), @r"
    exit 0
    dev · SQLite [version], app.db
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
      ✓ bbbb  in steps  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    half_way.is_whole();
}

/// Whether a statement that nobody understands took effect cannot be seen, so that is asked.
#[test]
fn ctrl_c_and_kill_on_postgres() {
    let Some(half_way) = HalfWay::on_postgres() else { return };
    assert_snapshot!(half_way.stopped_by("INT").screen(), @r"
    exit 5
    dev · PostgreSQL [version], [database]
      ✓ aaaa  pace      [duration]
    ── stderr ──
    note: whether `DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT` … destroys anything cannot be seen (a DO block can do anything); nothing of it is kept
    error[stopped]: stopped on request
      done  `aaaa00000001`
      done  1 of 3 statements of `bbbb00000002`, for good
      next  whimbrel upgrade head
    stopped part-way · exit 5
    ");
    assert_snapshot!(half_way.screen("current"), @r"
    exit 0
    dev · PostgreSQL [version], [database]
    aaaa00000001  pace  [time]
    `bbbb00000002` was begun and not ended; to finish it: whimbrel upgrade head
    ");
    half_way.make_quick();
    assert_snapshot!(half_way.screen("upgrade"), @r"
    exit 0
    dev · PostgreSQL [version], [database]
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
      statement 2 of 3  DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT n FROM pace)…
      it had not taken effect: running it again
      ✓ bbbb  in steps  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ── stderr ──
    note: whether `DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT` … destroys anything cannot be seen (a DO block can do anything); nothing of it is kept
    ");
    half_way.is_whole();

    let half_way = HalfWay::on_postgres().unwrap();
    assert_eq!(half_way.stopped_by("KILL").exit(), -1);
    // As long as the server does not know that nobody waits for it, it has the lock of the one that was killed. It looks
    // each second, and may have done so by now.
    let locked = half_way.project.whimbrel("upgrade --wait 0");
    if locked.exit() != 3 {
        assert_snapshot!(locked.screen(), @r"
        exit 4
        ── stderr ──
        error[locked]: another run has the lock
          next  whimbrel upgrade head
        nothing was changed · exit 4
        ");
    }
    terminate(&half_way.url);
    assert_snapshot!(half_way.screen("upgrade"), @r"
    exit 3
    dev · PostgreSQL [version], [database]
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
    ── stderr ──
    error[undecided]: whether statement 2 of `bbbb00000002` took effect cannot be seen: it is not understood: a DO block can do anything
      statement  DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT n FROM pace) * (current_database() LIKE 'test%')::integer); END $$
      stopped    [time], ada@[host]
      next       whimbrel upgrade head --resume done   (if the database shows that it took effect)
      or         whimbrel upgrade head --resume again   (if it did not)
    nothing was changed · exit 3
    ");
    execute(&half_way.url, "INSERT INTO note VALUES (1)");
    assert_snapshot!(half_way.screen("upgrade --resume done"), @r"
    exit 0
    dev · PostgreSQL [version], [database]
    an earlier run stopped within bbbb ([time], ada@[host]), after 1 of 3 statements
      statement 2 of 3  DO $$ BEGIN INSERT INTO note SELECT 1 FROM pg_sleep((SELECT n FROM pace)…
      taken as done, as told
      ✓ bbbb  in steps  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    half_way.is_whole();
}

/// A server that goes down while an index is built, and comes up again.
#[test]
fn the_server_is_killed_and_started_again() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let mut server = Server::start_with(None, &Options { durable: true, settings: Vec::new() }).unwrap();
    let url = server.fresh_database().unwrap();
    let project = Project::on(&url);
    project.revision_of(
        "aaaa00000001",
        "none",
        "email",
        "CREATE TABLE email (id integer PRIMARY KEY, subject text);",
        "DROP TABLE email;",
    );
    let index = "CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject);";
    project.revision_of("bbbb00000002", "aaaa00000001", "index", index, "DROP INDEX ix_email_subject;");
    let slow =
        "CREATE TABLE late (id integer);\nINSERT INTO late SELECT 1 FROM pg_sleep((SELECT count(*) FROM email) * 600);";
    project.revision_of("cccc00000003", "bbbb00000002", "late", slow, "DROP TABLE late;");
    project.whimbrel("upgrade +1").ok();

    // An index that is built concurrently waits for everybody who has written the table.
    let mut writer = database::open(&url).unwrap();
    writer.execute_script("BEGIN; INSERT INTO email VALUES (1, 'a')").unwrap();
    let running = project.start("upgrade");
    wait_until(&url, "SELECT 1 FROM pg_index WHERE NOT indisvalid");
    server.crash().unwrap();
    assert_snapshot!(running.end().screen(), @r"
    exit 5
    ── stderr ──
    warning: terminating connection due to immediate shutdown command
    error[connection-lost]: the connection was lost
      begun  `bbbb00000002`: the next run sees to what its first statement left
      next   whimbrel upgrade head
    stopped part-way · exit 5
    ");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 4
    ── stderr ──
    error[connection]: `postgresql://postgres@[socket]/[database]` cannot be opened
      because   cannot connect to PostgreSQL at [socket]:5432: No such file or directory (os error 2)
      detail    connecting to `[database]` at [socket]:5432 as `postgres`
      hint      is the server running, and is this the folder of its socket?
      named by  environment `dev`
      next      pg_isready -h [socket]
    nothing was changed · exit 4
    ");
    server.start_again().unwrap();
    assert_snapshot!(project.whimbrel("upgrade +1").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
    an earlier run stopped within bbbb ([time], ada@[host]), after 0 of 1 statement
      statement 1 of 1  CREATE INDEX CONCURRENTLY ix_email_subject ON email (subject)
      it left the invalid index `ix_email_subject`: dropping it and building it again
      ✓ bbbb  index  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002`
    ");

    // And once more, within a transaction: nothing of it is left.
    execute(&url, "INSERT INTO email VALUES (1, 'a')");
    let running = project.start("upgrade");
    wait_until(&url, &format!("{OTHERS} AND query LIKE '%INSERT INTO late%' AND state = 'active'"));
    server.crash().unwrap();
    assert_snapshot!(running.end().screen(), @r"
    exit 4
    ── stderr ──
    warning: terminating connection due to immediate shutdown command
    error[connection-lost]: the connection was lost
      next  whimbrel upgrade head
    nothing was changed · exit 4
    ");
    server.start_again().unwrap();
    assert_eq!(rows(&url, "SELECT to_regclass('late')"), "NULL");
    execute(&url, "DELETE FROM email");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      ✓ cccc  late   [duration]
    applied 1 revision in [duration]; the database stands at `cccc00000003` (head)
    ");
    project.whimbrel("check").ok();
}

/// Somebody between the command and its server, who can cut the wire.
struct Wire {
    port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
    /// While it is, nothing goes through, and nobody is told.
    frozen: Arc<AtomicBool>,
}

impl Wire {
    fn to(socket: PathBuf) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = Arc::new(Mutex::new(Vec::new()));
        let frozen = Arc::new(AtomicBool::new(false));
        let (kept, held) = (Arc::clone(&open), Arc::clone(&frozen));
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let far = UnixStream::connect(&socket).unwrap();
                kept.lock().unwrap().push(near.try_clone().unwrap());
                let (back, forth) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                let (held_back, held_forth) = (Arc::clone(&held), Arc::clone(&held));
                thread::spawn(move || copy(back, near, &held_back));
                thread::spawn(move || copy(forth, far, &held_forth));
            }
        });
        Wire { port, open, frozen }
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn copy(mut from: impl Read, mut to: impl Write, held: &AtomicBool) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        while held.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(5));
        }
        if to.write_all(&buffer[..read]).is_err() {
            return;
        }
    }
}

/// A project that reaches the database over a wire, with a revision that takes ten minutes.
fn slow_by_wire(url: &str) -> (Project, Wire) {
    let server = server::shared(None).unwrap();
    let wire = Wire::to(server.socket_folder().join(".s.PGSQL.5432"));
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    let project = Project::on(&format!("postgresql://postgres@127.0.0.1:{}/{name}", wire.port));
    project.revision_of("aaaa00000001", "none", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;");
    let slow = "INSERT INTO one VALUES (1);\nSELECT pg_sleep(600);";
    project.revision_of("bbbb00000002", "aaaa00000001", "slow", slow, "DELETE FROM one;");
    (project, wire)
}

#[test]
fn a_cut_connection_is_told_and_the_next_run_goes_on() {
    let Some(url) = fresh_database() else { return };
    let (project, wire) = slow_by_wire(&url);
    let running = project.start("upgrade");
    wait_until(&url, &format!("{OTHERS} AND query LIKE '%pg_sleep(600)%' AND state = 'active'"));
    wire.cut();
    assert_snapshot!(running.end().screen(), @r"
    exit 5
    dev · PostgreSQL [version], [database]
      ✓ aaaa  one   [duration]
    ── stderr ──
    error[connection-lost]: the connection was lost
      done  `aaaa00000001`
      next  whimbrel upgrade head
    stopped part-way · exit 5
    ");
    terminate(&url);
    project.revision_of("bbbb00000002", "aaaa00000001", "slow", "INSERT INTO one VALUES (1);", "DELETE FROM one;");
    assert_snapshot!(project.whimbrel("upgrade").screen(), @r"
    exit 0
    dev · PostgreSQL [version], [database]
      ✓ bbbb  slow  [duration]
    applied 1 revision in [duration]; the database stands at `bbbb00000002` (head)
    ");
    assert_eq!(rows(&url, "SELECT count(*) FROM one"), "1");
}

/// An engine that cannot be reached stops nothing: whoever asks twice is let go.
#[test]
fn ctrl_c_twice_leaves_at_once() {
    let Some(url) = fresh_database() else { return };
    let (project, wire) = slow_by_wire(&url);
    let running = project.start("upgrade");
    wait_until(&url, &format!("{OTHERS} AND query LIKE '%pg_sleep(600)%' AND state = 'active'"));
    wire.frozen.store(true, Ordering::Relaxed);
    running.signal("INT");
    thread::sleep(Duration::from_millis(300));
    running.signal("INT");
    let left = running.end();
    assert_eq!((left.exit(), left.stderr().starts_with("left at once")), (5, true), "{}", left.screen());
    wire.frozen.store(false, Ordering::Relaxed);
    terminate(&url);
    project.revision_of("bbbb00000002", "aaaa00000001", "slow", "INSERT INTO one VALUES (1);", "DELETE FROM one;");
    project.whimbrel("upgrade").ok();
    assert_eq!(rows(&url, "SELECT count(*) FROM one"), "1");
}
