use whimbrel_plan::backfill::{BackfillPlan, Batching, Key};

use super::pace::Pace;
use super::stretch::Stretches;
use super::{Checkpoint, Options};
use crate::{Driver, DriverError};

/// The connections that change rows side by side.
pub(crate) struct Crew {
    pub hands: Vec<Box<dyn Driver>>,
    /// Why there are fewer than somebody asked for.
    pub fewer: Option<String>,
}

/// Opens as many connections as are wanted and of use; none where the driver's own does it all. `alone` says why no
/// other connection can.
pub(crate) fn gather(
    driver: &mut dyn Driver,
    plan: &BackfillPlan<'_>,
    checkpoint: &Checkpoint,
    options: &Options,
    alone: Option<&str>,
) -> Result<Crew, DriverError> {
    let none = |fewer: Option<&str>| Ok(Crew { hands: Vec::new(), fewer: fewer.map(str::to_string) });
    let Some(pacing) = driver.dialect().batching().map(Batching::pacing).filter(|_| checkpoint.pass == 0) else {
        return none(None);
    };
    let in_partitions = matches!(plan.key, Key::Partitions(_));
    let alone = match pacing.side_by_side {
        true => alone
            .or(plan.temporary.then_some("only the connection that made the table sees it"))
            .or(in_partitions.then_some("partitions without a key are gone over one after the other")),
        false => Some("this engine lets one connection write at a time"),
    };
    let parts = Stretches::of(driver, checkpoint).read(driver)?;
    if !parts.is_empty() {
        // What was cut is gone over in its parts, by one connection too.
        let open = parts.iter().filter(|part| !part.done).count() as u64;
        let wanted = if alone.is_some() || open == 0 { open.min(1) } else { options.jobs.max(1) };
        return open_up(driver, wanted, wanted.min(1));
    }
    if options.jobs <= 1 || alone.is_some() {
        return none(alone.filter(|_| options.jobs > 1));
    }
    // Each is to have more than a batch or two.
    let first = Pace::new(pacing, options, None).rows();
    let worth = |total: u64| total.saturating_sub(checkpoint.passed) / first / 2;
    let wanted = options.jobs.min(checkpoint.total.map_or(options.jobs, worth));
    if wanted < 2 { none(None) } else { open_up(driver, wanted, 0) }
}

/// Some connections are better than none, where the server has no room for more; with fewer than `least` nothing can be
/// done.
fn open_up(driver: &mut dyn Driver, wanted: u64, least: u64) -> Result<Crew, DriverError> {
    let mut hands = Vec::new();
    let mut fewer = None;
    while (hands.len() as u64) < wanted {
        match driver.beside() {
            Ok(Some(one)) => hands.push(one),
            Ok(None) => {
                fewer = Some("there is no other connection".to_string());
                break;
            }
            Err(error) if hands.len() as u64 >= least => {
                fewer = Some(error.to_string());
                break;
            }
            Err(error) => return Err(error),
        }
    }
    // One that works for another that waits is no gain.
    if least == 0 && hands.len() < 2 {
        hands.clear();
    }
    Ok(Crew { hands, fewer })
}
