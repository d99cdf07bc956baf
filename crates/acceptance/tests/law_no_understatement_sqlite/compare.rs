use std::fmt;
use std::ops::AddAssign;

use whimbrel_plan::review::{Danger, Extent, Held, Prediction, Touch, Touched, Work};
use whimbrel_plan::{Step, Understanding};

use crate::did::Did;

/// A statement with what was predicted of it and what it did.
#[derive(Debug, Clone)]
pub struct Measured {
    pub place: String,
    pub understanding: Understanding,
    pub prediction: Prediction,
    /// Whether it had to be predicted without knowing settings and version.
    pub assumed: bool,
    /// The relations by table: an index is known by the table it is on.
    pub tables: Vec<(String, String)>,
    pub did: Did,
}

#[derive(Debug, Default)]
pub struct Compared {
    pub statements: usize,
    pub under: Vec<String>,
    pub facts: usize,
    /// What was predicted and not seen: readers wait, writers wait, work, failure, something breaks.
    pub over: [usize; 5],
    /// The same, where the worst had to be assumed.
    pub over_assumed: [usize; 5],
}

impl AddAssign for Compared {
    fn add_assign(&mut self, other: Self) {
        self.statements += other.statements;
        self.under.extend(other.under);
        self.facts += other.facts;
        self.over.iter_mut().zip(other.over).for_each(|(all, more)| *all += more);
        self.over_assumed.iter_mut().zip(other.over_assumed).for_each(|(all, more)| *all += more);
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (statements, facts, under) = (self.statements, self.facts, self.under.len());
        write!(f, "{statements} predictions, {facts} measured effects, {under} understated; predicted and not seen")?;
        for (words, over) in [("", self.over), (" where settings and version were unknown", self.over_assumed)] {
            let [reads, writes, work, fails, breaks] = over;
            write!(
                f,
                "{words}: {reads} × readers wait, {writes} × writers wait, {work} × work, {fails} × failure, {breaks} × \
                 breakage;"
            )?;
        }
        Ok(())
    }
}

impl Measured {
    pub fn with(&self, prediction: Prediction) -> Measured {
        Measured { prediction, ..self.clone() }
    }

    pub fn compare(&self) -> Compared {
        let mut compared = Compared { statements: 1, ..Compared::default() };
        let mut hold = |happened: bool, predicted: bool, what: String| {
            compared.facts += usize::from(happened);
            if happened && !predicted {
                compared.under.push(format!("{}\n  {what}\n  {:?}", self.place, self.prediction));
            }
        };
        if matches!(self.understanding, Understanding::Unknown { .. }) {
            return compared;
        }
        let did = &self.did;
        let fails = self.predicts(|danger| {
            matches!(danger, Danger::Fails { .. } | Danger::Unsupported { .. } | Danger::NeedsNoTransaction)
        });
        // Whether a row that a statement brings is welcome is a matter of that row and of those that are there.
        let brings_rows = Self::steps(&self.understanding).iter().any(|step| matches!(step, Step::ChangeData { .. }));
        hold(
            did.error.is_some() && !brings_rows,
            fails,
            format!("it failed: {}", did.error.as_deref().unwrap_or_default()),
        );
        let lasting = |touch: &&Touch| touch.lock.held > Held::Moment;
        let touches = || self.prediction.touches.iter();
        let blocks_writes = touches().filter(lasting).any(Touch::blocks_writes);
        let blocks_reads = touches().filter(lasting).any(Touch::blocks_reads);
        hold(did.blocked_writes, blocks_writes, "others could not write".to_string());
        hold(did.blocked_reads, blocks_reads, "others could not read".to_string());
        let ever = touches().any(Touch::blocks_reads);
        hold(did.commit_blocked_reads, ever, "it could not be committed while others read".to_string());
        for table in &did.wrote {
            let written = self.works_on(table, writes);
            hold(true, written, format!("most of `{table}` was written"));
        }
        hold(
            did.wrote_somewhere,
            touches().flat_map(|it| &it.work).any(writes),
            "whole tables were written".to_string(),
        );
        for table in &did.worked_on {
            hold(true, self.works_on(table, grows), format!("its work grew with `{table}`"));
        }
        hold(did.worked_somewhere, touches().flat_map(|it| &it.work).any(grows), "its work grew".to_string());
        for table in &did.lost_rows {
            let told = self.predicts(|danger| match danger {
                Danger::DeletesElsewhere { tables } => tables.iter().any(|it| same(&it.name, table)),
                _ => false,
            });
            hold(true, told || self.works_on(table, changes), format!("rows of `{table}` are gone"));
        }
        for table in &did.changed_rows {
            let told = self.predicts(|danger| matches!(danger, Danger::WrongValues { .. }));
            hold(true, told || self.works_on(table, changes), format!("rows of `{table}` have other values"));
        }
        let breaks = self.predicts(|danger| matches!(danger, Danger::Breaks { .. }));
        for what in &did.broke {
            hold(true, breaks, format!("{what} does not work any more"));
        }
        let work = touches().flat_map(|it| &it.work).any(grows);
        let worked = !did.work_is_known
            || did.worked_somewhere
            || did.wrote_somewhere
            || !did.wrote.is_empty()
            || !did.worked_on.is_empty();
        let happened = [
            did.blocked_reads || did.commit_blocked_reads,
            did.blocked_writes,
            worked,
            did.error.is_some(),
            !did.broke.is_empty(),
        ];
        let predicted = [ever, blocks_writes, work, fails, breaks];
        let failed = did.error.is_some();
        let over = if self.assumed { &mut compared.over_assumed } else { &mut compared.over };
        for (at, over) in over.iter_mut().enumerate() {
            *over = usize::from(predicted[at] && !happened[at] && !failed);
        }
        compared
    }

    fn predicts(&self, is: impl Fn(&Danger) -> bool) -> bool {
        self.prediction.dangers.iter().any(|told| is(&told.danger))
    }

    /// Whether work of that kind is predicted for the table, one of its indexes, or all of the database.
    fn works_on(&self, table: &str, is: fn(&Work) -> bool) -> bool {
        self.prediction.touches.iter().any(|touch| {
            let here = match &touch.on {
                Touched::Database | Touched::Unnamed => true,
                Touched::Relation(name) => same(&name.name, table) || self.is_of(&name.name, table),
            };
            here && touch.work.iter().any(is)
        })
    }

    fn is_of(&self, relation: &str, table: &str) -> bool {
        self.tables.iter().any(|(known, on)| same(known, relation) && same(on, table))
    }

    /// The steps, for what only some statements are asked.
    pub fn steps(understanding: &Understanding) -> &[Step] {
        match understanding {
            Understanding::Known { steps, .. } => steps,
            Understanding::Unknown { .. } => &[],
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn writes(work: &Work) -> bool {
    matches!(work, Work::Rewrite | Work::BuildIndex | Work::ChangeRows(Extent::Found | Extent::All))
}

fn grows(work: &Work) -> bool {
    !matches!(work, Work::ChangeRows(Extent::Listed))
}

fn changes(work: &Work) -> bool {
    matches!(work, Work::ChangeRows(Extent::Found | Extent::All))
}
