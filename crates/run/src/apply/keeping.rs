//! What a revision destroys is kept, and given back by its downgrade.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::{Span, Timestamp};
use whimbrel_plan::guard::{Class, Foreseen};
use whimbrel_plan::keep::{
    Loss, Losses, Lost, NotKept, Reading, Ready, RingKey, losses, may_lose, parents_first, ready, ring_keys,
};
use whimbrel_plan::review::Facts;
use whimbrel_plan::revision::Direction;
use whimbrel_schema::Schema;

use super::job::Job;
use super::runner::{Runner, Turn};
use super::{Failure, Held, Keeping, Refusal};
use crate::keep::{self, Aside, Completed, Kept, KeptError};
use crate::{DriverError, DriverErrorKind, Event, clock};

/// What the downgrade of one revision may give back.
#[derive(Default)]
pub(super) struct Recalled {
    /// What is told once the transaction that it is about is committed.
    news: Vec<News>,
    kept: Vec<Kept>,
    /// By its number, when each has its place again. Found out once, before the first statement.
    ready: BTreeMap<i64, Ready>,
    /// Why it was said already that nobody can see what is destroyed.
    told_unseen: BTreeSet<String>,
}

enum News {
    Kept(Kept),
    NotKept { what: String, why: String },
    NotSeen { statements: Vec<String>, why: String },
    GivenBack(Kept, u64),
    NotGivenBack(Kept),
}

impl Job<'_> {
    pub fn readings(&self, range: Range<usize>) -> Vec<Reading<'_>> {
        let statements = self.statements.get(range).unwrap_or_default();
        let reading = statements
            .iter()
            .map(|prepared| Reading { sql: &prepared.statement.sql, understanding: &prepared.understanding });
        reading.collect()
    }
}

/// What a statement outside any transaction is taken for.
pub(super) const BRIEF: Foreseen =
    Foreseen { class: Class::Brief, own_lock_timeout: None, own_statement_timeout: None, only_session: false };

impl Runner<'_> {
    /// Copies what these statements destroy, inside the transaction in which they are about to run.
    pub fn put_aside(
        &mut self,
        job: &Job<'_>,
        range: Range<usize>,
        event: i64,
        foreseen: &[Foreseen],
        held: Held,
    ) -> Result<Vec<Aside>, Failure> {
        let now = job.readings(range.clone());
        if job.direction == Direction::Down || !now.iter().any(may_lose) {
            return Ok(Vec::new());
        }
        let before = self.driver.introspect()?;
        let found = self.found_lost(job, range.clone(), &before);
        if let Some(reason) = &self.options.keep.nothing {
            if !found.kept.is_empty() || !found.not_kept.is_empty() {
                (self.listen)(Event::NothingKept { losses: &found.kept, reason });
                self.note_about("nothing kept", reason, &found.kept);
            }
            return Ok(Vec::new());
        }
        self.note_not_kept(found.not_kept);
        if found.kept.is_empty() {
            return Ok(Vec::new());
        }
        let facts = self.driver.facts()?;
        let number = self.number_that_destroys(job, range.clone());
        let first = self.first_that_destroys(job, range, foreseen);
        self.refuse_a_long_copy(job, &found.kept, &first, &facts)?;
        for loss in &found.kept {
            if self.ahead.iter().any(|copied| copied.loss == *loss) {
                continue;
            }
            let size = facts.table(&loss.source).filter(|_| loss.chosen.is_empty());
            let (rows, bytes) = (size.map(|it| it.rows), size.map(|it| it.bytes));
            (self.listen)(Event::Keeping { loss, rows, bytes, there: None });
        }
        let begun = Timestamp::now();
        let days = Span::new().hours(24 * i64::from(self.options.keep.days));
        let until = begun.checked_add(days).unwrap_or(Timestamp::MAX);
        let what = told(&found.kept);
        let limits = self.options.timeouts.limits(&first);
        let time = (clock::written(begun), clock::written(until));
        let keeping = Keeping { number, what: &what, how: held };
        self.look_before_keeping(&keeping)?;
        let (revision, kept, time) = (&job.revision.id, found.kept, (time.0.as_str(), time.1.as_str()));
        let asides = keep::put_aside(self.driver, revision, event, kept, &self.ahead, time, &limits)
            .map_err(|error| failed(what.clone(), error))?;
        self.look_after_keeping(&keeping)?;
        Ok(asides)
    }

    /// One-based, among the statements of the revision.
    pub fn number_that_destroys(&self, job: &Job<'_>, range: Range<usize>) -> usize {
        let first = job.readings(range.clone()).iter().position(may_lose);
        range.start + first.unwrap_or_default() + 1
    }

    /// What these statements destroy of the database as it is.
    pub fn found_lost(&self, job: &Job<'_>, range: Range<usize>, before: &Schema) -> Losses {
        let dialect = self.driver.dialect();
        let back = Job::prepare(job.revision, Direction::Down, dialect).ok();
        let way_back = back.as_ref().map(|back| back.readings(0..back.statements.len())).unwrap_or_default();
        losses(&job.readings(0..range.start), before, &job.readings(range), &way_back, dialect)
    }

    /// The lock is that of the first statement that destroys something, and so is the patience for it.
    pub fn first_that_destroys(&self, job: &Job<'_>, range: Range<usize>, foreseen: &[Foreseen]) -> Foreseen {
        let now = job.readings(range);
        let first = now.iter().zip(foreseen).find(|(reading, _)| may_lose(reading));
        first.map_or(BRIEF, |(_, foreseen)| foreseen.clone())
    }

    /// Whether others would wait for the copy who would not wait for the statement: one that is done as soon as it has its
    /// lock would hold it for as long as the copy takes; and one that takes another table's rows along would hold that one,
    /// which nobody expects. Rows that were chosen are as few as those that go.
    pub fn is_long_copy(&self, loss: &Loss, first: &Foreseen, facts: &Facts) -> bool {
        let rows = facts.table(&loss.source).map_or(0, |size| size.rows);
        let waited_for = first.class == Class::Brief || loss.taken_along;
        waited_for && loss.chosen.is_empty() && rows > self.options.keep.rows
    }

    fn refuse_a_long_copy(
        &self,
        job: &Job<'_>,
        losses: &[Loss],
        first: &Foreseen,
        facts: &Facts,
    ) -> Result<(), Failure> {
        let ahead = |loss: &Loss| self.ahead.iter().any(|copied| copied.loss == *loss);
        match losses.iter().find(|loss| self.is_long_copy(loss, first, facts) && !ahead(loss)) {
            Some(loss) => Err(Refusal::LongCopy {
                revision: job.revision.id.clone(),
                table: loss.source.to_string(),
                rows: facts.table(&loss.source).map_or(0, |size| size.rows),
                at_most: self.options.keep.rows,
                taken_along: loss.taken_along,
            }
            .into()),
            None => Ok(()),
        }
    }

    fn note_not_kept(&mut self, not_kept: Vec<NotKept>) {
        let mut unseen: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for NotKept { what, why, unknown } in not_kept {
            match unknown {
                true => unseen.entry(why).or_default().push(what),
                false => self.recalled.news.push(News::NotKept { what, why }),
            }
        }
        let unseen = unseen.into_iter().map(|(why, statements)| News::NotSeen { statements, why });
        self.recalled.news.extend(unseen);
    }

    fn note_about(&mut self, what: &str, reason: &str, losses: &[Loss]) {
        let note = format!("{what}: {reason}: {}", told(losses));
        self.note = Some(match self.note.take() {
            Some(known) if known.contains(&note) => known,
            Some(known) => format!("{known}; {note}"),
            None => note,
        });
    }

    /// Puts on the manifest what was copied, when the statements have run and before they are committed.
    pub fn complete(&mut self, asides: Vec<Aside>) -> Result<(), Failure> {
        if asides.is_empty() {
            return Ok(());
        }
        let completed = keep::complete(self.driver, asides);
        for completed in completed.map_err(|error| failed("what was copied".to_string(), error))? {
            match completed {
                Completed::Kept(kept) => self.recalled.news.push(News::Kept(kept)),
                Completed::NotKept { loss, why } => {
                    self.recalled.news.push(News::NotKept { what: loss.to_string(), why: why.to_string() });
                }
                Completed::Nothing => {}
            }
        }
        Ok(())
    }

    /// A try that was rolled back has kept nothing.
    pub fn forget_news(&mut self) {
        self.recalled.news.clear();
    }

    pub fn tell_news(&mut self) {
        self.pack_news();
        for news in std::mem::take(&mut self.recalled.news) {
            match &news {
                News::Kept(kept) => (self.listen)(Event::Kept { kept }),
                News::NotKept { what, why } => (self.listen)(Event::NotKept { what, why }),
                // Said once in a run: the next statement of the kind says nothing new.
                News::NotSeen { statements, why } => {
                    if self.recalled.told_unseen.insert(why.clone()) {
                        (self.listen)(Event::NotSeen { statements, why });
                    }
                }
                News::GivenBack(kept, rows) => (self.listen)(Event::GivenBack { kept, rows: *rows }),
                News::NotGivenBack(kept) => {
                    let why = "the downgrade does not make the place that it had, so it stays where it is kept";
                    (self.listen)(Event::NotGivenBack { kept, why });
                }
            }
        }
    }

    /// Packs what was kept, now that it is committed and nobody waits. A copy that cannot be packed is kept as it is.
    fn pack_news(&mut self) {
        let mut news = std::mem::take(&mut self.recalled.news);
        for kept in news.iter_mut().filter_map(|news| if let News::Kept(kept) = news { Some(kept) } else { None }) {
            self.pack(kept);
        }
        self.recalled.news = news;
    }

    fn pack(&mut self, kept: &mut Kept) {
        let before = kept.clone();
        let ahead = keep::seal_ahead(self.driver, kept).map_err(|error| failed(kept.loss.to_string(), error.into()));
        self.driver.expect_no_violations();
        let packed = ahead.and_then(|()| self.begin()).and_then(|()| {
            let packed = keep::seal(self.driver, kept).map_err(|error| failed(kept.loss.to_string(), error));
            self.end(packed)
        });
        if let Err(failure) = packed {
            *kept = before;
            (self.listen)(Event::KeptUnpacked { kept, why: &failure.to_string() });
        }
    }

    /// Packs what earlier runs were killed before they could.
    pub fn pack_what_is_left(&mut self) -> Result<(), Failure> {
        let left = keep::unsealed(self.driver).map_err(|error| failed("what was kept".to_string(), error))?;
        for mut kept in left {
            self.pack(&mut kept);
        }
        Ok(())
    }

    /// Looks whether what a downgrade is to give back is what was kept, and unpacks it; before any lock is asked for.
    pub fn unpack(&mut self, job: &Job<'_>) -> Result<(), Failure> {
        if job.direction == Direction::Up || self.options.keep.leave.is_some() {
            return Ok(());
        }
        let kept = keep::of_revision(self.driver, &job.revision.id);
        let kept = kept.map_err(|error| failed("what was kept".to_string(), error))?;
        for kept in &kept {
            self.driver.expect_no_violations();
            self.begin()?;
            let opened = self.open(kept);
            self.end(opened)?;
        }
        Ok(())
    }

    /// Inside the transaction that is open.
    fn open(&mut self, kept: &Kept) -> Result<(), Failure> {
        let soundness = keep::check(self.driver, kept)?;
        if let Some(fault) = soundness.fault(kept) {
            return Err(Refusal::KeptChanged { what: kept.loss.to_string(), number: kept.id, fault }.into());
        }
        Ok(keep::open(self.driver, kept)?)
    }

    /// Copies what a statement outside any transaction destroys, in one of its own. Nobody is kept from changing the
    /// table between the two: that is the price of a statement outside a transaction.
    pub fn keep_before_alone(&mut self, job: &Job<'_>, at: usize, event: i64) -> Result<(), Failure> {
        if job.direction == Direction::Down || !job.readings(at..at + 1).iter().any(may_lose) {
            return Ok(());
        }
        if self.begin_at(event)? == Turn::Lost {
            return Err(Failure::Overtaken);
        }
        self.forget_news();
        let copied = self.put_aside(job, at..at + 1, event, &[], Held::Before).and_then(|asides| {
            let (whole, later): (Vec<Aside>, Vec<Aside>) = asides.into_iter().partition(Aside::is_whole);
            for aside in later {
                let why = "it is told from what stays in the transaction of its statement only, and this one has none";
                let (what, why) = (aside.loss().to_string(), why.to_string());
                self.recalled.news.push(News::NotKept { what, why });
                keep::discard(self.driver, &aside)?;
            }
            self.complete(whole)
        });
        self.end(copied)?;
        self.tell_news();
        Ok(())
    }

    /// Finds out what a downgrade may give back, inside a transaction. At the beginning of the revision, it is also
    /// found out when; and what somebody changed since is let go.
    pub fn recall(&mut self, job: &Job<'_>, beginning: bool) -> Result<(), Failure> {
        if job.direction == Direction::Up {
            return Ok(());
        }
        let kept = keep::of_revision(self.driver, &job.revision.id);
        let mut kept = kept.map_err(|error| failed("what was kept".to_string(), error))?;
        if beginning && job.takes_over.is_some() && !kept.is_empty() {
            kept = self.drop_what_is_there(kept)?;
        }
        if let Some(reason) = &self.options.keep.leave {
            let losses: Vec<Loss> = kept.into_iter().map(|kept| kept.loss).collect();
            if beginning && !losses.is_empty() {
                (self.listen)(Event::LeftKept { losses: &losses, reason });
                self.note_about("nothing given back", reason, &losses);
            }
            self.recalled.kept.clear();
            return Ok(());
        }
        if beginning && !kept.is_empty() {
            let live = self.driver.introspect()?;
            self.recalled.ready = when_ready(&kept, &live, job, self.driver.dialect());
            for kept in &kept {
                let let_go = keep::forget_changed(self.driver, kept, &live);
                let_go.map_err(|error| failed(kept.loss.to_string(), error.into()))?;
            }
        }
        self.recalled.kept = kept;
        Ok(())
    }

    /// Copies that were made just before a statement which never ran: nothing of them is gone.
    fn drop_what_is_there(&mut self, kept: Vec<Kept>) -> Result<Vec<Kept>, Failure> {
        let (live, dialect) = (self.driver.introspect()?, self.driver.dialect());
        let (there, gone): (Vec<Kept>, Vec<Kept>) = kept.into_iter().partition(|kept| match kept.loss.what {
            Lost::Table | Lost::Columns | Lost::Conversion => kept.loss.has_place(&live, dialect),
            Lost::Overwritten | Lost::Rows => false,
        });
        for kept in &there {
            keep::remove(self.driver, kept)?;
        }
        Ok(gone)
    }

    /// Gives back what has its place again behind this statement.
    pub fn give_back_after(&mut self, at: usize) -> Result<(), Failure> {
        let due = |kept: &Kept| self.recalled.ready.get(&kept.id) == Some(&Ready::After(at));
        let (due, later): (Vec<Kept>, Vec<Kept>) = std::mem::take(&mut self.recalled.kept).into_iter().partition(due);
        self.recalled.kept = later;
        due.iter().try_for_each(|kept| self.give_back(&[kept], &[]))
    }

    /// Gives back the rest when all statements have run, inside the transaction that ends the revision.
    pub fn give_back_rest(&mut self, job: &Job<'_>) -> Result<(), Failure> {
        self.recall(job, false)?;
        let rest = std::mem::take(&mut self.recalled.kept);
        self.recalled.ready.clear();
        if rest.is_empty() {
            return Ok(());
        }
        let live = self.driver.introspect()?;
        let dialect = self.driver.dialect();
        let (placed, lost): (Vec<Kept>, Vec<Kept>) =
            rest.into_iter().partition(|kept| kept.loss.has_place(&live, dialect));
        self.recalled.news.extend(lost.into_iter().map(News::NotGivenBack));
        // A row that refers to another comes behind it.
        let losses: Vec<&Loss> = placed.iter().map(|kept| &kept.loss).collect();
        let order = parents_first(&losses, &live);
        let ring = ring_keys(&losses, &order, &live);
        let ordered: Vec<&Kept> = order.into_iter().filter_map(|at| placed.get(at)).collect();
        match ring.is_empty() {
            true => ordered.into_iter().try_for_each(|kept| self.give_back(&[kept], &[])),
            false => self.give_back(&ordered, &ring),
        }
    }

    fn give_back(&mut self, kept: &[&Kept], ring: &[RingKey]) -> Result<(), Failure> {
        for kept in kept {
            // A run that takes up where another was killed may find it packed.
            if !self.driver.has_table(&kept.place())? {
                self.open(kept)?;
            }
        }
        let what = || kept.iter().map(|kept| kept.loss.to_string()).collect::<Vec<_>>().join(", ");
        let given = keep::give_back(self.driver, kept, ring, &clock::now());
        let rows = given.map_err(|error| failed(what(), error.into()))?;
        let news = kept.iter().zip(rows).map(|(kept, rows)| News::GivenBack((*kept).clone(), rows));
        self.recalled.news.extend(news);
        Ok(())
    }

    /// Lets go of what has been kept for as long as it was to be.
    pub fn drop_expired(&mut self) -> Result<(), Failure> {
        let what = || "what was kept long enough".to_string();
        let expired = keep::expired(self.driver, &clock::now()).map_err(|error| failed(what(), error))?;
        if expired.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let removed = expired.iter().try_for_each(|kept| keep::remove(self.driver, kept));
        self.end(removed.map_err(|error| failed(what(), error.into())))?;
        (self.listen)(Event::KeptExpired { kept: &expired });
        Ok(())
    }
}

fn when_ready(
    kept: &[Kept],
    live: &Schema,
    job: &Job<'_>,
    dialect: &dyn whimbrel_plan::Dialect,
) -> BTreeMap<i64, Ready> {
    let losses: Vec<&Loss> = kept.iter().map(|kept| &kept.loss).collect();
    let ready = ready(&losses, live, &job.readings(0..job.statements.len()), dialect);
    kept.iter().map(|kept| kept.id).zip(ready).collect()
}

fn told(losses: &[Loss]) -> String {
    losses.iter().map(Loss::to_string).collect::<Vec<_>>().join(", ")
}

/// What the engine said of a statement that is not in the file.
pub(super) fn failed(what: String, error: KeptError) -> Failure {
    let error = match error {
        KeptError::Driver(error) => error,
        KeptError::Row { .. } => DriverError::new(DriverErrorKind::Statement, error.to_string()),
    };
    match error.kind {
        DriverErrorKind::Statement | DriverErrorKind::Forbidden => Failure::Kept { what, error: Box::new(error) },
        DriverErrorKind::Lost
        | DriverErrorKind::Connect
        | DriverErrorKind::Busy
        | DriverErrorKind::Cancelled
        | DriverErrorKind::TimedOut
        | DriverErrorKind::Unwritable
        | DriverErrorKind::Unsupported => error.into(),
    }
}
