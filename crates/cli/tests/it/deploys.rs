//! What a deploy may take away from the code that runs: commits in a git repository, and a protected database.

use insta::assert_snapshot;

use crate::project::{Project, Ran};

const TOML: &str = "[environments.production]\nurl = \"sqlite:///app.db\"\nprotected = true\n";

/// What a deploy may take away is asked beside what else a protected environment asks for.
const AROUND: &str = "--without-review \"not here\" --without-backup \"not here\" --without-rehearsal \"not here\"";

/// Upgrades in a deploy, around the other gates.
fn upgrade(project: &Project, words: &str) -> Ran {
    project.whimbrel(&format!("upgrade {words} {AROUND}"))
}

fn commit(project: &Project, message: &str) {
    project.git(&["add", "."]);
    project.git(&["commit", "-qm", message]);
}

fn link(project: &Project, id: &str, parents: &str, phase: &str, part: u32, upgrade: &str, downgrade: &str) {
    let text = format!(
        "-- revision: {id}\n-- parents:  {parents}\n-- message:  rename subject to title\n-- phase:    {phase}\n\
         -- part:     {part} of 3\n\n-- upgrade\n{upgrade}\n\n-- downgrade\n{downgrade}\n"
    );
    project.write(&format!("migrations/{id}_{phase}.sql"), &text);
}

/// A table that is deployed and in use, and the evolution that renames a column of it.
fn story() -> Project {
    let project = Project::new();
    project.write("whimbrel.toml", TOML);
    project.write(".gitignore", "app.db*\n");
    project.revision_of(
        "aaaa00000001",
        "none",
        "first",
        "CREATE TABLE email (id INTEGER PRIMARY KEY, subject TEXT);",
        "DROP TABLE email;",
    );
    project.write("app/search.py", "def search(term):\n    return select(Email).where(Email.subject.ilike(term))\n");
    project.write("app/weekly.sql", "SELECT id,\n       subject\n  FROM email;\n");
    project.git(&["init", "-q", "-b", "main"]);
    commit(&project, "first");
    upgrade(&project, "--deploy v1").ok();
    project.sql("INSERT INTO email (subject) VALUES ('one'), ('two')");
    link(
        &project,
        "bbbb00000002",
        "aaaa00000001",
        "expand",
        1,
        "ALTER TABLE email ADD COLUMN title TEXT;",
        "ALTER TABLE email DROP COLUMN title;",
    );
    link(
        &project,
        "cccc00000003",
        "bbbb00000002",
        "backfill",
        2,
        "UPDATE email SET title = subject WHERE title IS NOT subject;",
        "-- nothing to do",
    );
    link(
        &project,
        "dddd00000004",
        "cccc00000003",
        "contract",
        3,
        "ALTER TABLE email DROP COLUMN subject;",
        "ALTER TABLE email ADD COLUMN subject TEXT;",
    );
    project.write("app/search.py", "def search(term):\n    return select(Email).where(Email.title.ilike(term))\n");
    commit(&project, "rename");
    project
}

#[test]
fn a_contract_waits_for_a_deploy_whose_code_no_longer_names_it() {
    let project = story();
    assert_snapshot!(upgrade(&project, "--deploy v2").screen(), @r"
    exit 0
    production · SQLite [version], app.db
      ! review     gone around: not here
      ! backup     gone around: not here
      ! rehearsal  gone around: not here
      ✓ bbbb  rename subject to title  [duration]
      ✓ cccc  rename subject to title  [duration]
    applied 2 revisions in [duration]; the database stands at `cccc00000003`
    dddd (contract) waits: for the next deploy (`cccc` is applied by this one, and older code still runs)
    with the next deploy: whimbrel upgrade head
    ");
    // The same deploy again: nothing is lost, and nothing refused.
    assert_snapshot!(upgrade(&project, "--deploy v2").screen(), @r"
    exit 0
    applied nothing: the database stands at `cccc00000003`
    dddd (contract) waits: for the next deploy (`cccc` is applied by this one, and older code still runs)
    with the next deploy: whimbrel upgrade head
    ");
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ○  dddd  contract  rename subject to title (3 of 3)  waits for the next deploy
    ●  cccc  backfill  rename subject to title (2 of 3)  [time], deploy v2
    ●  bbbb  expand    rename subject to title (1 of 3)  [time], deploy v2
    ●  aaaa            first                             [time], deploy v1

    gone around a gate:
      without rehearsal  upgrade bbbb to cccc  not here  [time], ada@[host]
      without backup     upgrade bbbb to cccc  not here  [time], ada@[host]
      without review     upgrade bbbb to cccc  not here  [time], ada@[host]
      without rehearsal  upgrade aaaa          not here  [time], ada@[host]
      without backup     upgrade aaaa          not here  [time], ada@[host]
      without review     upgrade aaaa          not here  [time], ada@[host]
    ");
    assert_snapshot!(project.whimbrel("status").screen(), @r"
    exit 0
    production · SQLite [version], app.db
      at       cccc  rename subject to title  [time], deploy v2
      deploy   v2, [time]
      pending  1 revision, 0 may run now, 1 held back
      around   upgrade bbbb to cccc without rehearsal: not here  [time], ada@[host]
      around   upgrade bbbb to cccc without backup: not here  [time], ada@[host]
      around   upgrade bbbb to cccc without review: not here  [time], ada@[host]
      waits    dddd (contract): for the next deploy (`cccc` is applied by this one, and older code still runs)
    ");
    // `v2` runs, and its code names it in one place.
    project.write("app/weekly.sql", "SELECT id, title FROM email;\n");
    commit(&project, "no more");
    assert_snapshot!(upgrade(&project, "--deploy v3").screen(), @r"
    exit 0
    applied nothing: the database stands at `cccc00000003`
    dddd (contract) waits: the running deploy v2 still names `email.subject`
        app/weekly.sql:2  subject
    after a deploy without them: whimbrel upgrade head
    ");
    // Now `v3` runs. What is here must not name it again.
    project.git(&["commit", "-q", "--allow-empty", "-m", "fourth"]);
    project.write("app/again.sql", "DELETE FROM email WHERE subject IS NULL;\n");
    assert_snapshot!(upgrade(&project, "--deploy v4").screen(), @r"
    exit 0
    applied nothing: the database stands at `cccc00000003`
    dddd (contract) waits: the code here still names `email.subject`
        app/again.sql:1  DELETE FROM email WHERE subject IS NULL;
    without them: whimbrel upgrade head
    ");
    project.git(&["commit", "-q", "--allow-empty", "-m", "fifth"]);
    project.write("app/again.sql", "DELETE FROM email WHERE title IS NULL;\n");
    assert_snapshot!(upgrade(&project, "--deploy v5").screen(), @r"
    exit 0
    production · SQLite [version], app.db
      ! review     gone around: not here
      ! backup     gone around: not here
      ! rehearsal  gone around: not here
      kept `email.subject` until [time]  2 rows, 4.0 kB
      ✓ dddd  rename subject to title  [duration]
    applied 1 revision in [duration]; the database stands at `dddd00000004` (head)
    ");
    let document = project.whimbrel("status --json").ok().json();
    assert_eq!(document["result"]["environments"][0]["deploy"]["label"], "v5");
}

#[test]
fn what_was_asked_for_by_name_is_refused_and_there_is_one_way_around() {
    let project = story();
    upgrade(&project, "--deploy v2").ok();
    assert_eq!(upgrade(&project, "dddd --deploy v2").exit(), 3);
    assert_eq!(upgrade(&project, "+1 --deploy v2").exit(), 3);
    // Trying again under another label is the same deploy.
    let again = upgrade(&project, "--deploy again").ok().stdout();
    assert!(again.contains("waits: for a deploy of another commit"), "{again}");
    let done = upgrade(&project, "--deploy v2 --contract-now \"nobody is here yet\"").ok();
    assert!(done.stdout().contains("applied 1 revision"), "{}", done.stdout());
    let connection = rusqlite::Connection::open(project.path("app.db")).unwrap();
    let note: String = connection
        .query_row("SELECT note FROM whimbrel_ledger WHERE revision = 'dddd00000004'", [], |row| row.get(0))
        .unwrap();
    assert!(note.starts_with("contracted now: nobody is here yet: for the next deploy"), "{note}");
}

#[test]
fn what_stands_behind_a_contract_runs_before_it_unless_it_has_to_do_with_it() {
    let project = story();
    let (up, down) = ("CREATE TABLE needed (id INTEGER);", "DROP TABLE needed;");
    project.revision_of("eeee00000005", "dddd00000004", "something else", up, down);
    project.revision_of(
        "ffff00000006",
        "eeee00000005",
        "an index",
        "CREATE INDEX ix ON email (subject);",
        "DROP INDEX ix;",
    );
    assert_snapshot!(upgrade(&project, "--deploy v2").screen(), @r"
    exit 3
    production · SQLite [version], app.db
      ! review     gone around: not here
      ! backup     gone around: not here
      ! rehearsal  gone around: not here
      ✓ bbbb  rename subject to title  [duration]
      ✓ cccc  rename subject to title  [duration]
      ✓ eeee  something else           [duration]
    applied 3 revisions in [duration]; the database stands at `eeee00000005`
    dddd (contract) waits: for the next deploy (`cccc` is applied by this one, and older code still runs)
    ffff (expand) waits: it comes after `dddd`, and has to: both are about `subject`
    with the next deploy: whimbrel upgrade head
    ");
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ○  ffff            an index                          pending
    ●  eeee            something else                    [time], deploy v2
    ○  dddd  contract  rename subject to title (3 of 3)  waits for the next deploy
    ●  cccc  backfill  rename subject to title (2 of 3)  [time], deploy v2
    ●  bbbb  expand    rename subject to title (1 of 3)  [time], deploy v2
    ●  aaaa            first                             [time], deploy v1

    gone around a gate:
      without rehearsal  upgrade bbbb to eeee  not here  [time], ada@[host]
      without backup     upgrade bbbb to eeee  not here  [time], ada@[host]
      without review     upgrade bbbb to eeee  not here  [time], ada@[host]
      without rehearsal  upgrade aaaa          not here  [time], ada@[host]
      without backup     upgrade aaaa          not here  [time], ada@[host]
      without review     upgrade aaaa          not here  [time], ada@[host]
    ");
}

#[test]
fn a_database_at_base_has_no_code_and_a_development_database_no_gate() {
    let project = story();
    for extension in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(project.path(&format!("app.db{extension}")));
    }
    let all = upgrade(&project, "--deploy v1").ok();
    assert!(all.stdout().contains("applied 4 revisions"), "{}", all.stdout());

    let project = story();
    project.write("whimbrel.toml", &TOML.replace("protected = true", ""));
    let all = project.whimbrel("upgrade").ok();
    assert!(all.stdout().contains("applied 3 revisions"), "{}", all.stdout());
}

#[test]
fn the_code_of_a_deploy_that_nobody_can_look_at_holds_back() {
    let project = story();
    project.write("app/weekly.sql", "");
    commit(&project, "no more");
    upgrade(&project, "--deploy v2").ok();
    let elsewhere = Project::new();
    elsewhere.write("whimbrel.toml", &TOML.replace("app.db", &format!("/{}", project.path("app.db").display())));
    for name in project.list("migrations") {
        elsewhere.write(&format!("migrations/{name}"), &project.read(&format!("migrations/{name}")));
    }
    let screen = upgrade(&elsewhere, "--deploy v3").screen();
    assert!(screen.contains("the code that runs now cannot be looked at: this is no work tree of git"), "{screen}");
    // The way back leads through the next deploy, whose predecessor has no commit.
    let screen = upgrade(&elsewhere, "--deploy v4").screen();
    assert!(screen.contains("deploy v3 came without its commit"), "{screen}");
}

#[test]
fn the_soak_time_is_waited_for() {
    let project = story();
    project.write("app/weekly.sql", "");
    commit(&project, "no more");
    project.write("whimbrel.toml", &format!("{TOML}soak = \"2h\"\n"));
    upgrade(&project, "--deploy v2").ok();
    let screen = upgrade(&project, "--deploy v3").screen();
    assert!(screen.contains("old and new have to stand side by side for another 2 h 0 min"), "{screen}");
    project.write("whimbrel.toml", &format!("{TOML}soak = \"soon\"\n"));
    let screen = upgrade(&project, "--deploy v3").screen();
    assert!(screen.contains("`soon` is no time that whimbrel understands"), "{screen}");
}

#[test]
fn a_column_dropped_without_an_evolution_is_looked_for_too() {
    let project = story();
    for id in ["bbbb00000002_expand", "cccc00000003_backfill", "dddd00000004_contract"] {
        std::fs::remove_file(project.path(&format!("migrations/{id}.sql"))).unwrap();
    }
    let drop = "ALTER TABLE email DROP COLUMN subject;";
    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "drop subject",
        drop,
        "ALTER TABLE email ADD COLUMN subject TEXT;",
    );
    let screen = upgrade(&project, "--deploy v2").screen();
    assert!(screen.contains("waits: the running deploy v1 still names `email.subject`"), "{screen}");
    assert!(screen.contains("app/search.py:2") && screen.contains("app/weekly.sql:2"), "{screen}");
}

/// What runs holds a contract back, in whatever language; fixtures and prose do not, and a submodule does until somebody
/// says that it need not.
#[test]
fn what_names_it_and_does_not_run_holds_nothing_back() {
    let project = story();
    project.write("app/weekly.sql", "");
    project.write("web/show.hbs", "<b>{{email.subject}}</b>\n");
    project.write("test/fixtures/email.yml", "one:\n  subject: Hello\n");
    project.write("docs/mail.md", "`email.subject` is a text.\n");
    commit(&project, "a template names it still");
    upgrade(&project, "--deploy v2").ok();
    project.git(&["commit", "-qm", "nothing", "--allow-empty"]);
    let held = upgrade(&project, "--deploy v3").screen();
    assert!(held.contains("waits: the running deploy v2 still names `email.subject`"), "{held}");
    assert!(held.contains("web/show.hbs:1") && !held.contains("email.yml"), "{held}");
    project.write("web/show.hbs", "<b>{{email.title}}</b>\n");
    let shared = Project::new();
    shared.write("a.txt", "nothing\n");
    shared.git(&["init", "-q", "-b", "main"]);
    commit(&shared, "shared");
    let origin = shared.path("").display().to_string();
    project.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &origin, "shared"]);
    commit(&project, "no more, but for what is shared");
    upgrade(&project, "--deploy v4").ok();
    project.git(&["commit", "-qm", "nothing", "--allow-empty"]);
    let held = upgrade(&project, "--deploy v5").screen();
    assert!(held.contains("`shared` cannot be read: it is a submodule"), "{held}");
    project.append("whimbrel.toml", "\n[refs]\nexclude = [\"shared\"]\n");
    let done = upgrade(&project, "--deploy v5").ok().stdout();
    assert!(done.contains("applied 1 revision"), "{done}");
}

#[test]
fn another_label_for_the_same_commit_is_no_other_deploy() {
    let project = story();
    upgrade(&project, "--deploy v2").ok();
    assert_snapshot!(upgrade(&project, "--deploy v3").screen(), @r"
    exit 0
    applied nothing: the database stands at `cccc00000003`
    dddd (contract) waits: for a deploy of another commit (v2 applied `cccc`, and is of the same commit as this one)
    with the next deploy: whimbrel upgrade head
    ");
}
