//! A prediction beside what happened.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;

use whimbrel_plan::review::{Blocks, Danger, Prediction, Touch, Touched, Work};
use whimbrel_plan::{DataChange, Step, Understanding};

use crate::did::{self, Did, Happened};

#[derive(Debug, Clone)]
pub struct Measured {
    pub place: String,
    pub sql: String,
    pub understanding: Understanding,
    pub prediction: Prediction,
    pub did: Did,
}

#[derive(Debug, Default)]
pub struct Compared {
    pub statements: usize,
    pub effects: usize,
    pub under: Vec<String>,
    /// By kind, the statements of which more was said than they did.
    pub over: BTreeMap<&'static str, Vec<String>>,
    /// Refused by the server, and not said to be.
    pub refused: Vec<String>,
    pub unknown: usize,
}

impl Sum for Compared {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Compared::default(), |mut sum, more| {
            sum.statements += more.statements;
            sum.effects += more.effects;
            sum.under.extend(more.under);
            sum.refused.extend(more.refused);
            sum.unknown += more.unknown;
            for (kind, statements) in more.over {
                sum.over.entry(kind).or_default().extend(statements);
            }
            sum
        })
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Compared { statements, effects, under, over, refused, unknown } = self;
        write!(
            f,
            "{statements} statements ({unknown} not understood), {effects} effects, {} understated, ",
            under.len()
        )?;
        write!(f, "{} refused without a word", refused.len())?;
        for (kind, statements) in over {
            let mut distinct = statements.clone();
            distinct.sort();
            distinct.dedup();
            write!(f, "\n  {kind}, and it did not: {} times, in", statements.len())?;
            distinct.iter().take(40).try_for_each(|it| write!(f, "\n    {it}"))?;
        }
        let mut refused = refused.clone();
        refused.sort();
        refused.dedup();
        refused.iter().take(40).try_for_each(|it| write!(f, "\n  refused: {it}"))
    }
}

impl Measured {
    pub fn with(&self, weaken: fn(&mut Prediction)) -> Measured {
        let mut weakened = self.clone();
        weaken(&mut weakened.prediction);
        weakened
    }

    pub fn compare(&self) -> Compared {
        let mut compared = Compared { statements: 1, ..Compared::default() };
        compared.unknown += usize::from(matches!(self.understanding, Understanding::Unknown { .. }));
        if let Some(error) = &self.did.error {
            // Whether a row that a statement brings is welcome is a matter of that row.
            let told = self.prediction.dangers.iter().any(|told| {
                matches!(
                    told.danger,
                    Danger::Fails { .. }
                        | Danger::Unsupported { .. }
                        | Danger::NeedsNoTransaction
                        | Danger::Narrows { .. }
                )
            });
            if !told && !self.changes_rows() && !matches!(self.understanding, Understanding::Unknown { .. }) {
                compared.refused.push(format!("{}: {error}", self.sql));
            }
            return compared;
        }
        for (relation, happened) in &self.did.relations {
            self.compare_one(relation, happened, &mut compared);
        }
        if !self.did.sampled {
            self.said_in_vain(&mut compared);
        }
        compared
    }

    fn changes_rows(&self) -> bool {
        let Understanding::Known { steps, .. } = &self.understanding else { return false };
        let of_rows = |step: &Step| matches!(step, Step::ChangeData { change, .. } if *change != DataChange::Truncate);
        steps.iter().any(of_rows)
    }

    fn compare_one(&self, relation: &str, happened: &Happened, compared: &mut Compared) {
        let touches: Vec<&Touch> = self.touches(relation).collect();
        let mut hold = |happened: bool, predicted: bool, what: String| {
            compared.effects += usize::from(happened);
            if happened && !predicted {
                let touches: Vec<String> = self.prediction.touches.iter().map(in_words).collect();
                compared.under.push(format!("{}: {}\n  {what}\n  predicted {touches:?}", self.place, self.sql));
            }
        };
        if let Some(mode) = happened.mode {
            let predicted = touches.iter().any(|touch| match did::mode(&touch.lock.name) {
                Some(predicted) => did::includes(predicted, mode),
                // `any lock`.
                None => true,
            });
            hold(true, predicted, format!("`{relation}` was locked in {}", did::MODES[mode]));
        }
        let blocks = touches.iter().map(|touch| touch.lock.blocks).max().unwrap_or(Blocks::Nothing);
        let blocked = happened.blocked.max(happened.mode_of_parts.map(did::blocks)).unwrap_or(Blocks::Nothing);
        hold(blocked > Blocks::Nothing, blocks >= blocked, format!("`{relation}`: {blocked:?} had to wait"));
        let work: Vec<Work> = touches.iter().flat_map(|touch| touch.work.iter().copied()).collect();
        hold(
            happened.rewritten,
            work.contains(&Work::Rewrite) || self.only_empties(),
            format!("`{relation}` was written anew"),
        );
        let builds = work.iter().any(|work| matches!(work, Work::Rewrite | Work::BuildIndex));
        hold(happened.indexes_built, builds || self.only_empties(), format!("an index of `{relation}` was built"));
        hold(happened.scanned, !work.is_empty(), format!("`{relation}` was read"));
    }

    /// Touches of the relation, of an index or a sequence within it, and of all relations.
    fn touches(&self, relation: &str) -> impl Iterator<Item = &Touch> {
        self.prediction.touches.iter().filter(move |touch| match &touch.on {
            Touched::Relation(name) => name.to_string() == relation || self.did_part(relation, &name.to_string()),
            Touched::Database | Touched::Unnamed => true,
        })
    }

    fn did_part(&self, relation: &str, part: &str) -> bool {
        match self.did.parts.is_empty() {
            // What was measured elsewhere names its indexes for their table.
            true => part.starts_with(relation) && !self.did.relations.contains_key(part),
            false => self.did.parts.get(part).is_some_and(|table| table == relation),
        }
    }

    /// TRUNCATE and REFRESH … WITH NO DATA give a relation a new, empty file: that is no rewriting.
    fn only_empties(&self) -> bool {
        if self.sql.ends_with("WITH NO DATA") {
            return true;
        }
        let Understanding::Known { steps, .. } = &self.understanding else { return false };
        steps.iter().any(|step| matches!(step, Step::ChangeData { change: DataChange::Truncate, .. }))
    }

    fn said_in_vain(&self, compared: &mut Compared) {
        let mut said = |kind: &'static str, what: String| {
            compared.over.entry(kind).or_default().push(what);
        };
        let sql = self.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let nothing = Happened::default();
        for touch in &self.prediction.touches {
            let Touched::Relation(name) = &touch.on else {
                if touch.lock.blocks > Blocks::SchemaChanges {
                    said("some relation is locked", sql.clone());
                }
                continue;
            };
            let name = name.to_string();
            let table = self.did.parts.get(&name).unwrap_or(&name);
            let happened = match self.did.relations.get(table) {
                Some(happened) => happened,
                // A part of a table, or something of which nothing was seen.
                None if self.did.relations.keys().any(|relation| name.starts_with(relation.as_str())) => continue,
                None => &nothing,
            };
            let blocked = happened.mode.max(happened.mode_of_parts).map_or(Blocks::Nothing, did::blocks);
            let blocked = blocked.max(happened.blocked.unwrap_or(Blocks::Nothing));
            // Beyond what its own mode keeps out is only what waits for its indexes, and that is not seen in its lock.
            let own = did::mode(&touch.lock.name).map_or(touch.lock.blocks, did::blocks);
            if own.min(touch.lock.blocks) > blocked {
                said(
                    "a lock is as strong as predicted",
                    format!("{sql} [`{name}`: {} and not {blocked:?}]", touch.lock.name),
                );
            }
            let has = |work: Work| touch.work.contains(&work);
            if has(Work::Rewrite) && !happened.rewritten {
                said("a relation is written anew", format!("{sql} [`{name}`]"));
            }
            if has(Work::BuildIndex) && !(happened.indexes_built || happened.rewritten || happened.scanned) {
                said("an index is built", format!("{sql} [`{name}`]"));
            }
            if has(Work::Scan) && !(happened.scanned || happened.rewritten) {
                said("a relation is read", format!("{sql} [`{name}`]"));
            }
        }
    }
}

fn in_words(touch: &Touch) -> String {
    let on = match &touch.on {
        Touched::Relation(name) => name.to_string(),
        Touched::Database => "everything".to_string(),
        Touched::Unnamed => "what is not known".to_string(),
    };
    format!("{on}: {} {:?}", touch.lock.name, touch.work)
}
