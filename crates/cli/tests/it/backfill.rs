//! A backfill seen, paused and let go on by other processes than the one that runs it.

use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::{execute, fresh_database, rows};
use crate::project::Project;

/// Twenty batches of ten rows, a tenth of a second apart.
fn slow(url: &str, seen_from_here: &str) -> Project {
    let project = Project::on(url);
    project.append("whimbrel.toml", "[backfill]\nrows = 10\npause_ms = 100\n");
    let fill = "CREATE TABLE email (id integer PRIMARY KEY, subject text, title text);\nINSERT INTO email WITH RECURSIVE \
                c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200) SELECT n, 'subject ' || n, NULL FROM c;";
    project.revision_of("aaaa00000001", "none", "emails", fill, "DROP TABLE email;");
    project.whimbrel("upgrade").ok();
    let update = "-- backfill\nUPDATE email SET title = subject;";
    project.revision_of("bbbb00000002", "aaaa00000001", "copy subjects", update, "-- nothing to do");
    assert_eq!(rows(seen_from_here, "SELECT count(*) FROM email"), "200");
    project
}

fn changed(url: &str) -> u32 {
    rows(url, "SELECT count(*) FROM email WHERE title IS NOT NULL").parse().unwrap()
}

fn until(url: &str, what: &str, there: impl Fn(u32) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !there(changed(url)) {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// How many are changed once that is the same for longer than a batch takes.
fn at_rest(url: &str) -> u32 {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let before = changed(url);
        thread::sleep(Duration::from_millis(900));
        if changed(url) == before {
            return before;
        }
        assert!(Instant::now() < deadline, "the batches go on");
    }
}

/// What the screens say, with the numbers that depend on the moment left out.
fn screen(project: &Project, line: &str) -> String {
    let shown = project.whimbrel(line).screen();
    regex::Regex::new(r"\b\d+ (of 200 rows|rows changed)").unwrap().replace_all(&shown, "[n] $1").into_owned()
}

fn paused_and_resumed(project: &Project, url: &str) {
    assert!(screen(project, "backfill pause").ends_with("no backfill is running\n"));
    let running = project.start("upgrade");
    until(url, "a batch", |changed| changed > 0);
    let status = screen(project, "backfill");
    assert!(status.contains("● email  [n] of 200 rows, [n] rows changed, last batch "), "{status}");
    let pause = screen(project, "backfill pause");
    assert!(pause.contains(", paused by ada@[host]\n"), "{pause}");
    assert!(
        pause.ends_with("the batches pause after the one that runs; whimbrel backfill resume goes on\n"),
        "{pause}"
    );
    // The process hears it after the batch that it is at, and then nothing more begins.
    let before = at_rest(url);
    assert!((10..200).contains(&before), "{before} of 200");
    let shown = project.whimbrel("backfill status --json").json();
    let shown = &shown["result"]["backfills"][0];
    assert_eq!((shown["state"].as_str(), shown["changed"].as_u64()), (Some("paused"), Some(u64::from(before))));
    assert!(screen(project, "status").contains("paused by ada@[host]"));
    // A pause outlives the run, and the next one says whom it waits for.
    running.signal("INT");
    let stopped = running.end();
    assert_eq!(stopped.exit(), 5, "{}", stopped.screen());
    assert!(stopped.stderr().contains("stopped; the next run goes on there"), "{}", stopped.screen());
    let repair = project.whimbrel("repair").screen();
    assert!(repair.contains("rows of it are changed: the next run goes on behind them\n"), "{repair}");
    assert!(!repair.contains("--resume"), "{repair}");
    let again = project.start("upgrade");
    thread::sleep(Duration::from_millis(1_200));
    assert_eq!(changed(url), before);
    let resume = screen(project, "backfill resume");
    assert!(resume.ends_with("the batches go on, if their upgrade still runs; whimbrel upgrade goes on otherwise\n"));
    let ended = again.end();
    assert_eq!(ended.exit(), 0, "{}", ended.screen());
    assert!(ended.stderr().contains("paused by ada@"), "{}", ended.screen());
    assert!(ended.stderr().contains("; `whimbrel backfill resume` goes on"), "{}", ended.screen());
    assert_eq!(rows(url, "SELECT count(*) FROM email WHERE title = subject"), "200");
    let done = project.whimbrel("backfill status").screen();
    assert!(done.contains("  ✓ email  200 rows changed, 0 left, [time]\n"), "{done}");
}

#[test]
fn pause_and_resume_from_another_process_on_sqlite() {
    let place = Project::new();
    let url = format!("sqlite:///{}", place.path("app.db").display());
    let project = slow(&url, &url);
    paused_and_resumed(&project, &url);
}

#[test]
fn pause_and_resume_from_another_process_on_postgres() {
    let Some(url) = fresh_database() else { return };
    let project = slow(&url, &url);
    execute(&url, "ANALYZE email");
    paused_and_resumed(&project, &url);
}
