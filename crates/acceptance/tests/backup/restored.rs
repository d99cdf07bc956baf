use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::backup::{
    Shelf, cases, comes_out_equal, go_on, one_table_comes_out, only_affected_rows_are_copied,
};
use whimbrel_acceptance::database::{Journal, SQLITE};
use whimbrel_run::backup::{BackupError, Scope, Standing};
use whimbrel_schema::{Engine, ObjectName};

const JOURNALS: [Journal; 3] = [Journal::Rollback, Journal::Wal, Journal::Memory];

#[test]
fn what_comes_out_is_what_went_in() -> Result<()> {
    for case in cases(Engine::Sqlite)? {
        for (from, to) in JOURNALS.into_iter().flat_map(|from| JOURNALS.map(|to| (from, to))) {
            let (mut source, mut target) = (SQLITE.sqlite(from)?, SQLITE.sqlite(to)?);
            source.driver.execute_script(&case.script)?;
            comes_out_equal(source.driver.as_mut(), target.driver.as_mut())
                .with_context(|| format!("{}, from {from:?} to {to:?}", case.name))?;
        }
    }
    Ok(())
}

#[test]
fn pages_of_another_size_and_texts_in_another_encoding_come_out_too() -> Result<()> {
    for (settings, journal) in [("PRAGMA page_size = 512", "wal"), ("PRAGMA encoding = 'UTF-16le'", "delete")] {
        let (mut source, mut target) = (SQLITE.sqlite(Journal::Memory)?, SQLITE.sqlite(Journal::Wal)?);
        let script = format!("{settings}; CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('Grüße 🦢'), (1), (x'00')");
        source.driver.execute_script(&script)?;
        target.driver.query(&format!("PRAGMA journal_mode = {journal}"), &[])?;
        // So that its own pages are there already.
        target.driver.execute_script("CREATE TABLE t (a); DROP TABLE t")?;
        comes_out_equal(source.driver.as_mut(), target.driver.as_mut()).context(settings)?;
        let mode = target.driver.query("PRAGMA journal_mode", &[])?;
        assert_eq!(mode[0][0].as_deref(), Some(journal));
    }
    Ok(())
}

#[test]
fn one_table_comes_out_and_the_others_stay() -> Result<()> {
    let spoilt = [
        (
            "values",
            "value",
            "UPDATE value SET any = text WHERE id > 3; DELETE FROM value WHERE id = 1; DELETE FROM twice",
        ),
        ("tables", "parent", "UPDATE parent SET name = name || '!'; INSERT INTO child (cents) VALUES (5)"),
        ("tables", "child", "DELETE FROM child; UPDATE parent SET name = 'x' || id"),
        ("tables", "pair", "DELETE FROM pair WHERE b = 1"),
        ("tables", "numbered_by_itself", "DELETE FROM numbered_by_itself"),
        ("names", "with \"quotes\" and 'more'", "DELETE FROM \"with \"\"quotes\"\" and 'more'\"; DELETE FROM rowid"),
        ("names", "rowid", "DELETE FROM rowid"),
        ("search", "post", "DELETE FROM post; DELETE FROM note"),
        ("search", "place", "DELETE FROM place WHERE id = 1"),
    ];
    let cases = cases(Engine::Sqlite)?;
    for (name, table, spoil) in spoilt {
        let case = cases.iter().find(|case| case.name == name).context(name)?;
        let (mut source, mut target) = (SQLITE.sqlite(Journal::Rollback)?, SQLITE.sqlite(Journal::Rollback)?);
        source.driver.execute_script(&case.script)?;
        one_table_comes_out(source.driver.as_mut(), target.driver.as_mut(), &ObjectName::new(table), spoil)
            .with_context(|| format!("`{table}` of {name}"))?;
        if table == "numbered_by_itself" {
            let numbers = target.driver.query("SELECT rowid FROM numbered_by_itself ORDER BY 1", &[])?;
            let numbers: Vec<&str> = numbers.iter().filter_map(|row| row[0].as_deref()).collect();
            assert_eq!(numbers, ["-3", "7", "1000000"]);
        }
        if table == "parent" {
            target.driver.execute("INSERT INTO parent (name) VALUES ('new')")?;
            let last = target.driver.query("SELECT max(id) FROM parent", &[])?;
            assert_eq!(last[0][0].as_deref(), Some("4"), "a number was given twice");
        }
        if table == "post" {
            for driver in [source.driver.as_mut(), target.driver.as_mut()] {
                let found = driver.query("SELECT title FROM post WHERE post MATCH 'migrating'", &[])?;
                assert_eq!(found, [[Some("Whimbrels".to_owned())]], "the search finds nothing");
            }
        }
        let checked = target.driver.query("PRAGMA integrity_check", &[])?;
        assert_eq!(checked, [[Some("ok".to_owned())]], "{table}");
    }
    Ok(())
}

#[test]
fn one_table_that_is_another_here_is_refused() -> Result<()> {
    let (mut source, mut target) = (SQLITE.database()?, SQLITE.database()?);
    source.driver.execute_script("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2)")?;
    target.driver.execute_script("CREATE TABLE t (a, c); INSERT INTO t VALUES (1, 2)")?;
    let before = target.driver.contents(None, &mut go_on)?;
    let shelf = Shelf::new()?;
    let backup = shelf.take(source.driver.as_mut(), Scope::Full)?;
    let name = target.driver.database();
    for (table, told) in [("t", "`t` has other columns here than in the backup"), ("u", "there is no table `u`")] {
        let only = [ObjectName::new(table)];
        let refused = shelf.restore(target.driver.as_mut(), &backup, Some(&only), Some(&name)).unwrap_err();
        assert!(refused.to_string().starts_with(told), "{refused}");
        assert_eq!(target.driver.contents(None, &mut go_on)?, before);
    }
    Ok(())
}

#[test]
fn the_affected_tables_come_out_with_the_whole_schema() -> Result<()> {
    let cases = cases(Engine::Sqlite)?;
    for (name, tables) in [("tables", &["parent", "child"][..]), ("names", &["a.b"]), ("search", &["note"])] {
        let case = cases.iter().find(|case| case.name == name).context(name)?;
        let (mut source, mut target) = (SQLITE.database()?, SQLITE.database()?);
        source.driver.execute_script(&case.script)?;
        source.driver.execute_script("CREATE TABLE large (a); INSERT INTO large VALUES (zeroblob(2000000))")?;
        let tables: Vec<ObjectName> = tables.iter().map(|name| ObjectName::new(*name)).collect();
        only_affected_rows_are_copied(source.driver.as_mut(), target.driver.as_mut(), &tables).context(name)?;
        let pages =
            target.driver.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", &[])?;
        let bytes: u64 = pages[0][0].as_deref().unwrap_or_default().parse()?;
        ensure!(bytes < 1_000_000, "the room of the rows that were left out is still taken: {bytes} bytes");
    }
    Ok(())
}

#[test]
fn a_damaged_database_makes_no_backup() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let url = format!("sqlite:///{}", path.display());
    let mut driver = whimbrel_acceptance::database::open(&url)?;
    driver.execute_script(
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ix ON t (b); \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
         INSERT INTO t SELECT i, 'value ' || i FROM n",
    )?;
    drop(driver);
    let mut bytes = std::fs::read(&path)?;
    // A value in the table that the index has otherwise.
    let needle = b"value 1234";
    let at = bytes.windows(needle.len()).position(|window| window == needle).context("the value is not there")?;
    bytes[at + 6] = b'9';
    std::fs::write(&path, bytes)?;
    let shelf = Shelf::new()?;
    let error = shelf.take(whimbrel_acceptance::database::open(&url)?.as_mut(), Scope::Full).unwrap_err();
    assert!(error.to_string().starts_with("the database is damaged, and so is every copy of it"), "{error}");
    assert!(shelf.left()?.is_empty(), "{:?}", shelf.left()?);
    Ok(())
}

#[test]
fn a_restore_that_gives_something_else_is_told_and_remembered() -> Result<()> {
    let (mut source, mut target) = (SQLITE.database()?, SQLITE.database()?);
    source.driver.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")?;
    let shelf = Shelf::new()?;
    let backup = shelf.take(source.driver.as_mut(), Scope::Full)?;
    // A manifest that says otherwise, with a hash that is its own.
    let path = backup.path.join("manifest.json");
    let text = std::fs::read_to_string(&path)?.replace("\"rows\": 2", "\"rows\": 3");
    std::fs::write(&path, &text)?;
    let sum = std::process::Command::new("sha256sum").arg("manifest.json").current_dir(&backup.path).output()?;
    std::fs::write(backup.path.join("manifest.json.sha256"), sum.stdout)?;
    let backup = shelf.backups.find("latest")?;
    let error = shelf.restore(target.driver.as_mut(), &backup, None, None).unwrap_err();
    assert!(matches!(error, BackupError::Unequal { .. }), "{error}");
    assert!(error.to_string().ends_with("`t` has 2 rows where 3 were copied"), "{error}");
    assert!(matches!(backup.standing(), Standing::Unequal(_)));
    Ok(())
}

#[test]
fn another_engines_backup_is_refused() -> Result<()> {
    let (mut source, mut target) = (SQLITE.database()?, SQLITE.database()?);
    source.driver.execute_script("CREATE TABLE t (a); INSERT INTO t VALUES (1)")?;
    let shelf = Shelf::new()?;
    let mut backup = shelf.take(source.driver.as_mut(), Scope::Full)?;
    backup.manifest.engine = Engine::Postgres;
    let error = shelf.restore(target.driver.as_mut(), &backup, None, None).unwrap_err();
    assert!(error.to_string().ends_with("is of PostgreSQL, and this database is SQLite"), "{error}");
    Ok(())
}
