//! `whimbrel lint --url`: sizes and settings of a live database sharpen what is said.

use crate::postgres::{execute, fresh_database};
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

#[test]
fn a_mysql_url_says_which_engine_and_that_nothing_is_asked_of_it_yet() {
    let project = Project::new();
    project.write("a.sql", "ALTER TABLE email MODIFY size bigint;\n");
    for url in ["mysql://root@localhost:1/app", "mariadb+pymysql://root:secret@localhost:1/app"] {
        let asked = project.whimbrel(&format!("lint a.sql --url {url}"));
        let screen = asked.screen();
        assert_eq!(asked.exit(), 1, "{screen}");
        assert!(screen.contains("MySQL is not asked for sizes and settings yet"), "{screen}");
        assert!(screen.contains("care[copy-blocks-writes]"), "{screen}");
        // What a URL cannot tell, none is asked for.
        assert!(screen.contains("so the worst is assumed\n") && !screen.contains("--url tells"), "{screen}");
    }
    let other = project.whimbrel("lint a.sql --engine postgres --url mysql://localhost/app");
    assert_eq!(other.exit(), 2);
    assert!(other.stderr().contains("the SQL is for PostgreSQL, and the database is MySQL"), "{}", other.stderr());
}
