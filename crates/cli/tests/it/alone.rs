//! A machine on which there is nothing but whimbrel: no PostgreSQL, no Python, no network.

use std::process::Command;

use insta::assert_snapshot;

use crate::project::{MODELS, Project};

/// Runs it with nothing in reach; without a network where the system lets a user take it away.
fn alone(project: &Project, line: &str) -> std::process::Output {
    let whimbrel = assert_cmd::cargo::cargo_bin!("whimbrel");
    let fenced = Command::new("unshare").args(["--map-root-user", "--net", "true"]).output();
    let fenced = fenced.is_ok_and(|output| output.status.success());
    let mut command = match fenced {
        true => Command::new("/usr/bin/env"),
        false => Command::new(whimbrel),
    };
    if fenced {
        command.args(["unshare", "--map-root-user", "--net"]).arg(whimbrel);
    }
    let path = if fenced { std::env::var_os("PATH").unwrap_or_default() } else { "".into() };
    command.args(line.split_whitespace()).current_dir(project.path("")).env_clear();
    // Only what starts it is looked for there; the program itself finds nothing to ask.
    command.env("PATH", path).env("HOME", project.path("")).output().unwrap()
}

#[test]
fn the_first_command_needs_nothing_else() {
    let project = Project::new();
    let tour = alone(&project, "tour --json");
    let told = String::from_utf8_lossy(&tour.stderr).into_owned();
    assert!(tour.status.success(), "{told}");
    let document: serde_json::Value = serde_json::from_slice(&tour.stdout).unwrap();
    assert!(document["result"]["scenes"].as_array().unwrap().len() > 10);

    let whimbrel = assert_cmd::cargo::cargo_bin!("whimbrel");
    let bare = Command::new(whimbrel).arg("tour").env_clear().env("PATH", "").output().unwrap();
    assert!(bare.status.success(), "{}", String::from_utf8_lossy(&bare.stderr));
}

#[test]
fn revisions_for_postgres_are_written_without_one() {
    let project = Project::new();
    project.write("models.py", MODELS);
    project.write("whimbrel.toml", "[migrations]\nengines = [\"postgres\"]\n");
    let written = alone(&project, "revision --autogenerate -m first --rev-id aaaa00000001");
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    assert!(project.read("migrations/aaaa_first.sql").contains("CREATE TABLE \"user\""));
    assert!(alone(&project, "check").status.success());
}

#[test]
fn what_only_an_engine_could_tell_is_said() {
    let project = Project::new();
    let schema = "CREATE TABLE a (id integer PRIMARY KEY, t text DEFAULT lower('X'));\n";
    project.write(
        "schema.sql",
        &format!("{schema}DO $$ BEGIN CREATE TABLE b (id int); END $$;\nCREATE TABLE c AS SELECT 1 AS x;\n"),
    );
    project.write("whimbrel.toml", "[migrations]\nengines = [\"postgres\"]\n");
    assert_snapshot!(project.whimbrel("revision --autogenerate -m first").screen(), @r"
    exit 2
    ── stderr ──
    error[unknown-statement]: not understood: a DO block can do anything
      ┌ schema.sql:2:1
      │
    2 │ DO $$ BEGIN CREATE TABLE b (id int); END $$;
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[unknown-statement]: not understood: the columns of CREATE TABLE AS follow from its query
      ┌ schema.sql:3:1
      │
    3 │ CREATE TABLE c AS SELECT 1 AS x;
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: PostgreSQL itself would be asked, on a scratch database: name a server with --url or --env
    ");
    project.write("whimbrel.toml", "[environments.dev]\nurl = \"postgresql://mia@127.0.0.1:1/mail\"\n");
    let unreachable = project.whimbrel("revision --autogenerate -m first").screen();
    assert_snapshot!(unreachable.replace(":1/", ":[port]/").replace(":1:", ":[port]:"), @r"
    exit 4
    ── stderr ──
    error[unknown-statement]: not understood: a DO block can do anything
      ┌ schema.sql:2:1
      │
    2 │ DO $$ BEGIN CREATE TABLE b (id int); END $$;
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[unknown-statement]: not understood: the columns of CREATE TABLE AS follow from its query
      ┌ schema.sql:3:1
      │
    3 │ CREATE TABLE c AS SELECT 1 AS x;
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[connection]: `postgresql://mia@[port]/mail` cannot be opened
      because   cannot connect to PostgreSQL at [port]: Connection refused (os error 111)
      detail    connecting to `mail` at [port] as `mia`
      hint      is the server running, and does it listen on that address and port?
      named by  environment `dev`
      needed    a scratch database there, to run what cannot be followed in memory
      next      pg_isready -h 127.0.0.1 -p [port]
    nothing was changed · exit 4
    ");

    // An expression that is written in other words: without the engine it counts as another, and that is said.
    project.write("schema.sql", schema);
    project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
    project.write("schema.sql", &schema.replace("lower('X')", "lower('X'::text) || ''"));
    assert_snapshot!(project.whimbrel("check --offline").screen(), @r#"
    exit 1
    ✗ models ↔ history: 1 difference
      the models ask for what no revision does:
        change column `a.t`: default lower('X') → lower('X'::text) || ''
      next  whimbrel revision --autogenerate -m "…"
    - history ↔ database: not compared, as asked
    ── stderr ──
    warning[unasked]: whether the expressions in `a` mean what they meant is not known: no database was asked
      help  they are taken to differ; PostgreSQL itself can tell: name a server with --url or --env
    "#);
    let generated = project.whimbrel("revision --autogenerate -m second --rev-id bbbb00000002").screen();
    assert_snapshot!(generated.replace(":1/", ":[port]/"), @r"
    exit 0
    1 change for PostgreSQL
      change column `a.t`: default lower('X') → lower('X'::text) || ''

    wrote migrations/bbbb_second.sql
    read it, then: whimbrel upgrade head
    ── stderr ──
    warning[unasked]: whether the expressions in `a` mean what they meant is not known: `postgresql://mia@[port]/mail` cannot be opened
      help  they are taken to differ; PostgreSQL itself can tell: name a server with --url or --env
    ");
}
