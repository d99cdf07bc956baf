//! `whimbrel lint --url`: sizes and settings of a live database sharpen what is said.

use crate::postgres::{execute, fresh_database, rows};
use crate::project::Project;

#[test]
fn a_small_table_is_no_matter_and_a_large_one_is_told_with_its_size() {
    let Some(url) = fresh_database() else { return };
    execute(
        &url,
        "CREATE TABLE small (id bigint); CREATE TABLE large (id bigint);
         INSERT INTO small VALUES (1); INSERT INTO large SELECT generate_series(1, 400000);
         ANALYZE small; ANALYZE large",
    );
    let project = Project::new();
    project.write("a.sql", "CREATE INDEX ix_small ON small (id);\nCREATE INDEX ix_large ON large (id);\n");
    let known = project.whimbrel(&format!("lint a.sql --url {url}")).screen();
    assert!(known.contains("advice[index-blocks-writes]: creating index `ix_small`"), "{known}");
    assert!(known.contains("care[index-blocks-writes]: creating index `ix_large`"), "{known}");
    assert!(known.contains("`large` has 400,000 rows ("), "{known}");
    assert!(known.contains("sizes and settings are those of PostgreSQL"), "{known}");
    let unknown = project.whimbrel("lint a.sql --engine postgres").screen();
    assert!(unknown.contains("care[index-blocks-writes]: creating index `ix_small`"), "{unknown}");
    // The database that is merely configured may be anybody's.
    let configured = project.variable("DATABASE_URL", &url).whimbrel("lint a.sql").screen();
    assert!(configured.contains("care[index-blocks-writes]: creating index `ix_small`"), "{configured}");
}

#[test]
fn a_sqlite_file_is_asked_without_being_read_whole() {
    let project = Project::new();
    project.sql(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO a SELECT i, i FROM n;",
    );
    project.write("a.sql", "CREATE INDEX ix_a ON a (t);\n");
    let document = project.whimbrel("lint a.sql --url sqlite:///app.db --json").json();
    let statement = &document["result"]["files"][0]["statements"][0];
    let touches = statement["touches"].as_array().unwrap();
    let estimated = touches.iter().find(|touch| touch["relation"] == "a").unwrap();
    assert!(estimated["estimated_ms"].is_u64(), "{touches:?}");
    let text = project.whimbrel("lint a.sql --url sqlite:///app.db").screen();
    assert!(text.contains("sizes and settings are those of SQLite"), "{text}");
    let other = project.whimbrel("lint a.sql --engine postgres --url sqlite:///app.db");
    assert_eq!(other.exit(), 2);
    assert!(other.stderr().contains("the SQL is for PostgreSQL, and the database is SQLite"), "{}", other.stderr());
}

/// Whatever the database has that the files do not say.
const THERE: &str = "
    CREATE TABLE box (id bigint PRIMARY KEY);
    CREATE TABLE email (id bigint PRIMARY KEY, subject text, body text, box_id bigint CONSTRAINT email_box REFERENCES box,
        twice bigint GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT body_set CHECK (body IS NOT NULL));
    INSERT INTO email SELECT n, n, n FROM generate_series(1, 400000) n;
    CREATE VIEW inbox AS SELECT id, subject FROM email;
    CREATE INDEX ix_half ON email (subject);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_half'::regclass;
    CREATE TABLE event (id bigint, kind text) PARTITION BY RANGE (id);
    CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (1) TO (400001);
    INSERT INTO event SELECT n, n FROM generate_series(1, 400000) n;
    ANALYZE";

#[test]
fn what_the_database_has_decides() {
    let Some(url) = fresh_database() else { return };
    execute(&url, THERE);
    let project = Project::new();
    project.write("proved.sql", "ALTER TABLE email ALTER COLUMN body SET NOT NULL;\n");
    project.write("scan.sql", "ALTER TABLE email ALTER COLUMN subject SET NOT NULL;\n");
    project.write("half.sql", "CREATE INDEX IF NOT EXISTS ix_half ON email (subject);\n");
    project.write("key.sql", "ALTER TABLE email DROP CONSTRAINT email_box;\n");
    project.write("view.sql", "ALTER TABLE email DROP COLUMN subject;\n");
    project.write("prepared.sql", "ALTER TABLE email ADD COLUMN read_at date;\n");
    project.write("parts.sql", "CREATE INDEX ix_kind ON event (kind);\n");
    project.write("nothing.sql", "DROP TABLE IF EXISTS nothing;\nALTER TABLE IF EXISTS nothing DROP COLUMN id;\n");
    let told = |file: &str, how: &str| project.whimbrel(&format!("lint {file} {how}")).screen();
    let live = |file: &str| told(file, &format!("--url {url}"));
    let alone = |file: &str| told(file, "--engine postgres");

    let scan = "[not-null-scan-blocks]";
    assert!(alone("proved.sql").contains(scan) && !live("proved.sql").contains(scan), "{}", live("proved.sql"));
    // A tenth of a second is no matter.
    assert!(alone("scan.sql").contains("care[not-null"), "{}", alone("scan.sql"));
    assert!(live("scan.sql").contains("advice[not-null-scan-blocks]"), "{}", live("scan.sql"));
    assert!(live("half.sql").contains("`ix_half` is there and invalid"), "{}", live("half.sql"));
    assert!(live("key.sql").contains("blocks every read and write of `box` too"), "{}", live("key.sql"));
    let view = live("view.sql");
    assert!(view.contains("it is refused: view `inbox` reads it"), "{view}");
    assert!(live("prepared.sql").contains("[breaks-prepared-statements]"), "{}", live("prepared.sql"));
    assert!(
        live("prepared.sql").contains("neither this server nor this user has a lock_timeout"),
        "{}",
        live("prepared.sql")
    );
    let parts = told("parts.sql", &format!("--url {url} --fix --dry-run"));
    assert!(parts.contains("CREATE INDEX CONCURRENTLY event_1_kind_idx ON event_1 (kind);"), "{parts}");
    let major: u32 = rows(&url, "SHOW server_version_num").parse::<u32>().unwrap() / 10_000;
    for (since, sql) in [
        (14, "ALTER TABLE event DETACH PARTITION event_1 CONCURRENTLY;\n"),
        (17, "ALTER TABLE email ALTER COLUMN twice SET EXPRESSION AS (id * 3);\n"),
        (18, "ALTER TABLE email ADD COLUMN kilo bigint GENERATED ALWAYS AS (id * 1000) VIRTUAL;\n"),
    ] {
        project.write("new.sql", sql);
        assert_eq!(live("new.sql").contains("[unsupported]"), major < since, "{sql} on {major}: {}", live("new.sql"));
        assert!(!alone("new.sql").contains("[unsupported]"), "{}", alone("new.sql"));
    }
    assert!(alone("nothing.sql").contains("[drop-table]"), "{}", alone("nothing.sql"));
    assert!(live("nothing.sql").contains("2 statements in 1 file: 2 safe"), "{}", live("nothing.sql"));
}

#[test]
fn a_partition_that_no_file_makes_gets_its_index_too() {
    let Some(url) = fresh_database() else { return };
    execute(&url, THERE);
    execute(&url, "CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (400001) TO (500001)");
    let project = Project::new();
    project.write(
        "db/V1__tables.sql",
        "CREATE TABLE event (id bigint, kind text) PARTITION BY RANGE (id);
         CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (1) TO (400001);",
    );
    project.write("db/V2__index.sql", "SET LOCAL lock_timeout = '1s';\nCREATE INDEX ix_kind ON event (kind);\n");
    let screen = project.whimbrel(&format!("lint db --url {url} --fix")).screen();
    assert!(screen.contains("on each of its 2 partitions"), "{screen}");
    let files: Vec<String> = project.list("db").iter().map(|name| project.read(&format!("db/{name}"))).collect();
    let builds = "CREATE INDEX CONCURRENTLY event_2_kind_idx ON event_2 (kind);";
    assert!(files.iter().any(|text| text.contains(builds)), "{files:#?}");
    // What it wrote is what the server takes, one file after the other.
    for text in files.iter().skip(1) {
        execute(&url, &text.replace("SET LOCAL", "SET"));
    }
    let valid = rows(&url, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_kind'::regclass");
    assert_eq!(valid, "t");
}
