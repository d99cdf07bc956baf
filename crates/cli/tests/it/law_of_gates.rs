//! Law 8: whatever the way to a protected database, it is refused at each gate by name and has changed nothing; each door
//! opens its own gate, and leaves its trace.

use std::collections::BTreeSet;

use whimbrel_acceptance::database;

use crate::postgres::{execute, fresh_database, rows};
use crate::project::Project;

/// What a command comes to on a protected database when nothing is shown and no door is taken.
#[derive(Clone, Copy)]
enum Comes {
    /// It would write, and is refused with this code.
    To(&'static str),
    /// Whatever it says, it changes nothing there.
    Reads,
    /// It has nothing to do with a database of the project, and is not run.
    Elsewhere,
}

use Comes::{Elsewhere, Reads, To};

/// Every command that there is, with `[URL]` and `[NAME]` for the database. One that is not here fails the test.
const PATHS: &[(&str, Comes)] = &[
    ("upgrade", To("drift")),
    ("upgrade heads", To("drift")),
    ("upgrade +1", To("drift")),
    ("upgrade cccc", To("drift")),
    ("upgrade --url [URL]", To("drift")),
    ("upgrade --contract-now because --keep-nothing because", To("drift")),
    ("downgrade base", To("unconfirmed")),
    ("downgrade -1 --leave-kept because", To("unconfirmed")),
    ("downgrade aaaa --confirm production", To("drift")),
    ("stamp head", To("unconfirmed")),
    ("stamp base --purge", To("unconfirmed")),
    ("stamp head --confirm staging", To("unconfirmed")),
    ("repair --mend lock", To("unconfirmed")),
    ("repair --mend one.note", To("unconfirmed")),
    ("repair --mend one.note --confirm production", To("no-proved-backup")),
    ("kept drop 1", To("unconfirmed")),
    ("kept drop --all --confirm production", To("no-proved-backup")),
    ("kept prune", To("unconfirmed")),
    ("kept restore 1", To("unconfirmed")),
    ("guard install", To("unconfirmed")),
    ("guard remove", To("unconfirmed")),
    ("backup restore --over [NAME]", To("unconfirmed")),
    ("backup restore --into [URL] --over [NAME]", To("unconfirmed")),
    ("backup restore --table one --over [NAME]", To("unconfirmed")),
    ("backup restore --over [NAME] --confirm production", To("no-proved-backup")),
    ("backup restore --into [URL] --over [NAME] --confirm production", To("no-proved-backup")),
    ("backup restore --table one --over [NAME] --confirm production", To("no-proved-backup")),
    ("rehearse --on [URL]", To("not-a-copy")),
    // No run is there to hear it.
    ("backfill pause", Reads),
    ("backfill resume", Reads),
    ("kept list", Reads),
    ("kept check", Reads),
    ("guard status", Reads),
    ("repair", Reads),
    ("backup create", Reads),
    ("backup list", Reads),
    ("backup verify", Reads),
    ("backup prune", Reads),
    ("upgrade --sql", Reads),
    ("downgrade head:base --sql", Reads),
    ("current", Reads),
    ("status", Reads),
    ("history", Reads),
    ("heads", Reads),
    ("branches", Reads),
    ("show head", Reads),
    ("check", Reads),
    ("lint", Reads),
    ("plan", Reads),
    ("refs one", Reads),
    ("schema --from database", Reads),
    ("merge", Reads),
    ("revision -m more --head cccc", Reads),
    ("init", Elsewhere),
    ("edit", Elsewhere),
    ("explain", Elsewhere),
    ("tour", Elsewhere),
    ("completions", Elsewhere),
    ("man", Elsewhere),
];

/// A protected database, and how to look at all of it.
struct Protected {
    project: Project,
    url: String,
    name: String,
    is_file: bool,
}

impl Protected {
    fn on_sqlite() -> Protected {
        let project = Project::new();
        let file = project.path("app.db");
        let protected = Protected {
            url: format!("sqlite:///{}", file.display()),
            project,
            name: "app.db".to_string(),
            is_file: true,
        };
        protected.set_up();
        protected
    }

    fn on_postgres() -> Option<Protected> {
        let url = fresh_database()?;
        let name = database::open(&url).unwrap().database();
        let protected = Protected { project: Project::new(), url, name, is_file: false };
        protected.set_up();
        Some(protected)
    }

    /// Two revisions applied, of which one has destroyed what is kept; one pending, with a question; a backup that nobody
    /// has restored; and a table that no revision made.
    fn set_up(&self) {
        let Protected { project, url, .. } = self;
        project.write("whimbrel.toml", &format!("[environments.production]\nurl = \"{url}\"\nprotected = true\n"));
        let create = "CREATE TABLE one (id INTEGER PRIMARY KEY, note TEXT, old TEXT);";
        project.revision_of("aaaa00000001", "none", "first", create, "DROP TABLE one;");
        project.whimbrel("upgrade").ok();
        self.execute("INSERT INTO one VALUES (1, 'a', 'b'), (2, 'c', 'd')");
        let drop = "ALTER TABLE one DROP COLUMN old;";
        project.revision_of("bbbb00000002", "aaaa00000001", "drop", drop, "ALTER TABLE one ADD COLUMN old TEXT;");
        let doors = "--without-review here --without-backup here --without-rehearsal here --contract-now here";
        project.whimbrel(&format!("upgrade {doors}")).ok();
        let text = "-- question: is it meant?\nCREATE TABLE two (id INTEGER PRIMARY KEY);";
        project.revision_of("cccc00000003", "bbbb00000002", "second", text, "DROP TABLE two;");
        project.whimbrel("backup create").ok();
        self.execute("CREATE TABLE stray (id INTEGER PRIMARY KEY)");
    }

    fn execute(&self, sql: &str) {
        execute(&self.url, sql);
    }

    fn run(&self, line: &str) -> crate::project::Ran {
        self.project.whimbrel(&line.replace("[URL]", &self.url).replace("[NAME]", &self.name))
    }

    fn rows(&self, query: &str) -> String {
        rows(&self.url, query)
    }

    /// The schema, and every row of the ledger, of what is kept and of the table itself.
    fn state(&self) -> String {
        let mut driver = database::open(&self.url).unwrap();
        let mut state = vec![driver.introspect().unwrap().fingerprint().0];
        let tables = match self.is_file {
            true => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1",
            false => "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
        };
        let tables: Vec<String> = self.rows(tables).lines().map(str::to_string).collect();
        assert!(tables.len() > 5 && tables.iter().any(|table| table == "whimbrel_ledger"), "{tables:?}");
        for table in tables {
            state.push(format!("{table}: {}", self.rows(&format!("SELECT * FROM {table} ORDER BY 1"))));
        }
        state.join("\n")
    }
}

/// `kept drop`, `upgrade`: a page for each, made of the very definition that the command line is read by.
fn commands(project: &Project) -> BTreeSet<String> {
    project.whimbrel("man --out pages").ok();
    let pages = project.list("pages");
    let pages: Vec<&str> = pages.iter().filter_map(|page| page.strip_suffix(".1")).collect();
    let is_one = |page: &&&str| !pages.iter().any(|other| other.starts_with(&format!("{page}-")));
    let named = pages.iter().filter(is_one).filter_map(|page| page.strip_prefix("whimbrel-"));
    named.map(|page| page.replace('-', " ")).collect()
}

/// Every set of these.
fn subsets<T: Copy>(all: &[T]) -> Vec<Vec<T>> {
    let of = |bits: usize| (0..all.len()).filter(|at| bits & (1 << at) != 0).map(|at| all[at]).collect();
    (0..1 << all.len()).map(of).collect()
}

fn no_path_leads_around(protected: &Protected) {
    let before = protected.state();
    let mut refused = 0;
    for (line, comes) in PATHS {
        let code = match comes {
            Elsewhere => continue,
            Reads => None,
            To(code) => Some(code),
        };
        let ran = protected.run(line);
        if let Some(code) = code {
            let said = ran.stderr();
            assert!(ran.exit() == 3 && said.contains(&format!("error[{code}]")), "{line}: {}", ran.screen());
            assert!(said.contains("nothing was changed"), "{line}: {said}");
            refused += 1;
        }
        assert_eq!(protected.state(), before, "{line} changed something: {}", ran.screen());
    }
    assert!(refused > 20, "{refused}");
    for name in protected.project.list("migrations").iter().filter(|name| name.contains("more")) {
        std::fs::remove_file(protected.project.path(&format!("migrations/{name}"))).unwrap();
    }
}

/// Each gate's door, in the order in which gates are asked; and the code of whoever stands before it.
const UP: [(&str, &str); 4] = [
    ("--accept-drift", "drift"),
    ("--without-review", "unreviewed"),
    ("--without-backup", "no-proved-backup"),
    ("--without-rehearsal", "no-rehearsal"),
];

fn each_door_opens_its_gate(protected: &Protected) {
    let before = protected.state();
    for open in subsets(&UP) {
        let doors: String = open.iter().map(|(door, _)| format!(" {door} {}", door.replace("--", "why-"))).collect();
        let line = format!("upgrade{doors}");
        if open.len() == UP.len() {
            // A ledger from before there were gates.
            protected.execute("DROP TABLE whimbrel_ledger_gate");
            protected.run(&line).ok();
            continue;
        }
        let ran = protected.run(&line);
        let first = UP.iter().find(|gate| !open.contains(gate)).unwrap().1;
        assert!(ran.exit() == 3 && ran.stderr().contains(&format!("error[{first}]")), "{line}: {}", ran.screen());
        assert_eq!(protected.state(), before, "{line}");
    }
    let traces = protected.rows("SELECT work, gate, door, said FROM whimbrel_ledger_gate ORDER BY number");
    assert_eq!(
        traces,
        "upgrade | drift | 1 | why-accept-drift: table `stray` is not in the history\n\
         upgrade | review | 1 | why-without-review\n\
         upgrade | backup | 1 | why-without-backup\n\
         upgrade | rehearsal | 1 | why-without-rehearsal"
    );
    let history = protected.run("history --json").ok().json();
    let around = history["result"]["around"].as_array().unwrap();
    let told: Vec<_> = around.iter().map(|it| format!("{} {}", it["revisions"][0], it["gate"])).collect();
    let of = |gate: &str| format!("\"cccc00000003\" \"{gate}\"");
    assert_eq!(told, ["rehearsal", "backup", "review", "drift"].map(of));
    let screen = protected.run("history").ok().stdout();
    assert!(screen.contains("why-without-backup") && screen.contains("drift accepted"), "{screen}");
}

fn and_so_does_each_of_the_way_back(protected: &Protected) {
    let back: [(&str, &str); 3] = [
        ("--confirm production", "unconfirmed"),
        ("--accept-drift why-drift", "drift"),
        ("--without-backup why-backup", "no-proved-backup"),
    ];
    protected.execute("CREATE TABLE another (id INTEGER PRIMARY KEY)");
    let before = protected.state();
    for open in subsets(&back) {
        let doors: String = open.iter().map(|(door, _)| format!(" {door}")).collect();
        let line = format!("downgrade bbbb{doors}");
        let ran = protected.run(&line);
        if open.len() == back.len() {
            ran.ok();
            continue;
        }
        let first = back.iter().find(|gate| !open.contains(gate)).unwrap().1;
        assert!(ran.exit() == 3 && ran.stderr().contains(&format!("error[{first}]")), "{line}: {}", ran.screen());
        assert_eq!(protected.state(), before, "{line}");
    }
    // What is confirmed runs, and is written down.
    protected.run("stamp cccc --confirm production").ok();
    protected.run("stamp bbbb --confirm production").ok();
    protected.run("kept drop 1 --confirm production --without-backup why-kept").ok();
    let traces =
        protected.rows("SELECT work, gate, door, said FROM whimbrel_ledger_gate WHERE number > 4 ORDER BY number");
    let drift = traces.lines().find(|line| line.contains("drift")).unwrap_or_default();
    assert!(drift.starts_with("downgrade | drift | 1 | why-drift: "), "{traces}");
    let others: Vec<&str> = traces.lines().filter(|line| !line.contains("drift")).collect();
    assert_eq!(
        others,
        [
            "downgrade | confirmation | 0 | production",
            "downgrade | backup | 1 | why-backup",
            "stamp | confirmation | 0 | production",
            "stamp | confirmation | 0 | production",
            "kept drop | confirmation | 0 | production",
            "kept drop | backup | 1 | why-kept",
        ]
    );
}

/// What is restored has another ledger: that it was restored, out of what, and around which gate, stands in that one.
fn a_restore_leaves_its_trace_in_what_came_out(protected: &Protected) {
    let doors = "--confirm production --without-backup why-restore";
    let traces = || {
        let all = protected.rows("SELECT work, gate, door, said FROM whimbrel_ledger_gate ORDER BY number");
        let of_restores = all.lines().filter(|line| line.starts_with("backup restore"));
        let id = regex::Regex::new(r"\d{4}-\d\d-\d\d-\d{6}(-\d+)?").unwrap();
        of_restores.map(|line| id.replace(line, "[id]").into_owned()).collect::<Vec<_>>()
    };
    protected.run(&format!("backup restore --table one --over [NAME] {doors}")).ok();
    let of_table = [
        "backup restore | confirmation | 0 | production: one out of [id]",
        "backup restore | backup | 1 | why-restore",
    ];
    assert_eq!(traces(), of_table);
    protected.run(&format!("backup restore --over [NAME] {doors}")).ok();
    let of_all = [
        "backup restore | confirmation | 0 | production: all of it out of [id]",
        "backup restore | backup | 1 | why-restore",
    ];
    assert_eq!(traces(), of_all, "the ledger of before is gone with what was there");
    let history = protected.run("history").ok().stdout();
    assert!(history.contains("why-restore"), "{history}");
}

fn the_law_holds(protected: &Protected) {
    no_path_leads_around(protected);
    each_door_opens_its_gate(protected);
    and_so_does_each_of_the_way_back(protected);
    a_restore_leaves_its_trace_in_what_came_out(protected);
}

#[test]
fn every_command_is_tried() {
    let known: BTreeSet<String> = PATHS.iter().map(|(line, _)| (*line).to_string()).collect();
    let commands = commands(&Project::new());
    let is_tried =
        |command: &&String| known.iter().any(|line| line == *command || line.starts_with(&format!("{command} ")));
    let untried: Vec<&String> = commands.iter().filter(|command| !is_tried(command)).collect();
    assert!(commands.len() > 35, "{commands:?}");
    assert!(untried.is_empty(), "not tried against a protected database: {untried:?}");
}

#[test]
fn the_law_holds_on_sqlite() {
    the_law_holds(&Protected::on_sqlite());
}

#[test]
fn the_law_holds_on_postgres() {
    let Some(protected) = Protected::on_postgres() else { return };
    the_law_holds(&protected);
}

#[test]
fn the_whole_way_is_one_command_on_postgres_too() {
    let Some(url) = fresh_database() else { return };
    let project = Project::new();
    project.write("whimbrel.toml", &format!("[environments.production]\nurl = \"{url}\"\nprotected = true\n"));
    project.revision("aaaa00000001", "none", "CREATE TABLE one (id INTEGER PRIMARY KEY)");
    project.whimbrel("upgrade").ok();
    execute(&url, "INSERT INTO one VALUES (1), (2)");
    project.revision("bbbb00000002", "aaaa00000001", "CREATE TABLE two (id INTEGER PRIMARY KEY)");
    let proved = project.whimbrel("upgrade --prove").ok().stdout();
    for stage in ["history", "review", "backup", "restored", "rehearsed", "bbbb"] {
        assert!(proved.contains(&format!("✓ {stage}")), "{stage}: {proved}");
    }
}
