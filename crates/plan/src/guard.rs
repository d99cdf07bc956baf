//! How carefully a statement has to be run beside others, judged by what it is predicted to do.
//!
//! A statement that waits for a strong lock keeps everybody out who comes after it, so it must not wait long, and may try
//! again. One that waits without keeping anybody out must not be cut: an index built concurrently would be left invalid.

use whimbrel_schema::{Schema, Version};

use crate::fold::Folding;
use crate::review::{Births, Circumstances, Danger, Facts, Held, Prediction, Session, Touch};
use crate::{Dialect, Step, Understanding};

/// What a statement may wait for, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Whoever comes after it need not wait, and what it waits for is rows at most.
    Free,
    /// It takes long or waits long, keeps neither readers nor writers out, and leaves something behind if it is cut.
    Patient,
    /// Readers or writers queue behind it while it waits; once it has its locks it is done at once.
    Brief,
    /// Readers or writers queue behind it, and go on waiting while it reads or writes every row.
    Long,
}

impl Class {
    pub const ALL: [Class; 4] = [Class::Free, Class::Patient, Class::Brief, Class::Long];

    /// By the touches that others can notice.
    fn of<'t>(touches: impl Iterator<Item = &'t Touch> + Clone, alone: bool) -> Class {
        let mut all = touches.clone();
        if all.clone().any(Touch::blocks_for_long) {
            Class::Long
        } else if alone || !all.clone().any(Touch::blocks_writes) && all.any(waits_gently) {
            Class::Patient
        } else if touches.clone().any(Touch::blocks_writes) {
            Class::Brief
        } else {
            Class::Free
        }
    }

    /// The same in a transaction that keeps others out already, whatever the statement itself does.
    fn under_locks(self, works: bool) -> Class {
        match self {
            Class::Free | Class::Patient | Class::Brief if works => Class::Long,
            Class::Free | Class::Patient | Class::Brief => Class::Brief,
            Class::Long => Class::Long,
        }
    }
}

/// Reads or builds under a lock that only other changes of the schema have to wait for.
fn waits_gently(touch: &Touch) -> bool {
    touch.lock.blocks == crate::review::Blocks::SchemaChanges && !touch.work.is_empty()
}

/// What is known of a statement before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    pub class: Class,
    /// `lock_timeout` as the revision itself has set it.
    pub own_lock_timeout: Option<String>,
    pub own_statement_timeout: Option<String>,
    /// It is about the session and nothing else.
    pub only_session: bool,
}

/// Follows a run statement by statement, so that each is judged by the schema that it meets.
pub struct Foresight {
    dialect: &'static dyn Dialect,
    schema: Folding,
    complete: bool,
    certain: bool,
    facts: Facts,
    session: Session,
    births: Births,
}

impl Foresight {
    /// Nothing is known of what is there.
    pub fn new(dialect: &'static dyn Dialect, version: Version) -> Self {
        Foresight {
            dialect,
            schema: Folding::new(Schema::new(dialect.engine())),
            complete: false,
            certain: true,
            facts: Facts { version: Some(version), ..Facts::default() },
            session: Session::default(),
            births: Births::default(),
        }
    }

    /// The database has just been read.
    pub fn start_at(&mut self, live: Schema) {
        self.schema = Folding::new(live);
        (self.complete, self.certain) = (true, true);
    }

    /// A revision begins, with the session as it was when the connection was opened.
    pub fn begin_revision(&mut self) {
        self.session = Session::default();
    }

    /// Judges statements that share a transaction, in their order, and takes them for done.
    pub fn transaction<'s>(
        &mut self,
        statements: impl IntoIterator<Item = (&'s str, &'s Understanding)>,
    ) -> Vec<Foreseen> {
        let mut holds = false;
        let foreseen = statements.into_iter().map(|(sql, understanding)| {
            let (prediction, foreseen) = self.judge(sql, understanding, true);
            let class = match holds {
                true => foreseen.class.under_locks(prediction.touches.iter().any(|touch| !touch.work.is_empty())),
                false => foreseen.class,
            };
            holds |=
                self.noticed(&prediction).any(|touch| touch.blocks_writes() && touch.lock.held == Held::Transaction);
            self.take(sql, understanding, &prediction);
            Foreseen { class, ..foreseen }
        });
        let foreseen = foreseen.collect();
        self.births.clear();
        self.session.end_transaction();
        foreseen
    }

    /// Judges a statement that is its own transaction, or none, and takes it for done.
    pub fn alone(&mut self, sql: &str, understanding: &Understanding) -> Foreseen {
        let (prediction, foreseen) = self.judge(sql, understanding, false);
        self.take(sql, understanding, &prediction);
        self.births.clear();
        foreseen
    }

    fn judge(&self, sql: &str, understanding: &Understanding, in_transaction: bool) -> (Prediction, Foreseen) {
        let at = Circumstances {
            before: self.schema.schema(),
            complete: self.complete,
            certain: self.certain,
            facts: &self.facts,
            session: &self.session,
            in_transaction,
        };
        let prediction = self.dialect.predict(sql, understanding, &at);
        let alone = prediction.dangers.iter().any(|told| told.danger == Danger::NeedsNoTransaction);
        let class = Class::of(self.noticed(&prediction), alone);
        let own = |name: &str| self.session.setting(name).map(str::to_string);
        let steps = understanding.steps();
        let only_session = !steps.is_empty() && steps.iter().all(|step| matches!(step, Step::SetSession { .. }));
        let foreseen = Foreseen {
            class,
            own_lock_timeout: own("lock_timeout"),
            own_statement_timeout: own("statement_timeout"),
            only_session,
        };
        (prediction, foreseen)
    }

    /// What the transaction itself has made, nobody else can see.
    fn noticed<'p>(&'p self, prediction: &'p Prediction) -> impl Iterator<Item = &'p Touch> + Clone {
        let unseen =
            |touch: &Touch| touch.relation().is_some_and(|name| self.births.is_new(name, self.schema.schema()));
        prediction.touches.iter().filter(move |touch| !unseen(touch))
    }

    fn take(&mut self, sql: &str, understanding: &Understanding, prediction: &Prediction) {
        if matches!(understanding, Understanding::Unknown { .. }) {
            (self.complete, self.certain) = (false, false);
            return;
        }
        let local = sql.split_whitespace().nth(1).is_some_and(|word| word.eq_ignore_ascii_case("local"));
        for (at, step) in understanding.steps().iter().enumerate() {
            if !prediction.does_nothing(at) {
                self.session.take(step, local);
            }
            self.births.take(step, self.schema.schema());
            if self.schema.apply(step, self.dialect).is_err() {
                (self.complete, self.certain) = (false, self.certain && !self.complete);
            }
        }
    }
}
