//! `whimbrel lint --fix`: what is dangerous in its safe form, in the words of the tool that runs the files.

use insta::assert_snapshot;

use crate::project::Project;

const RULES: &[&str] = &["index-blocks-writes", "foreign-key-blocks-writes", "cannot-run-in-transaction"];
const TABLES: &str = "CREATE TABLE account (id bigint PRIMARY KEY);\n\
                      CREATE TABLE email (id bigint PRIMARY KEY, subject text, account_id bigint);\n";
const KEY: &str = "ALTER TABLE email ADD CONSTRAINT fk FOREIGN KEY (account_id) REFERENCES account (id);\n";

#[test]
fn an_index_leaves_the_transaction_of_flyway() {
    let project = Project::with_rules(RULES);
    project.write("db/V1__tables.sql", TABLES);
    project.write("db/V2__index.sql", "CREATE INDEX ix ON email (subject);\r\n");
    let told = project.whimbrel("lint db");
    assert!(told.stdout().ends_with("\nnext  whimbrel lint --fix db\n"), "{}", told.stdout());
    let before = project.read("db/V2__index.sql");
    let shown = project.whimbrel("lint db --fix --dry-run");
    assert_eq!((shown.exit(), project.read("db/V2__index.sql")), (1, before));
    assert!(shown.stdout().contains("would be fixed: index-blocks-writes in `db/V2__index.sql`"), "{}", shown.stdout());
    let screen = project.whimbrel("lint db --fix").screen().replace('\r', "");
    assert_snapshot!(screen, @r"
    exit 0
    --- a/db/V2__index.sql
    +++ b/db/V2__index.sql
    @@ -1 +1,2 @@
    -CREATE INDEX ix ON email (subject);
    +-- flyway:executeInTransaction=false
    +CREATE INDEX CONCURRENTLY ix ON email (subject);

    fixed: index-blocks-writes in `db/V2__index.sql`: build it CONCURRENTLY, outside a transaction
    wrote db/V2__index.sql

    3 statements in 2 files: 3 safe · [duration]
    ");
    let fixed = "-- flyway:executeInTransaction=false\r\nCREATE INDEX CONCURRENTLY ix ON email (subject);\r\n";
    assert_eq!(project.read("db/V2__index.sql"), fixed);
    assert_eq!(project.list("db"), ["V1__tables.sql", "V2__index.sql"], "nothing is left beside them");
}

#[test]
fn what_has_to_follow_becomes_the_next_migration_or_is_printed() {
    let project = Project::with_rules(RULES);
    project.write("db/V1__tables.sql", TABLES);
    project.write("db/V2__key.sql", KEY);
    project.whimbrel("lint db --fix").ok();
    assert_eq!(project.list("db").len(), 3, "{:?}", project.list("db"));
    let next = project.list("db").into_iter().find(|name| name.starts_with("V3__")).unwrap();
    assert_eq!(project.read(&format!("db/{next}")), "ALTER TABLE email VALIDATE CONSTRAINT fk;\n");
    assert!(project.read("db/V2__key.sql").contains("NOT VALID"));

    project.write("other/V1__tables.sql", TABLES);
    project.write("other/V2__key.sql", KEY);
    project.write("other/V3__later.sql", "SELECT 1;\n");
    let screen = project.whimbrel("lint other --fix").screen();
    assert!(screen.contains("no name for that file is certain: `V3__later.sql` comes after it"), "{screen}");
    assert!(screen.contains("  ALTER TABLE email VALIDATE CONSTRAINT fk;"), "{screen}");
    assert_eq!(project.list("other").len(), 3);
}

#[test]
fn a_revision_is_followed_by_new_ones_and_then_by_its_children() {
    let project = Project::with_rules(RULES);
    project.revision_of("aaaa00000001", "none", "tables", TABLES, "DROP TABLE email;");
    project.revision_of("bbbb00000002", "aaaa00000001", "key", KEY, "ALTER TABLE email DROP CONSTRAINT fk;");
    project.revision_of("cccc00000003", "bbbb00000002", "later", "SELECT 1;", "SELECT 1;");
    project.whimbrel("lint --fix").ok();
    let history = project.whimbrel("history --json").ok().json();
    let parents = |id: &str| -> Vec<String> {
        let revisions = history["result"]["revisions"].as_array().unwrap();
        let revision = revisions.iter().find(|revision| revision["id"] == id).unwrap();
        revision["parents"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_string()).collect()
    };
    assert_eq!(history["result"]["revisions"].as_array().unwrap().len(), 4);
    let [new] = parents("cccc00000003").try_into().unwrap();
    assert_eq!(parents(&new), ["bbbb00000002"]);
    let names = project.list("migrations");
    let file = names.iter().find(|name| new.starts_with(name.split('_').next().unwrap())).unwrap();
    assert!(
        project
            .read(&format!("migrations/{file}"))
            .contains("\n-- upgrade\nALTER TABLE email VALIDATE CONSTRAINT fk;\n")
    );
    assert!(project.whimbrel("lint").ok().stdout().contains("safe"));
}

#[test]
fn nothing_is_written_where_nothing_is_certain() {
    let project = Project::with_rules(&["unknown-statement"]);
    project.write("a.sql", "DO $$ BEGIN END $$;\n");
    let ran = project.whimbrel("lint a.sql --fix");
    assert_eq!(ran.exit(), 1);
    assert!(ran.stdout().starts_with("nothing here has a fix that is certain\n"), "{}", ran.stdout());
    assert_eq!(project.whimbrel("lint - --fix").exit(), 2);
}

#[test]
fn an_index_of_a_partitioned_table_is_built_partition_by_partition() {
    let project = Project::with_rules(&["index-blocks-writes", "no-lock-timeout"]);
    project.write(
        "db/V1__tables.sql",
        "CREATE TABLE event (at date NOT NULL, kind text) PARTITION BY RANGE (at);
         CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
         CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    );
    project.write("db/V2__index.sql", "CREATE INDEX ix_kind ON event (kind);\n");
    let screen = project.whimbrel("lint db --fix").screen();
    assert!(screen.contains("CONCURRENTLY on each of its 2 partitions, and attach those"), "{screen}");
    let named = |start: &str| project.list("db").into_iter().find(|name| name.starts_with(start)).unwrap();
    let read = |start: &str| project.read(&format!("db/{}", named(start)));
    assert_eq!(read("V2__"), "SET LOCAL lock_timeout = '50ms';\nCREATE INDEX ix_kind ON ONLY event (kind);\n");
    let alone = "-- flyway:executeInTransaction=false\n";
    assert_eq!(read("V3__"), format!("{alone}CREATE INDEX CONCURRENTLY event_1_kind_idx ON event_1 (kind);\n"));
    assert_eq!(read("V4__"), format!("{alone}CREATE INDEX CONCURRENTLY event_2_kind_idx ON event_2 (kind);\n"));
    let attach = "SET LOCAL lock_timeout = '50ms';\nALTER INDEX ix_kind ATTACH PARTITION event_1_kind_idx;\n";
    assert_eq!(read("V5__"), attach);
    assert_eq!(project.list("db").len(), 6);
    assert!(project.whimbrel("lint db").ok().stdout().contains("safe"));

    // Where nobody knows the table, or its partitions, that is said.
    let alone = project.given("lint - --engine postgres", b"CREATE INDEX ix_kind ON event (kind);").screen();
    assert!(alone.contains("No fix is offered: `event` is not known from these files"), "{alone}");
}

#[test]
fn what_a_tool_cannot_run_so_is_said_and_left() {
    let rules = ["unique-blocks", "unbatched-change", "new-column-rewrites", "no-lock-timeout"];
    let project = Project::with_rules(&rules);
    project.write("db/V1__tables.sql", TABLES);
    project.write("db/V2__key.sql", "ALTER TABLE email ADD CONSTRAINT one UNIQUE (subject);\n");
    let screen = project.whimbrel("lint db --fix --layout refinery --engine postgres").screen();
    assert!(
        screen.contains("[unique-blocks] in `db/V2__key.sql`: refinery runs every migration in a transaction"),
        "{screen}"
    );
    assert_eq!(project.list("db").len(), 2);

    // `-- backfill` is a comment to other tools: whoever ran it would change all rows at once after all.
    project.write("fly/V1__tables.sql", TABLES);
    project.write("fly/V2__fill.sql", "SET LOCAL lock_timeout = '1s';\nUPDATE email SET subject = '';\n");
    project.write(
        "fly/V3__luck.sql",
        "SET LOCAL lock_timeout = '1s';\nALTER TABLE email ADD COLUMN luck float8 DEFAULT random();\n",
    );
    let screen = project.whimbrel("lint fly --fix --engine postgres").screen();
    assert!(screen.contains("safe way: change a few thousand rows at a time, by the key"), "{screen}");
    assert!(
        screen.contains("[new-column-rewrites] in `fly/V3__luck.sql`: it would bring `unbatched-change`"),
        "{screen}"
    );
    assert_eq!(project.list("fly").len(), 3);
}

#[test]
fn what_comes_first_stands_above_a_block_of_goose() {
    let project = Project::with_rules(&["no-lock-timeout"]);
    project.write("db/1_tables.sql", &format!("-- +goose Up\n{TABLES}"));
    let block = "-- +goose StatementBegin\nALTER TABLE email ADD COLUMN read_at date;\n-- +goose StatementEnd\n";
    project.write("db/2_column.sql", &format!("-- +goose Up\n{block}"));
    project.whimbrel("lint db --fix --engine postgres").ok();
    let fixed = format!("-- +goose Up\nSET LOCAL lock_timeout = '50ms';\n{block}");
    assert_eq!(project.read("db/2_column.sql"), fixed);
}
