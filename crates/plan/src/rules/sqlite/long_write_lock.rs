use whimbrel_schema::{Engine, ObjectName};

use crate::review::{Extent, Seen, Severity, Touch, Work};
use crate::rules::{Example, Found, Rule};
use crate::{DataChange, Step};

pub(super) static RULE: Rule = Rule {
    id: "long-write-lock",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Sqlite],
    scales: true,
    what: "nobody else can write to the database while a whole table is processed",
    why: "SQLite has one write lock for all tables of a file. A statement takes it when it begins to write, and the \
          transaction keeps it to its end; everybody else who wants to write waits, and gets `database is locked` when \
          their busy timeout expires. With a rollback journal, the default unless WAL was chosen, readers wait too \
          once the changes no longer fit into the cache, and during the commit.",
    safe_way: "use WAL, give every connection a busy timeout longer than this takes, run it at a quiet time, and \
               change rows in batches with a pause between them",
    example: Example {
        bad: "UPDATE email SET folder = 'inbox';",
        good: "-- backfill\nUPDATE email SET folder = 'inbox' WHERE folder IS NULL;",
    },
    sources: &["https://www.sqlite.org/lockingv3.html", "https://www.sqlite.org/wal.html#concurrency"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.statement.backfill {
        return;
    }
    // A table that a query fills has no step.
    if seen.steps().is_empty()
        && let Some(what) = seen.all_touches().filter(|touch| touch.blocks_for_long()).find_map(copied)
    {
        found.statement(format!("nobody else can write while {what}"));
    }
    for (at, step) in seen.steps().iter().enumerate() {
        if is_told_elsewhere(step, seen) {
            continue;
        }
        let mut long = seen.touches(at).filter(|touch| touch.blocks_for_long());
        let what = match (step, long.next()) {
            (_, None) => None,
            (Step::ChangeData { change: DataChange::Insert, .. }, Some(touch)) => copied(touch).or_else(|| work(touch)),
            (_, Some(touch)) => work(touch).or_else(|| long.find_map(work)),
        };
        let Some(what) = what else { continue };
        let reads = seen.touches(at).any(|touch| touch.blocks_for_long() && touch.blocks_reads());
        let others = if reads { "nobody else can read or write" } else { "nobody else can write" };
        found.step(at, format!("{others} while {what}"));
    }
}

/// What is handed back is handed back by the page; a setting or a query changes nothing; and the indexes of a table that
/// is made anew are part of that, which was told.
fn is_told_elsewhere(step: &Step, seen: &Seen<'_>) -> bool {
    matches!(step, Step::DropTable { .. } | Step::DropIndex { .. } | Step::SetSession { .. })
        || matches!(step, Step::CreateIndex { table, .. } if was_put_in_place(seen, table))
        || matches!(step, Step::Inert { what } if what == "SELECT")
}

/// Whether the file gave a table it filled this name.
fn was_put_in_place(seen: &Seen<'_>, table: &ObjectName) -> bool {
    let mut steps = seen.file.iter().flat_map(|passed| passed.steps);
    steps.any(|step| matches!(step, Step::RenameTable { to, .. } if to == table))
}

/// What an INSERT reads, it copies.
fn copied(touch: &Touch) -> Option<String> {
    let from = touch.relation().filter(|_| touch.work == [Work::Scan])?;
    Some(format!("rows of `{from}` are copied"))
}

fn work(touch: &Touch) -> Option<String> {
    let table = touch.relation()?;
    let worst = touch.work.iter().max_by_key(|work| weight(**work))?;
    Some(match worst {
        Work::Scan => format!("all of `{table}` is read"),
        Work::Rewrite => format!("all of `{table}` is rewritten"),
        Work::BuildIndex => format!("an index of `{table}` is built"),
        Work::ChangeRows(Extent::Found) => format!("the rows of `{table}` that it finds are changed"),
        Work::ChangeRows(Extent::All) => format!("every row of `{table}` is changed"),
        Work::ChangeRows(Extent::Listed) => return None,
    })
}

fn weight(work: Work) -> u8 {
    match work {
        Work::ChangeRows(Extent::Listed) => 0,
        Work::Scan => 1,
        Work::ChangeRows(Extent::Found) => 2,
        Work::BuildIndex => 3,
        Work::ChangeRows(Extent::All) => 4,
        Work::Rewrite => 5,
    }
}
