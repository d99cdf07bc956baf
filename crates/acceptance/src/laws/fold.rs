use anyhow::{Context, Result, bail};
use whimbrel_plan::{Dialect, Understanding, fold};
use whimbrel_schema::{Pair, Schema};

use super::ensure_same;
use crate::database::Database;

/// The schema that a script makes, worked out in memory.
pub fn fold(script: &str, dialect: &dyn Dialect) -> Result<Schema> {
    let mut schema = Schema::new(dialect.engine());
    for range in dialect.split(script) {
        let statement = &script[range];
        match dialect.understand(statement) {
            Understanding::Known { steps, .. } => {
                for step in &steps {
                    fold::apply(&mut schema, step, dialect).with_context(|| format!("folding {statement}"))?;
                }
            }
            Understanding::Unknown { reason, .. } => bail!("not understood: {reason}\n{statement}"),
        }
    }
    dialect.complete_all(&mut schema);
    Ok(schema)
}

/// Folding a script gives the schema that is read from a database on which it ran.
pub fn folding_is_introspecting(script: &str, database: &mut Database) -> Result<Schema> {
    database.driver.execute_script(script).context("the engine refused the script")?;
    let found = database.driver.introspect()?;
    let folded = fold(script, database.driver.dialect())?;
    ensure_same("folded → introspected", Pair::new(&folded, &found), database.driver.as_mut())?;
    Ok(found)
}
