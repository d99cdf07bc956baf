use whimbrel_plan::keep::{Against, Loss, Lost};
use whimbrel_plan::revision::RevisionId;
use whimbrel_schema::ObjectName;

use super::ahead::{CopiedAhead, take_over};
use super::manifest::number;
use super::{Kept, KeptError, Manifest, of_revision, remove};
use crate::guard::Limits;
use crate::{Driver, DriverError, DriverErrorKind};

/// One loss, copied and not yet on the manifest.
#[derive(Debug, Clone)]
pub struct Aside {
    kept: Kept,
    /// It was copied before the lock was taken.
    ahead: Option<CopiedAhead>,
    /// How many rows that has.
    counted: Option<i64>,
}

/// Copies what is about to be destroyed, inside the transaction that destroys it.
pub fn put_aside(
    driver: &mut dyn Driver,
    revision: &RevisionId,
    event: i64,
    losses: Vec<Loss>,
    ahead: &[CopiedAhead],
    time: (&str, &str),
    limits: &Limits,
) -> Result<Vec<Aside>, KeptError> {
    let manifest = Manifest::of(driver);
    // Asked first, because the server remarks on what it does not have to make.
    if !driver.has_table(Manifest::TABLE)? {
        driver.execute(&manifest.create())?;
    }
    // A statement outside any transaction may run again after it failed; what it destroys is kept once.
    for earlier in
        of_revision(driver, revision)?.iter().filter(|kept| kept.event == event && losses.contains(&kept.loss))
    {
        remove(driver, earlier)?;
    }
    let first = number(driver, &manifest.next_id())?.unwrap_or(1);
    let (kept_at, until) = time;
    let mut asides: Vec<Aside> = losses
        .into_iter()
        .zip(first..)
        .map(|(loss, id)| {
            let (kept_at, until) = (kept_at.to_string(), until.to_string());
            let revision = revision.clone();
            let (rows, bytes, numbers, given_back_at, hash) = (0, 0, Vec::new(), None, None);
            let ahead = ahead.iter().find(|copied| copied.loss == loss).cloned();
            Aside {
                ahead,
                counted: None,
                kept: Kept { id, revision, event, loss, rows, bytes, numbers, kept_at, until, given_back_at, hash },
            }
        })
        .collect();
    hold(driver, &manifest, &asides, limits)?;
    choose(driver, &manifest, &asides)?;
    printed_in_full(driver, |driver| asides.iter_mut().try_for_each(|aside| aside.copy(driver, &manifest)))?;
    for aside in asides.iter().filter(|aside| !aside.kept.loss.chosen.is_empty()) {
        if let Some(side) = aside.kept.side(manifest.home.as_deref(), driver.dialect()) {
            driver.execute(&side.drop_rows())?;
        }
    }
    Ok(asides)
}

/// Names the rows of those of which not all are copied: of a table that others refer to before theirs.
fn choose(driver: &mut dyn Driver, manifest: &Manifest, asides: &[Aside]) -> Result<(), KeptError> {
    let dialect = driver.dialect();
    let mut named: Vec<(ObjectName, String)> = Vec::new();
    let mut left: Vec<&Aside> = asides.iter().filter(|aside| !aside.kept.loss.chosen.is_empty()).collect();
    while !left.is_empty() {
        let before = left.len();
        let mut later = Vec::new();
        for aside in left {
            let Some(side) = aside.kept.side(manifest.home.as_deref(), dialect) else { continue };
            let rows_of = |table: &ObjectName| named.iter().find(|(name, _)| name == table).map(|it| it.1.clone());
            let Some(statements) = side.choose(&rows_of) else {
                later.push(aside);
                continue;
            };
            for statement in statements {
                driver.execute(&statement)?;
            }
            if aside.kept.loss.what == Lost::Rows {
                named.push((aside.kept.loss.source.clone(), side.rows().to_string()));
            }
        }
        left = later;
        if left.len() == before {
            let what = left.iter().map(|aside| aside.kept.loss.to_string()).collect::<Vec<_>>().join(", ");
            let what = format!("nobody can tell which rows to keep: {what}");
            return Err(DriverError::new(DriverErrorKind::Statement, what).into());
        }
    }
    Ok(())
}

/// From here on nobody else changes them, and what follows needs the same lock.
fn hold(driver: &mut dyn Driver, manifest: &Manifest, asides: &[Aside], limits: &Limits) -> Result<(), DriverError> {
    let dialect = driver.dialect();
    let Some(keeping) = dialect.keeping() else { return Ok(()) };
    for against in [Against::Everybody, Against::Writers] {
        let wanted = asides.iter().filter(|aside| against_of(&aside.kept.loss) == against);
        let sides = wanted.filter_map(|aside| aside.kept.side(manifest.home.as_deref(), dialect));
        let mut tables: Vec<ObjectName> = sides.map(|side| side.source()).collect();
        // Always in the same order, so that two who hold the same tables do not wait for each other.
        tables.sort();
        tables.dedup();
        if let Some(statement) = keeping.hold(&tables, against) {
            driver.execute_within(&statement, limits, &mut |_| {})?;
        }
    }
    Ok(())
}

fn against_of(loss: &Loss) -> Against {
    match loss.what {
        Lost::Table | Lost::Columns | Lost::Conversion => Against::Everybody,
        Lost::Overwritten | Lost::Rows => Against::Writers,
    }
}

/// Runs what reads or writes kept values with settings under which a value printed is that value.
pub(super) fn printed_in_full<T, E: From<DriverError>>(
    driver: &mut dyn Driver,
    run: impl FnOnce(&mut dyn Driver) -> Result<T, E>,
) -> Result<T, E> {
    let Some((before, full)) = driver.dialect().keeping().and_then(|keeping| keeping.printing()) else {
        return run(driver);
    };
    let back = driver.query(before, &[])?.into_iter().flatten().flatten().next();
    driver.query(full, &[])?;
    let result = run(driver)?;
    if let Some(back) = back {
        driver.query(&back, &[])?;
    }
    Ok(result)
}

/// Takes one copy away again.
pub fn discard(driver: &mut dyn Driver, aside: &Aside) -> Result<(), DriverError> {
    let manifest = Manifest::of(driver);
    if let Some(side) = aside.kept.side(manifest.home.as_deref(), driver.dialect()) {
        driver.execute(&side.discard())?;
    }
    Ok(())
}

impl Aside {
    pub fn loss(&self) -> &Loss {
        &self.kept.loss
    }

    /// Whether the copy is all that there is to keep, without a look at what the statement made of the rest.
    pub fn is_whole(&self) -> bool {
        !self.kept.loss.is_late()
    }

    fn copy(&mut self, driver: &mut dyn Driver, manifest: &Manifest) -> Result<(), KeptError> {
        let dialect = driver.dialect();
        let Some(side) = self.kept.side(manifest.home.as_deref(), dialect) else { return Ok(()) };
        match &self.ahead {
            Some(ahead) => self.counted = Some(take_over(driver, &self.kept, ahead, manifest)?),
            None => side.copy().iter().try_for_each(|statement| driver.execute(statement).map(drop))?,
        }
        let Some(keeping) = dialect.keeping() else { return Ok(()) };
        let (source, mut numbers) = (side.source(), Vec::new());
        if matches!(self.kept.loss.what, Lost::Table | Lost::Columns) {
            for column in self.kept.loss.columns.iter().filter(|column| column.numbered) {
                if let Some(last) = number(driver, &keeping.last_number(&source, &column.source))? {
                    numbers.push((column.name.clone(), last));
                }
            }
        }
        self.kept.numbers = numbers;
        Ok(())
    }
}

/// What became of one loss when its statements had run.
#[derive(Debug, Clone)]
pub enum Completed {
    Kept(Kept),
    /// There was nothing to keep.
    Nothing,
    NotKept {
        loss: Loss,
        why: &'static str,
    },
}

/// Puts on the manifest what is really gone, inside the same transaction, when its statements have run.
pub fn complete(driver: &mut dyn Driver, asides: Vec<Aside>) -> Result<Vec<Completed>, KeptError> {
    let manifest = Manifest::of(driver);
    printed_in_full(driver, |driver| asides.into_iter().map(|aside| complete_one(driver, &manifest, aside)).collect())
}

fn complete_one(driver: &mut dyn Driver, manifest: &Manifest, aside: Aside) -> Result<Completed, KeptError> {
    let Aside { mut kept, ahead: _, counted } = aside;
    let dialect = driver.dialect();
    let Some(side) = kept.side(manifest.home.as_deref(), dialect) else { return Ok(Completed::Nothing) };
    for statement in side.complete() {
        driver.execute(&statement)?;
    }
    let doubtful = match side.doubt() {
        Some(query) => !driver.query(&query, &[])?.is_empty(),
        None => false,
    };
    let rows = match counted {
        Some(rows) => rows,
        None => number(driver, &side.count())?.unwrap_or(0),
    };
    if doubtful || rows == 0 {
        driver.execute(&side.drop())?;
        let why = "the table has no key, so that nobody can tell the rows that went from those that stayed";
        return Ok(match doubtful {
            true => Completed::NotKept { loss: kept.loss, why },
            false => Completed::Nothing,
        });
    }
    let bytes = number(driver, &side.bytes())?.unwrap_or(0);
    (kept.rows, kept.bytes) = (rows, bytes);
    driver.execute(&manifest.insert(&kept)?)?;
    Ok(Completed::Kept(kept))
}
