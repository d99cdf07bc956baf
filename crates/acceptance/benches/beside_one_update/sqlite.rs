use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::load::beside;
use crate::{ROUNDS, Run, milliseconds, percentile, print, whimbrel};

const UPDATE: &str = "UPDATE email SET state = 1 WHERE state <> 1";
const WANTED: Duration = Duration::from_millis(100);

/// Before the batches and behind them, in the same file.
const REST: Duration = Duration::from_secs(4);

pub fn run(rows: u64) -> Result<bool> {
    let mut all = true;
    for journal in ["wal", "delete"] {
        let (mut rest, mut one, mut batches) = (Run::default(), Run::default(), Run::default());
        for _ in 0..ROUNDS {
            let (_folder, file) = table(journal, rows)?;
            let at_once = || {
                let connection = connect(&file)?;
                let begun = Instant::now();
                connection.execute(UPDATE, [])?;
                Ok(begun.elapsed())
            };
            one.add(Run::of(beside(rows, || client(&file), at_once)?));
            let (_folder, file) = table(journal, rows)?;
            let at_rest = || {
                beside(
                    rows,
                    || client(&file),
                    || {
                        sleep(REST);
                        Ok(REST)
                    },
                )
            };
            rest.add(Run::of(at_rest()?));
            let url = format!("sqlite:///{}", file.display());
            batches.add(Run::of(beside(rows, || client(&file), || whimbrel(&url, UPDATE))?));
            rest.add(Run::of(at_rest()?));
        }
        let met = percentile(&batches.waits, 99) <= WANTED;
        let word = if met { ", met" } else { "" };
        println!("SQLite ({journal}), nothing else: p99 {}", milliseconds(percentile(&rest.waits, 99)));
        print(&format!("SQLite ({journal}), one UPDATE"), rows, &one, "");
        print(&format!("SQLite ({journal}), batches"), rows, &batches, &format!("p99 ≤ 100 ms{word}"));
        all &= met;
    }
    Ok(all)
}

fn table(journal: &str, rows: u64) -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("app.db");
    let connection = connect(&file)?;
    connection.pragma_update(None, "journal_mode", journal)?;
    connection.execute_batch(&format!(
        "CREATE TABLE email (id integer PRIMARY KEY, folder integer NOT NULL, state integer NOT NULL, subject text NOT NULL);\n\
         INSERT INTO email WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows})\n\
         SELECT n, n % 10, 0, 'the subject of the email ' || hex(n * 7919) FROM c;"
    ))?;
    Ok((folder, file))
}

fn client(file: &Path) -> Result<impl FnMut(u64) -> Result<()> + use<>> {
    let connection = connect(file)?;
    Ok(move |row: u64| {
        let mut write = connection.prepare_cached("UPDATE email SET folder = folder + 1 WHERE id = ?1")?;
        write.execute([row.cast_signed()])?;
        Ok(())
    })
}

/// As most programs open it: with SQLite's own way to wait.
fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    Ok(connection)
}
