//! An upgrade with batches, and somebody who writes until they are counted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use whimbrel_run::Driver;
use whimbrel_run::Event;
use whimbrel_run::apply::{self, Options};
use whimbrel_run::backfill::Doing;

use crate::project::Project;

/// `write` is called with 1, 2, 3 … at such intervals while the batches of `upgrade head` run. It is an error if too
/// little came of it to show anything: a few rows at least, and some of them behind the batches.
pub fn upgrade(
    project: &Project,
    options: &Options,
    interval: Duration,
    write: impl Fn(&mut dyn Driver, u32) -> Result<()> + Send,
) -> Result<()> {
    let (over, history) = (AtomicBool::new(false), project.history()?);
    let mut swept = false;
    let written = scope(|scope| -> Result<u32> {
        let over = &over;
        let writer = scope.spawn(move || -> Result<u32> {
            let mut driver = project.connect()?;
            let mut written = 0;
            while !over.load(Ordering::Relaxed) {
                written += 1;
                write(&mut *driver, written)?;
                sleep(interval);
            }
            Ok(written)
        });
        let result = project.connect().and_then(|mut driver| {
            Ok(apply::upgrade(&mut *driver, &history, &"head".parse()?, options, &mut |event| {
                let Event::Backfill { progress } = event else { return };
                swept |= matches!(progress.doing, Doing::Sweeping { .. });
                if progress.doing == Doing::Proving && !over.swap(true, Ordering::Relaxed) {
                    // The writer ends before anything is counted, or what it writes last belongs to nobody.
                    sleep(Duration::from_millis(300));
                }
            })?)
        });
        over.store(true, Ordering::Relaxed);
        let written = writer.join().map_err(|_| anyhow!("the writer panicked"))??;
        result?;
        Ok(written)
    })?;
    ensure!(written > 3 && swept, "{written} rows written, swept: {swept}: this shows nothing");
    Ok(())
}
