use anyhow::{Context, Result, bail, ensure};
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::evolution::{EvolutionLink, PlainBecause, evolve};
use whimbrel_plan::revision::Phase;
use whimbrel_plan::{Change, Choices, Dialect, Question};
use whimbrel_schema::{Pair, Schema};

use crate::case::{Case, Choice};

/// By which revisions a case gets from one schema to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// One.
    Draft,
    /// A chain of them where the change is risky.
    Chain,
}

/// The revisions there and the revisions back, each in the order in which they run.
pub(super) struct Route {
    pub changes: Vec<Change>,
    pub questions: Vec<Question>,
    pub up: Vec<Vec<DraftStatement>>,
    pub down: Vec<Vec<DraftStatement>>,
    /// Empty for a plain revision.
    pub phases: Vec<Phase>,
    through: Through,
}

impl Route {
    pub fn of(schemas: Pair<Schema>, dialect: &dyn Dialect, choices: &Choices, through: Through) -> Result<Self> {
        match through {
            Through::Draft => {
                let drafted = draft(schemas, dialect, choices).context("no draft")?;
                let (changes, questions) = (drafted.changes, drafted.questions);
                let (up, down) = (vec![drafted.upgrade], vec![drafted.downgrade]);
                Ok(Route { changes, questions, up, down, phases: Vec::new(), through })
            }
            Through::Chain => {
                let evolution = evolve(schemas, dialect, choices).context("no evolution")?;
                if let Some(because @ PlainBecause::Unproved(_)) = &evolution.plain_because {
                    bail!("one plain revision, because {because}");
                }
                let links = &evolution.links;
                let phases = links.iter().filter_map(|link| link.phase).collect();
                let up = links.iter().map(statements).collect();
                let down = links.iter().rev().map(|link| link.draft.downgrade.clone()).collect();
                let (changes, questions) = (evolution.changes, evolution.questions);
                Ok(Route { changes, questions, up, down, phases, through })
            }
        }
    }

    /// A question is left only where the case says so: a law over a draft that was not finished would say nothing. A
    /// case that asks for a chain gets that one.
    pub fn check(&self, case: &Case) -> Result<()> {
        if case.has(&Choice::NoChanges) {
            ensure!(self.changes.is_empty(), "changes where there are none: {}", described(&self.changes));
        }
        if let (Through::Chain, Some(phases)) = (self.through, case.phases()) {
            ensure!(self.phases == phases, "a chain of {phases:?} is wanted, and this is one of {:?}", self.phases);
        }
        let left = |question: &&Question| match question {
            Question::RenamedColumn { .. }
            | Question::RenamedTable { .. }
            | Question::RenamedEnumValue { .. }
            | Question::NullsInColumn { .. }
            | Question::LossyConversion { .. } => !case.has(&Choice::AllowDoubts),
            Question::UnnamedTable { .. }
            | Question::RequiredColumn { .. }
            | Question::UnknownConversion { .. }
            | Question::RemovedEnumValues { .. }
            | Question::UnknownPartitions { .. }
            | Question::ByHand { .. } => true,
        };
        let questions: Vec<String> = self.questions.iter().filter(left).map(ToString::to_string).collect();
        if questions.is_empty() || case.has(&Choice::AllowQuestions) {
            return Ok(());
        }
        bail!("questions are left:\n  {}", questions.join("\n  "))
    }
}

/// What the revision runs; a backfill in one go.
fn statements(link: &EvolutionLink) -> Vec<DraftStatement> {
    let fill =
        |sql: &String| DraftStatement { sql: sql.clone(), transactional: true, note: None, questions: Vec::new() };
    link.draft.upgrade.iter().cloned().chain(link.fills.iter().map(|it| fill(&it.sql))).collect()
}

pub(super) fn described(changes: &[Change]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
