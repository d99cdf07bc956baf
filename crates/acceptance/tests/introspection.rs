//! What whimbrel reads from live databases, held against what SQLAlchemy's inspector reads from the same ones.

use anyhow::{Result, ensure};
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::truth::{Corpus, disagreements};

#[test]
fn on_sqlite_the_inspector_agrees() -> Result<()> {
    agrees(database::SQLITE)
}

/// The recorded statements of every published package are run, and the tables read back.
fn agrees(ground: Ground) -> Result<()> {
    let mut tables = 0;
    let mut problems = Vec::new();
    for corpus in Corpus::read_all()? {
        let record = corpus.record()?;
        let Some(created) = record.engines.get(&ground.engine) else { continue };
        let mut database = ground.database()?;
        database.driver.execute_script(&created.statements.join(";\n"))?;
        let schema = database.driver.introspect()?;
        let found = disagreements(&schema, &created.tables);
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", corpus.package)));
        tables += schema.tables.len();
    }
    ensure!(tables > 150, "only {tables} tables were looked at");
    ensure!(problems.is_empty(), "{ground}:\n  {}", problems.join("\n  "));
    Ok(())
}

#[test]
fn on_postgres_the_inspector_agrees() -> Result<()> {
    database::on_each_postgres(agrees)
}
