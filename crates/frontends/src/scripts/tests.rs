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

#[test]
fn a_statement_leaves_its_transaction_in_the_words_of_the_tool() {
    let dialect = whimbrel_engines::dialect(whimbrel_schema::Engine::Postgres).unwrap();
    let sql = "CREATE INDEX CONCURRENTLY i ON t (a);\n";
    let fixed = format!("-- transaction: none\n{sql}");
    let own = |layout: Layout, path: &str, text: &str| {
        in_own_words(&file(path, text), layout, dialect).map(|file| (file.text.to_string(), file.beside))
    };
    let said = |text: String| Some((text, None));
    let line = |line: &str| said(format!("{line}\n{sql}"));
    assert_eq!(own(Layout::Flyway, "V1__x.sql", &fixed), line("-- flyway:executeInTransaction=false"));
    assert_eq!(own(Layout::Sqlx, "1_x.sql", &fixed), line("-- no-transaction"));
    assert_eq!(own(Layout::Plain, "x.sql", &fixed), said(sql.to_string()));
    let one_of_two = format!("SELECT 1;\n{fixed}");
    assert_eq!(own(Layout::Plain, "x.sql", &one_of_two), said(format!("SELECT 1;\n{sql}")));
    assert_eq!(own(Layout::Prisma, "x.sql", &one_of_two), None);
    let up = format!("-- migrate:up\n{fixed}-- migrate:down\nDROP INDEX i;\n");
    let marked = format!("-- migrate:up transaction:false\n{sql}-- migrate:down\nDROP INDEX i;\n");
    assert_eq!(own(Layout::Dbmate, "1_x.sql", &up), said(marked));
    let up = format!("-- +goose Up\n{fixed}-- +goose Down\nDROP INDEX i;\n");
    let marked = format!("-- +goose NO TRANSACTION\n-- +goose Up\n{sql}-- +goose Down\nDROP INDEX i;\n");
    assert_eq!(own(Layout::Goose, "1_x.sql", &up), said(marked));
    let diesel = own(Layout::Diesel, "a/up.sql", &fixed).unwrap();
    assert_eq!((diesel.0.as_str(), diesel.1.as_deref()), (sql, Some("run_in_transaction = false\n")));
    // Another statement would no longer be undone with it.
    assert_eq!(own(Layout::Flyway, "V1__x.sql", &format!("SELECT 1;\n{fixed}")), None);
    assert_eq!(own(Layout::Refinery, "V1__x.sql", &fixed), None);
    // To another tool, the line is a comment: the statement is in its transaction.
    let comment = file("V1__x.sql", &fixed);
    let script = cut(comment.path.clone(), comment.text.clone(), &Layout::Flyway.parts(&comment), dialect);
    assert_eq!(script.statements[0].transaction, Some(0));
}

#[test]
fn what_follows_gets_the_next_name_where_that_is_safe() {
    use whimbrel_plan::review::Followup;
    let then = [Followup {
        message: "validate it".to_string(),
        statements: vec!["ALTER TABLE a VALIDATE CONSTRAINT b".to_string()],
        no_transaction: false,
        undo: Vec::new(),
    }];
    let next = |layout: Layout, path: &str, text: &str, others: &[&str]| {
        let others: Vec<File> = others.iter().map(|path| file(path, text)).collect();
        let files = following(layout, &file(path, text), &others, &then)?;
        Ok::<_, String>(files.into_iter().map(|new| new.path.display().to_string()).collect::<Vec<_>>())
    };
    let one = |path: &str| Ok(vec![path.to_string()]);
    assert_eq!(next(Layout::Flyway, "m/V09__a.sql", "", &["m/V8__b.sql", "m/R__c.sql"]), one("m/V10__validate_it.sql"));
    assert_eq!(next(Layout::Flyway, "m/V1.9__a.sql", "", &[]), one("m/V1.10__validate_it.sql"));
    assert_eq!(
        next(Layout::Dbmate, "m/20260101120000_a.sql", "-- migrate:up\n", &[]),
        one("m/20260101120001_validate_it.sql")
    );
    assert_eq!(next(Layout::Sqlx, "m/0009_a.sql", "", &[]), one("m/0010_validate_it.sql"));
    assert_eq!(
        next(Layout::GolangMigrate, "m/000001_a.up.sql", "", &[]),
        Ok(vec!["m/000002_validate_it.up.sql".to_string(), "m/000002_validate_it.down.sql".to_string()])
    );
    assert_eq!(
        next(Layout::Diesel, "m/2026-01-01-000000_a/up.sql", "", &[]),
        Ok(vec![
            "m/2026-01-01-000001_validate_it/up.sql".to_string(),
            "m/2026-01-01-000001_validate_it/down.sql".to_string()
        ])
    );
    assert_eq!(
        next(Layout::Prisma, "m/20260101_a/migration.sql", "", &[]),
        one("m/20260102_validate_it/migration.sql")
    );
    let later = next(Layout::Flyway, "m/V1__a.sql", "", &["m/V2__b.sql"]);
    assert_eq!(later, Err("`V2__b.sql` comes after it, and may have been applied already".to_string()));
    assert!(next(Layout::Plain, "a.sql", "", &[]).is_err() && next(Layout::Flyway, "R__a.sql", "", &[]).is_err());
}
