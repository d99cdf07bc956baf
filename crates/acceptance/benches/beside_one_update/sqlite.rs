use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;

use crate::load::beside;
use crate::{Run, milliseconds, percentile, print, whimbrel};

const UPDATE: &str = "UPDATE email SET state = 1 WHERE state <> 1";
const WANTED: Duration = Duration::from_millis(100);

pub fn run(rows: u64) -> Result<bool> {
    let mut all = true;
    for journal in ["wal", "delete"] {
        let at_rest = measured(journal, rows, |_| {
            sleep(Duration::from_secs(5));
            Ok(Duration::from_secs(5))
        })?;
        let unloaded = percentile(&at_rest.waits, 99);
        println!("SQLite ({journal}), nothing else: p99 {}", milliseconds(unloaded));
        let one = measured(journal, rows, |file| {
            let connection = connect(file)?;
            let begun = Instant::now();
            connection.execute(UPDATE, [])?;
            Ok(begun.elapsed())
        })?;
        let batched = measured(journal, rows, |file| whimbrel(&format!("sqlite:///{}", file.display()), UPDATE))?;
        let met = percentile(&batched.waits, 99) <= WANTED;
        let word = if met { ", met" } else { "" };
        print(&format!("SQLite ({journal}), one UPDATE"), rows, &one, "");
        print(&format!("SQLite ({journal}), batches"), rows, &batched, &format!("p99 ≤ 100 ms{word}"));
        all &= met;
    }
    Ok(all)
}

fn measured(journal: &str, rows: u64, work: impl FnOnce(&Path) -> Result<Duration>) -> Result<Run> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("app.db");
    let connection = connect(&file)?;
    connection.pragma_update(None, "journal_mode", journal)?;
    connection.execute_batch(&format!(
        "CREATE TABLE email (id integer PRIMARY KEY, folder integer NOT NULL, state integer NOT NULL, subject text NOT NULL);\n\
         INSERT INTO email WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows})\n\
         SELECT n, n % 10, 0, 'the subject of the email ' || hex(n * 7919) FROM c;"
    ))?;
    let size = |connection: &Connection| connection.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0));
    let before = size(&connection)?;
    let client = || {
        let connection = connect(&file)?;
        Ok(move |row: u64| {
            connection
                .prepare_cached("UPDATE email SET folder = folder + 1 WHERE id = ?1")?
                .execute([row.cast_signed()])?;
            Ok(())
        })
    };
    let (took, waits) = beside(rows, client, || work(&file))?;
    Ok(Run { took, waits, size: size(&connection)? as f64 / before as f64 })
}

/// As most programs open it: with SQLite's own way to wait.
fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    Ok(connection)
}
