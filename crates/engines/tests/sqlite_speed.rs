//! Reading a schema costs in proportion to its size.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sqlite_support;

use std::time::Duration;

use sqlite_support::{folded, memory};

fn script(tables: usize) -> String {
    let table = |number: usize| {
        let columns: String =
            (0..8).map(|column| format!(",\n    c{column} VARCHAR(50) NOT NULL DEFAULT 'x'")).collect();
        format!(
            "CREATE TABLE table_{number} (\n    id INTEGER NOT NULL PRIMARY KEY,\n    other_id INTEGER{columns},\n    \
             FOREIGN KEY (other_id) REFERENCES table_{} (id) ON DELETE CASCADE,\n    CHECK (c0 <> '')\n);\n\
             CREATE INDEX ix_{number}_a ON table_{number} (c0);\nCREATE UNIQUE INDEX ix_{number}_b ON table_{number} (c1, lower(c2));\n",
            number / 2
        )
    };
    (0..tables).map(table).collect()
}

/// How long this thread has had a processor: what others do meanwhile is not in it.
fn worked() -> Duration {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(figures.split(' ').next().unwrap().parse().unwrap())
}

/// The best of three: caches that are cold only ever add.
fn time(mut what: impl FnMut() -> usize, expected: usize) -> Duration {
    (0..3)
        .map(|_| {
            let begun = worked();
            assert_eq!(what(), expected);
            worked() - begun
        })
        .min()
        .unwrap()
}

#[test]
fn reading_and_folding_are_linear() {
    let measure = |tables: usize| {
        let script = script(tables);
        let mut driver = memory();
        driver.begin().unwrap();
        driver.execute_script(&script).unwrap();
        driver.commit().unwrap();
        let read = time(|| driver.introspect().unwrap().tables.len(), tables);
        let fold = time(|| folded(&script).tables.len(), tables);
        println!("{tables} tables: read in {read:?}, folded in {fold:?}");
        (read, fold)
    };
    let (read, fold) = measure(250);
    let (read_more, fold_more) = measure(1000);
    assert!(read > Duration::ZERO && fold > Duration::ZERO);
    assert!(read_more < read * 10, "read {read:?}, four times as much {read_more:?}");
    assert!(fold_more < fold * 10, "folded {fold:?}, four times as much {fold_more:?}");
}
