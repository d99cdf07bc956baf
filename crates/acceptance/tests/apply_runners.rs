//! Many runners at once: each revision takes effect once, and all end well.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Barrier;
use std::time::Duration;

use anyhow::{Result, ensure};
use whimbrel_acceptance::project::{self, Project, on_each_engine};
use whimbrel_run::apply::{Failure, Options};
use whimbrel_run::ledger;

#[test]
fn runner() {
    project::be_a_runner();
}

const RUNNERS: usize = 10;

/// Revisions that show it when they run twice: tables, and a number that is added to.
fn counting(project: &Project, revisions: usize) -> Result<()> {
    project.revision("r000", "none", "CREATE TABLE n (v integer);\nINSERT INTO n VALUES (0);", "DROP TABLE n;")?;
    for at in 1..revisions {
        let up = match at % 3 {
            0 => format!("CREATE TABLE t{at} (a integer);"),
            1 => "UPDATE n SET v = v + 1;".to_string(),
            // Not one transaction: it must not be taken over half-way either.
            _ => "UPDATE n SET v = v + 1;\n-- transaction: none\nUPDATE n SET v = v + 1;\nUPDATE n SET v = v + 1;"
                .to_string(),
        };
        project.revision(&format!("r{at:03}"), &format!("r{:03}", at - 1), &up, "-- nothing to do")?;
    }
    Ok(())
}

fn expected(revisions: usize) -> usize {
    (1..revisions).map(|at| [0, 1, 3][at % 3]).sum()
}

fn check(project: &Project, revisions: usize) -> Result<()> {
    assert_eq!(project.value("SELECT v FROM n")?, expected(revisions).to_string());
    assert_eq!(project.applied()?.len(), revisions);
    let ledger = ledger::read(&mut *project.connect()?)?;
    let done = ledger.events.iter().filter(|event| event.outcome == ledger::Outcome::Done).count();
    assert_eq!(done, revisions, "each took effect once");
    assert!(ledger.unfinished().is_none());
    Ok(())
}

#[test]
fn ten_processes_end_well() -> Result<()> {
    on_each_engine(|project| {
        counting(&project, 30)?;
        let runners = (0..RUNNERS).map(|_| Ok(project.runner("head")?.spawn()?)).collect::<Result<Vec<_>>>()?;
        let mut done = 0;
        for runner in runners {
            let output = runner.wait_with_output()?;
            let (said, complained) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
            ensure!(output.status.success(), "{:?}\n{said}\n{complained}", output.status);
            let line = said.lines().find_map(|line| line.split_once("done ")).expect("a runner says what it did").1;
            done += line.split(' ').next().unwrap().parse::<usize>()?;
        }
        assert_eq!(done, 30);
        check(&project, 30)
    })
}

#[test]
fn ten_threads_end_well_round_after_round() -> Result<()> {
    on_each_engine(|project| {
        for (round, revisions) in [4, 12, 20].into_iter().enumerate() {
            counting(&project, revisions)?;
            let start = Barrier::new(RUNNERS);
            std::thread::scope(|scope| {
                let upgrade = || {
                    start.wait();
                    project.upgrade("head").unwrap()
                };
                let runners: Vec<_> = (0..RUNNERS).map(|_| scope.spawn(upgrade)).collect();
                for runner in runners {
                    let report = runner.join().unwrap().unwrap_or_else(|error| panic!("round {round}: {error:?}"));
                    assert!(report.done.len() + report.elsewhere.len() <= revisions);
                }
            });
            check(&project, revisions)?;
        }
        Ok(())
    })
}

#[test]
fn one_step_asked_for_by_ten_is_one_step() -> Result<()> {
    on_each_engine(|project| {
        counting(&project, 4)?;
        let start = Barrier::new(RUNNERS);
        // All of them read the ledger before the first may write: the database is held until they wait for it.
        let mut holder = project.connect()?;
        assert!(holder.lock(Duration::from_secs(5))?);
        std::thread::scope(|scope| {
            let runners: Vec<_> = (0..RUNNERS)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        project.upgrade("+1").unwrap()
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(500));
            holder.unlock().unwrap();
            for runner in runners {
                runner.join().unwrap().unwrap();
            }
        });
        assert_eq!(project.applied()?, ["r000"]);
        Ok(())
    })
}

#[test]
fn who_waits_too_long_is_told_and_changes_nothing() -> Result<()> {
    on_each_engine(|project| {
        counting(&project, 2)?;
        let mut holder = project.connect()?;
        assert!(holder.lock(Duration::ZERO)?);
        let hurried = Options { wait: Duration::from_millis(300), ..project.options() };
        let error = project.upgrade_with("head", &hurried)?.unwrap_err();
        assert!(matches!(&*error.failure, Failure::Locked { waited } if *waited >= hurried.wait), "{error:?}");
        assert_eq!(error.exit_status(), 4);
        assert!(project.applied()?.is_empty());
        drop(holder);
        project.upgrade("head")??;
        Ok(())
    })
}
