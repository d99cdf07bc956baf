//! Who runs the revisions of a case.

use std::fs;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use whimbrel::{Migrations, Options};
use whimbrel_plan::autogenerate::DraftStatement;
use whimbrel_run::Driver;
use whimbrel_schema::Pair;

use crate::database::Database;

pub trait By {
    /// `revisions` are those there and those back, each in the order in which they run.
    fn up(&mut self, database: &mut Database, revisions: Pair<&Vec<Vec<DraftStatement>>>) -> Result<()>;

    fn down(&mut self, database: &mut Database, down: &[Vec<DraftStatement>]) -> Result<()>;
}

/// Statement by statement, on the connection that looks at them.
pub struct ByHand;

impl By for ByHand {
    fn up(&mut self, database: &mut Database, revisions: Pair<&Vec<Vec<DraftStatement>>>) -> Result<()> {
        revisions.from.iter().try_for_each(|revision| run(revision, database.driver.as_mut()))
    }

    fn down(&mut self, database: &mut Database, down: &[Vec<DraftStatement>]) -> Result<()> {
        down.iter().try_for_each(|revision| run(revision, database.driver.as_mut()))
    }
}

/// As an application does it that carries its migrations: files, and the library.
#[derive(Default)]
pub struct ByApplication {
    written: Option<(TempDir, Migrations)>,
    /// What every run was asked about before it ran.
    pub planned: usize,
}

impl By for ByApplication {
    fn up(&mut self, database: &mut Database, revisions: Pair<&Vec<Vec<DraftStatement>>>) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let count = revisions.from.len();
        for (at, up) in revisions.from.iter().enumerate() {
            let down = revisions.to.get(count - 1 - at).map(Vec::as_slice).unwrap_or_default();
            let parent = if at == 0 { "none".to_string() } else { format!("r{:03}", at - 1) };
            let text = format!(
                "-- revision: r{at:03}\n-- parents:  {parent}\n-- message:  m\n\n-- upgrade\n{}\n-- downgrade\n{}",
                section(up),
                section(down)
            );
            fs::write(folder.path().join(format!("r{at:03}.sql")), text)?;
        }
        let migrations = Migrations::from_folder(folder.path());
        let mut application = whimbrel::Database::open(&database.url)?;
        self.planned += migrations.plan(&mut application, &Options::new())?.running().count();
        let report = migrations.upgrade(&mut application, &Options::new())?;
        ensure!(report.done.len() == count && report.waiting.is_empty(), "{report:?}");
        ensure!(migrations.compatibility(&mut application, &Options::new())?.may_run());
        self.written = Some((folder, migrations));
        Ok(())
    }

    fn down(&mut self, database: &mut Database, down: &[Vec<DraftStatement>]) -> Result<()> {
        let Some((_folder, migrations)) = self.written.take() else { return Ok(()) };
        let mut application = whimbrel::Database::open(&database.url)?;
        let report = migrations.downgrade(&mut application, "base", &Options::new())?;
        ensure!(report.done.len() == down.len(), "{report:?}");
        Ok(())
    }
}

fn section(statements: &[DraftStatement]) -> String {
    if statements.is_empty() {
        return "-- nothing to do\n".to_string();
    }
    let text = |statement: &DraftStatement| {
        let alone = if statement.transactional { "" } else { "-- transaction: none\n" };
        format!("{alone}{};\n", statement.sql)
    };
    statements.iter().map(text).collect()
}

/// As a revision runs: what can be in the transaction is, what the engine refuses there stands alone.
fn run(statements: &[DraftStatement], driver: &mut dyn Driver) -> Result<()> {
    driver.prepare_session()?;
    let mut open = false;
    for statement in statements {
        if statement.transactional && !open {
            driver.begin()?;
        } else if !statement.transactional && open {
            commit(driver)?;
        }
        open = statement.transactional;
        if let Err(error) = driver.execute(&statement.sql) {
            if open {
                driver.rollback()?;
            }
            return Err(anyhow::Error::from(error).context(format!("at {}", statement.sql)));
        }
    }
    if open { commit(driver) } else { Ok(()) }
}

fn commit(driver: &mut dyn Driver) -> Result<()> {
    let broken = driver.violations()?;
    ensure!(broken.is_empty(), "the revision breaks {}", broken.join("; "));
    Ok(driver.commit()?)
}
