//! Locks, work and time, in a few words.

use super::{Blocks, Extent, Facts, Held, Touch, Touched, Work, estimate};

/// `takes SHARE on `email`, reads all of it once`.
pub fn touches(touches: &[&Touch]) -> String {
    let mut parts = Vec::new();
    let is_whole = |touch: &&&Touch| touch.on == Touched::Database;
    let whole: Vec<&str> = touches.iter().filter(is_whole).map(|touch| touch.lock.name.as_str()).collect();
    // What can be named comes first.
    let (named, unnamed): (Vec<&&Touch>, Vec<&&Touch>) = touches.iter().partition(|touch| touch.on != Touched::Unnamed);
    for touch in named.into_iter().chain(unnamed) {
        if touch.lock.blocks == Blocks::Nothing && touch.work.is_empty() {
            continue;
        }
        let on = match &touch.on {
            Touched::Relation(name) => format!("`{name}`"),
            Touched::Database => "the whole database".to_string(),
            Touched::Unnamed => "whatever depends on it and is not known here".to_string(),
        };
        // One lock for everything is told once.
        let told = touch.relation().is_some() && whole.contains(&touch.lock.name.as_str());
        let mut done: Vec<String> = Vec::new();
        if !told {
            let time = if touch.lock.held == Held::Moment { " for a moment" } else { "" };
            done.push(format!("takes {} on {on}{time}", touch.lock.name));
        }
        for work in &touch.work {
            let what = if done.is_empty() { on.as_str() } else { "it" };
            done.push(words_of(work, what));
        }
        if !done.is_empty() {
            parts.push(done.join(", "));
        }
    }
    shortened(parts)
}

/// A table of a hundred partitions is told by its first.
fn shortened(mut parts: Vec<String>) -> String {
    const MANY: usize = 5;
    const TOLD: usize = 3;
    if parts.len() > MANY {
        let rest = parts.len() - TOLD;
        parts.truncate(TOLD);
        parts.push(format!("and likewise {rest} more relations"));
    }
    parts.join("; ")
}

fn words_of(work: &Work, what: &str) -> String {
    match work {
        Work::Scan => format!("reads all of {what} once"),
        Work::Rewrite => format!("rewrites all of {what}"),
        Work::BuildIndex => format!("reads all of {what} and builds an index"),
        Work::ChangeRows(Extent::Listed) => format!("changes the listed rows of {what}"),
        Work::ChangeRows(Extent::Found) => format!("changes the rows of {what} that it finds"),
        Work::ChangeRows(Extent::All) => format!("changes every row of {what}"),
    }
}

/// What the live database says about the tables for which size matters, and about those that follow it; or that nobody
/// asked it.
pub fn here(touches: &[&Touch], facts: &Facts, can_be_asked: bool) -> Option<String> {
    let said: Vec<String> = sizes(touches, facts, can_be_asked).into_iter().chain(replicas(touches, facts)).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// What a server writes its replicas write too, and what keeps readers out of it is kept there as well.
fn replicas(touches: &[&Touch], facts: &Facts) -> Option<String> {
    let writes = |work: &Work| match work {
        Work::Rewrite | Work::BuildIndex | Work::ChangeRows(Extent::Found | Extent::All) => true,
        Work::Scan | Work::ChangeRows(Extent::Listed) => false,
    };
    let writes = touches.iter().any(|touch| touch.work.iter().any(writes));
    let Some(count) = facts.replicas else {
        let unseen = "whether replicas follow cannot be seen by this user; they would have to write all of it too";
        return (facts.asked && writes).then(|| unseen.to_string());
    };
    if count == 0 {
        return None;
    }
    let who = if count == 1 { "a replica".to_string() } else { format!("{count} replicas") };
    if writes {
        let lag = if count == 1 { "lags" } else { "lag" };
        return Some(format!("{who} must write all of it too, and {lag} meanwhile"));
    }
    let locks = touches.iter().any(|touch| touch.blocks_reads());
    locks.then(|| format!("readers on {who} wait for its lock as well"))
}

fn sizes(touches: &[&Touch], facts: &Facts, can_be_asked: bool) -> Option<String> {
    let working: Vec<&&Touch> = touches.iter().filter(|touch| !touch.work.is_empty()).collect();
    let first = working.iter().filter_map(|touch| touch.relation()).next()?;
    let known: Vec<String> = working
        .iter()
        .filter_map(|touch| {
            let name = touch.relation()?;
            let table = facts.table(name)?;
            let time = estimate::words(estimate::of(touch, table));
            let (rows, size) = (thousands(table.rows), bytes(table.bytes));
            Some(format!("`{name}` has {rows} rows ({size}), {time} at this size"))
        })
        .collect();
    let who_tells = if can_be_asked { "; --url tells" } else { "" };
    Some(match known.is_empty() {
        true => format!("the size of `{first}` is unknown, so the worst is assumed{who_tells}"),
        false => shortened(known),
    })
}

/// `41,800,000`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `9.3 GB`, in powers of 1,000.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut whole, mut unit) = (number as f64, 0);
    while whole >= 999.5 && unit + 1 < UNITS.len() {
        whole /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{number} B"),
        _ if whole < 9.95 => format!("{whole:.1} {}", UNITS[unit]),
        _ => format!("{whole:.0} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Lock;

    #[test]
    fn many_relations_are_told_by_the_first() {
        let parts = |count: usize| (1..=count).map(|number| format!("p{number}")).collect::<Vec<_>>();
        assert_eq!(shortened(parts(5)), "p1; p2; p3; p4; p5");
        assert_eq!(shortened(parts(6)), "p1; p2; p3; and likewise 3 more relations");
    }

    #[test]
    fn replicas_are_told_of_what_they_have_to_follow() {
        let facts = |replicas| Facts { replicas: Some(replicas), ..Facts::default() };
        let touch = |blocks, work: &[Work]| Touch {
            step: 0,
            on: Touched::Relation("email".into()),
            lock: Lock::new("X", blocks, Held::Transaction),
            work: work.to_vec(),
        };
        let said = |touch: &Touch, count| here(&[touch], &facts(count), false);
        let (strong, weak) = (touch(Blocks::ReadsAndWrites, &[]), touch(Blocks::Writes, &[]));
        assert_eq!(said(&strong, 2).as_deref(), Some("readers on 2 replicas wait for its lock as well"));
        assert_eq!((said(&strong, 0), said(&weak, 2)), (None, None));
        let unseen = Facts { asked: true, ..Facts::default() };
        let build = touch(Blocks::Writes, &[Work::BuildIndex]);
        let words = here(&[&build], &unseen, false).unwrap_or_default();
        assert!(words.contains("whether replicas follow cannot be seen"), "{words}");
        assert!(!here(&[&build], &Facts::default(), false).unwrap_or_default().contains("replicas"));
        let build = said(&touch(Blocks::Writes, &[Work::BuildIndex]), 1).unwrap_or_default();
        assert!(build.ends_with("; a replica must write all of it too, and lags meanwhile"), "{build}");
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([thousands(7), thousands(1_000), thousands(41_800_000)], ["7", "1,000", "41,800,000"]);
        assert_eq!([bytes(999), bytes(9_300_000_000), bytes(41_000)], ["999 B", "9.3 GB", "41 kB"]);
    }
}
