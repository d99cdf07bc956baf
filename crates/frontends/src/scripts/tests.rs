use std::path::PathBuf;

use super::*;

fn file(path: &str, text: &str) -> File {
    File::new(PathBuf::from(path), text)
}

/// What runs on the way up: the text of each part, and whether in a transaction.
fn up(layout: Layout, path: &str, text: &str) -> Vec<(String, bool)> {
    let file = file(path, text);
    let parts = layout.parts(&file).into_iter();
    parts.map(|part| (text[part.span].trim().to_string(), part.transaction)).collect()
}

fn one(text: &str, transaction: bool) -> Vec<(String, bool)> {
    vec![(text.to_string(), transaction)]
}

#[test]
fn layouts_are_recognised_by_names_and_markers() {
    let revision = "\n-- revision: aaaa00000001\n-- parents: none\n\n-- upgrade\nSELECT 1;\n";
    let cases: &[(&str, &str, Layout)] = &[
        ("m/aaaa_first.sql", revision, Layout::Whimbrel),
        ("m/V1__first.sql", "", Layout::Flyway),
        ("m/R__views.sql", "", Layout::Flyway),
        ("m/20260101_first.sql", "-- migrate:up\nSELECT 1;", Layout::Dbmate),
        ("m/00001_first.sql", "-- +goose Up\nSELECT 1;", Layout::Goose),
        ("m/00001_first.sql", "SELECT 1;", Layout::Sqlx),
        ("m/00001_first.up.sql", "SELECT 1;", Layout::GolangMigrate),
        ("m/00001_first.up.sql", "-- no-transaction\nSELECT 1;", Layout::Sqlx),
        ("m/2026-01-01-000000_first/up.sql", "", Layout::Diesel),
        ("m/20260101_first/migration.sql", "", Layout::Prisma),
        ("m/20260101_first.sql", "-- atlas:txmode none\nSELECT 1;", Layout::Atlas),
        ("m/first.sql", "SELECT 1;", Layout::Plain),
    ];
    for (path, text, layout) in cases {
        assert_eq!(Layout::recognise(&[file(path, text)]), *layout, "{path}");
    }
    for layout in Layout::ALL {
        assert_eq!(layout.word().parse(), Ok(layout));
    }
}

#[test]
fn flyway_runs_versions_by_their_numbers_and_repeatable_ones_last() {
    let names = ["R__a.sql", "V10__x.sql", "V2__x.sql", "V2.0.1__x.sql", "V2_0_0__b.sql", "U2__x.sql", "notes.sql"];
    let mut places = Vec::new();
    let (mut down, mut strangers) = (0, 0);
    for name in names {
        match Layout::Flyway.role(&file(name, "")) {
            Role::Up(place) => places.push(place),
            Role::Down => down += 1,
            Role::Stranger => strangers += 1,
        }
    }
    places.sort();
    let order: Vec<&str> = places.iter().map(|place| place.name.as_str()).collect();
    assert_eq!(order, ["V2_0_0__b.sql", "V2__x.sql", "V2.0.1__x.sql", "V10__x.sql", "R__a.sql"]);
    assert_eq!((down, strangers), (1, 1));
}

#[test]
fn transactions_are_those_of_the_tool() {
    let sql = "CREATE INDEX i ON t (a);";
    assert_eq!(up(Layout::Flyway, "V1__x.sql", sql), one(sql, true));
    let text = format!("-- flyway:executeInTransaction=false\n{sql}");
    assert_eq!(up(Layout::Flyway, "V1__x.sql", &text), one(&text, false));
    let configured = File { beside: Some("executeInTransaction = false\n".into()), ..file("V1__x.sql", sql) };
    assert!(!Layout::Flyway.parts(&configured)[0].transaction);
    let text = format!("-- migrate:up transaction:false\n{sql}\n-- migrate:down\nDROP INDEX i;\n");
    assert_eq!(up(Layout::Dbmate, "1_x.sql", &text), one(sql, false));
    let text = format!("-- migrate:up\n{sql}\n\n-- migrate:down\n");
    assert_eq!(up(Layout::Dbmate, "1_x.sql", &text), one(sql, true));
    let text = format!("-- no-transaction\n{sql}");
    assert_eq!(up(Layout::Sqlx, "1_x.sql", &text), one(&text, false));
    assert_eq!(up(Layout::Sqlx, "1_x.sql", sql), one(sql, true));
    let meta = File { beside: Some("run_in_transaction = false\n".into()), ..file("a/up.sql", sql) };
    assert!(!Layout::Diesel.parts(&meta)[0].transaction);
    assert_eq!(up(Layout::Diesel, "a/up.sql", sql), one(sql, true));
    assert_eq!(up(Layout::Atlas, "1_x.sql", sql), one(sql, true));
    assert_eq!(up(Layout::Refinery, "V1__x.sql", sql), one(sql, true));
    assert_eq!(up(Layout::Plain, "x.sql", sql), one(sql, false));
}

#[test]
fn goose_says_what_one_statement_is() {
    let text = "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- +goose StatementBegin\nBEGIN; END;\n\
                -- +goose StatementEnd\nSELECT 2;\n-- +goose Down\nSELECT 3;\n";
    let parts = Layout::Goose.parts(&file("1_x.sql", text));
    let told: Vec<(&str, bool, bool)> =
        parts.iter().map(|part| (text[part.span.clone()].trim(), part.whole, part.transaction)).collect();
    assert_eq!(told, [("SELECT 1;", false, false), ("BEGIN; END;", true, false), ("SELECT 2;", false, false)]);
}

#[test]
fn an_engine_is_recognised_only_where_it_is_certain() {
    use whimbrel_schema::Engine;
    let engine = |text: &str| recognise_engine([&file("x.sql", text)]);
    assert_eq!(engine("CREATE INDEX CONCURRENTLY i ON t (a)"), Some(Engine::Postgres));
    assert_eq!(engine("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)"), Some(Engine::Sqlite));
    assert_eq!(engine("CREATE TABLE `t` (id INT UNSIGNED) ENGINE=InnoDB"), Some(Engine::Mysql));
    assert_eq!(engine("CREATE TABLE t (a text DEFAULT 'jsonb') -- serial"), None);
    assert_eq!(engine("PRAGMA x; CREATE TABLE t (a jsonb)"), None);
}
