use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::Labelled;
use super::changes::Change;
use super::label::Label;

/// How one tool did.
pub struct Score {
    pub name: String,
    pub said: Vec<Vec<String>>,
    pub right: usize,
    pub missed: usize,
    pub false_alarms: usize,
}

impl Score {
    pub fn of(name: &str, labels: &[Label], said: Vec<Vec<String>>) -> Self {
        let count = |wanted: fn(bool, bool) -> bool| {
            labels.iter().zip(&said).filter(|(label, said)| wanted(label.dangerous(), !said.is_empty())).count()
        };
        let right = count(|dangerous, spoken| dangerous && spoken);
        let missed = count(|dangerous, spoken| dangerous && !spoken);
        let false_alarms = count(|dangerous, spoken| !dangerous && spoken);
        Score { name: name.to_string(), said, right, missed, false_alarms }
    }

    fn precision(&self) -> f64 {
        share(self.right, self.right + self.false_alarms)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

pub fn table(scores: &[Score]) -> String {
    let mut text =
        "| tool | precision | recall | right | missed | false alarms |\n|---|---|---|---|---|---|\n".to_string();
    for score in scores {
        let Score { name, right, missed, false_alarms, .. } = score;
        let (precision, recall) = (score.precision(), score.recall());
        let _ = writeln!(text, "| {name} | {precision:.1} % | {recall:.1} % | {right} | {missed} | {false_alarms} |");
    }
    text
}

/// Every change, its label, and what each tool said of it.
pub fn each(changes: &[Change], labels: &[Label], scores: &[Score]) -> String {
    let mut text = String::new();
    let labelled: Vec<Labelled<'_>> = changes.iter().zip(labels).collect();
    for (at, (change, label)) in labelled.into_iter().enumerate() {
        let _ = writeln!(text, "{}: {}", change.name, label.words());
        if let Some(query) = &label.breaks {
            let _ = writeln!(text, "    broken: {query}");
        }
        for score in scores {
            let said = score.said.get(at).map(|said| said.join(", ")).unwrap_or_default();
            let wrong = if label.dangerous() == said.is_empty() { "WRONG " } else { "" };
            let _ = writeln!(text, "    {wrong}{}: {said}", score.name);
        }
    }
    text
}

/// Ahead of the others on both figures.
pub fn judge(scores: &[Score]) -> Result<()> {
    let Some((own, others)) = scores.split_first() else { return Ok(()) };
    ensure!(own.right > 0, "{} found nothing", own.name);
    for other in others {
        ensure!(
            own.precision() > other.precision() && own.recall() > other.recall(),
            "{} is not ahead of {} on both figures",
            own.name,
            other.name
        );
    }
    Ok(())
}
