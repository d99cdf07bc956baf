use std::ops::Range;

use whimbrel_plan::backfill::check;
use whimbrel_plan::revision::{Direction, Revision, RevisionStatement};
use whimbrel_plan::{Dialect, Step, Understanding};
use whimbrel_schema::{Persistence, Table, fingerprint_of};

use super::batches::refusal;
use super::effect::Effect;
use super::{Failure, Refusal};

/// One revision, read and ready to run.
pub(super) struct Job<'h> {
    pub revision: &'h Revision,
    pub direction: Direction,
    pub statements: Vec<Prepared>,
    /// The event of an upgrade that stopped half-way, which this downgrade undoes.
    pub takes_over: Option<i64>,
    /// Questions without whose answers it must not run.
    pub unanswered: Vec<String>,
}

pub(super) struct Prepared {
    pub statement: RevisionStatement,
    pub understanding: Understanding,
    pub standing: Standing,
    /// What the ledger knows it by.
    pub hash: String,
    /// Its effect is there already.
    pub left_out: bool,
}

/// How a statement stands to transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It shares one with its neighbours.
    Shared,
    /// It is not to share one, and the engine takes it in one: it gets its own, with its row on the ledger in it, so
    /// that a run that stops there leaves both or neither.
    Own,
    /// It runs outside any: the engine wants it so, or nobody understands it.
    Alone,
    /// It is cut into batches.
    Batches,
}

impl Standing {
    fn of(statement: &RevisionStatement, understanding: &Understanding, dialect: &dyn Dialect) -> Standing {
        if statement.backfill {
            return Standing::Batches;
        }
        // What is set for the session may be refused, or be without effect, inside a transaction: `PRAGMA` above all.
        let own = match understanding {
            Understanding::Known { steps, .. } => !steps.iter().any(|step| matches!(step, Step::SetSession { .. })),
            Understanding::Unknown { .. } => false,
        };
        match (understanding.shares_transactions(dialect), statement.no_transaction) {
            (true, false) => Standing::Shared,
            (true, true) if own => Standing::Own,
            (true, true) | (false, _) => Standing::Alone,
        }
    }
}

/// Statements that take effect together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    Transaction(Range<usize>),
    Own(usize),
    Alone(usize),
    /// In batches, each a transaction of its own.
    Backfill(usize),
}

impl<'h> Job<'h> {
    /// Reads the revision's statements, and refuses what must not run.
    pub fn prepare(revision: &'h Revision, direction: Direction, dialect: &dyn Dialect) -> Result<Self, Failure> {
        let section = revision.section(direction, dialect.engine());
        if direction == Direction::Down && section.is_none() {
            return Err(no_way_back(revision).into());
        }
        let statements = revision.statements(direction, dialect)?;
        let silent = section.is_some_and(|section| !section.says_nothing_to_do());
        if direction == Direction::Down && statements.is_empty() && silent {
            return Err(no_way_back(revision).into());
        }
        let prepared = statements.into_iter().map(|statement| {
            let understanding = dialect.understand(&statement.sql);
            if let Some(word) = own_transaction(&understanding) {
                return Err(Refusal::OwnTransaction { origin: statement.origin, word }.into());
            }
            if statement.backfill {
                check(&statement.sql, dialect).map_err(|error| refusal(statement.origin.clone(), error))?;
            }
            let standing = Standing::of(&statement, &understanding, dialect);
            let hash = fingerprint_of(&statement.sql).0;
            Ok(Prepared { statement, understanding, standing, hash, left_out: false })
        });
        let statements = prepared.collect::<Result<_, Failure>>()?;
        Ok(Job { revision, direction, statements, takes_over: None, unanswered: Vec::new() })
    }

    pub fn must_be_answered(&self) -> Result<(), Refusal> {
        if self.unanswered.is_empty() {
            return Ok(());
        }
        let file = self.revision.source.file.display().to_string();
        Err(Refusal::Questions { revision: self.revision.id.clone(), questions: self.unanswered.clone(), file })
    }

    /// Whether it takes effect as a whole or not at all.
    pub fn is_one_transaction(&self) -> bool {
        self.statements.iter().all(|prepared| prepared.standing == Standing::Shared)
    }

    /// What is left from one statement on, cut where a transaction has to end.
    pub fn groups(&self, from: usize) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (at, prepared) in self.statements.iter().enumerate().skip(from) {
            match (prepared.standing, groups.last_mut()) {
                (Standing::Shared, Some(Group::Transaction(range))) => range.end = at + 1,
                (Standing::Shared, Some(_) | None) => groups.push(Group::Transaction(at..at + 1)),
                (Standing::Own, _) => groups.push(Group::Own(at)),
                (Standing::Alone, _) => groups.push(Group::Alone(at)),
                (Standing::Batches, _) => groups.push(Group::Backfill(at)),
            }
        }
        groups
    }

    /// Whether something in it may destroy rows or values: what nobody understands may.
    pub fn may_destroy(&self) -> bool {
        self.effects(0..self.statements.len()).any(|effect| effect.destroys)
    }

    /// Whether these may leave a row that refers to nothing, which the engine then has to be asked about.
    pub fn may_break_references(&self, range: Range<usize>) -> bool {
        self.effects(range).any(|effect| effect.breaks_references)
    }

    /// Whether the session may be another one afterwards.
    pub fn may_change_session(&self) -> bool {
        self.effects(0..self.statements.len()).any(|effect| effect.session)
    }

    fn effects(&self, range: Range<usize>) -> impl Iterator<Item = Effect> {
        self.statements.get(range).unwrap_or_default().iter().flat_map(Prepared::effects)
    }
}

impl Prepared {
    /// None of a statement that nobody understands.
    pub fn steps(&self) -> &[Step] {
        self.understanding.steps()
    }

    pub fn may_change_session(&self) -> bool {
        self.effects().iter().any(|effect| effect.session)
    }

    /// Whether it makes a table that no other session sees.
    pub fn makes_temporary(&self) -> bool {
        let temporary = |table: &Table| table.options.persistence == Persistence::Temporary;
        self.steps().iter().any(|step| matches!(step, Step::CreateTable { table, .. } if temporary(table)))
    }

    /// From here on it does nothing, whoever asks.
    pub fn leave_out(&mut self) {
        let transactional = self.understanding.transactional();
        self.understanding = Understanding::Known { steps: Vec::new(), transactional };
        self.left_out = true;
    }

    fn effects(&self) -> Vec<Effect> {
        match &self.understanding {
            Understanding::Unknown { .. } => vec![Effect::UNKNOWN],
            Understanding::Known { steps, .. } => steps.iter().map(Effect::of).collect(),
        }
    }
}

fn no_way_back(revision: &Revision) -> Refusal {
    Refusal::NoWayBack { revision: revision.id.clone(), file: revision.source.file.display().to_string() }
}

/// The word with which a statement begins or ends a transaction itself.
fn own_transaction(understanding: &Understanding) -> Option<String> {
    const WORDS: [&str; 6] = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"];
    understanding.steps().iter().find_map(|step| {
        let Step::SetSession { name, .. } = step else { return None };
        let first = name.split_whitespace().next()?;
        WORDS.iter().find(|word| word.eq_ignore_ascii_case(first)).map(|word| word.to_string())
    })
}
