use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Result, ensure};

use super::kill::Kind;
use super::landing::Landing;

/// What was looked at, so that a run can tell whether it looked at anything.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    kills: BTreeMap<(String, Kind, Landing), usize>,
    /// Runs that had ended before the moment came.
    missed: usize,
    plays: usize,
    rows: usize,
    scenarios: BTreeSet<String>,
    /// Scenarios in which a person was asked, and how many times.
    asked: BTreeMap<String, usize>,
    /// How many runs it took to come to the end.
    attempts: BTreeMap<usize, usize>,
    left_out: BTreeSet<String>,
    /// The ground that is played on now.
    ground: String,
}

impl Tally {
    pub fn on(ground: impl fmt::Display) -> Tally {
        Tally { ground: ground.to_string(), ..Tally::default() }
    }

    pub fn begun(&mut self, scenario: &str, rows: usize) {
        self.scenarios.insert(format!("{}: {scenario}", self.ground));
        self.rows += rows;
    }

    pub fn left_out(&mut self, scenario: &str) {
        self.left_out.insert(scenario.to_owned());
    }

    pub fn killed(&mut self, kind: Kind, landing: Landing) {
        *self.kills.entry((self.ground.clone(), kind, landing)).or_default() += 1;
    }

    pub fn missed(&mut self) {
        self.missed += 1;
    }

    pub fn asked(&mut self, scenario: &str) {
        *self.asked.entry(scenario.to_owned()).or_default() += 1;
    }

    pub fn ended(&mut self, attempts: usize) {
        self.plays += 1;
        *self.attempts.entry(attempts).or_default() += 1;
    }

    pub fn add(&mut self, other: Tally) {
        let Tally { kills, missed, plays, rows, scenarios, asked, attempts, left_out, ground: _ } = other;
        for (key, count) in kills {
            *self.kills.entry(key).or_default() += count;
        }
        for (key, count) in asked {
            *self.asked.entry(key).or_default() += count;
        }
        for (key, count) in attempts {
            *self.attempts.entry(key).or_default() += count;
        }
        self.missed += missed;
        self.plays += plays;
        self.rows += rows;
        self.scenarios.extend(scenarios);
        self.left_out.extend(left_out);
    }

    pub fn kills(&self) -> usize {
        self.kills.values().sum()
    }

    fn count(&self, wanted: impl Fn(&str, Kind, Landing) -> bool) -> usize {
        let fits = self.kills.iter().filter(|((ground, kind, landing), _)| wanted(ground, *kind, *landing));
        fits.map(|(_, count)| count).sum()
    }

    fn grounds(&self) -> BTreeSet<&str> {
        self.kills.keys().map(|(ground, _, _)| ground.as_str()).collect()
    }

    /// A run whose kills all landed in one place has shown nothing about the others.
    pub fn refuse_vacuous(&self, wanted: usize) -> Result<()> {
        ensure!(self.kills() >= wanted, "{} kills of {wanted}", self.kills());
        for landing in Landing::ALL {
            let landed = self.count(|_, _, at| at == landing);
            let least = wanted / 100;
            ensure!(landed > least, "only {landed} of {} kills landed {landing}: this shows little", self.kills());
        }
        for ground in self.grounds() {
            let inside = self.count(|on, _, at| on == ground && matches!(at, Landing::InStatement | Landing::AtCommit));
            ensure!(inside > 0, "no kill landed inside a statement or a commit on {ground}");
        }
        ensure!(self.rows > self.scenarios.len(), "{} rows in {} scenarios", self.rows, self.scenarios.len());
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} kills in {} plays of {} scenarios, {} rows to be lost; {} runs had ended before",
            self.kills(),
            self.plays,
            self.scenarios.len(),
            self.rows,
            self.missed
        )?;
        for ground in self.grounds() {
            for kind in Kind::ALL {
                let of_kind = self.count(|on, it, _| on == ground && it == kind);
                if of_kind == 0 {
                    continue;
                }
                let landings = Landing::ALL.iter().filter_map(|landing| {
                    let count = self.count(|on, it, at| on == ground && it == kind && at == *landing);
                    (count > 0).then(|| format!("{count} {landing}"))
                });
                writeln!(f, "  {ground:<22} {kind:<19} {of_kind:>5}   {}", landings.collect::<Vec<_>>().join(", "))?;
            }
        }
        let attempts = self.attempts.iter().map(|(attempts, count)| format!("{count} after {attempts}"));
        writeln!(f, "  runs until the end: {}", attempts.collect::<Vec<_>>().join(", "))?;
        let asked: usize = self.asked.values().sum();
        let in_what: Vec<&str> = self.asked.keys().map(String::as_str).collect();
        writeln!(
            f,
            "  a person was asked {asked} times{}",
            match in_what.as_slice() {
                [] => String::new(),
                names => format!(", in {}", names.join(", ")),
            }
        )?;
        write!(f, "  left out, because they end in a question: {}", self.left_out.len())
    }
}
