//! What a `CREATE INDEX CONCURRENTLY` that failed leaves behind is seen for what it is, and made anew.

use anyhow::{Result, ensure};
use whimbrel_acceptance::database;
use whimbrel_plan::autogenerate::draft;
use whimbrel_plan::diff::{DiffOptions, diff};
use whimbrel_plan::{Choices, Dialect};
use whimbrel_schema::{Pair, Schema};

#[test]
fn an_index_that_could_not_be_built_is_dropped_and_made_anew() -> Result<()> {
    for ground in database::postgres()? {
        let mut database = ground.database()?;
        let driver = database.driver.as_mut();
        driver.execute_script("CREATE TABLE t (id integer PRIMARY KEY, email text)")?;
        let mut wanted = driver.introspect()?;
        driver.execute_script("INSERT INTO t VALUES (1, 'same'), (2, 'same')")?;
        let index = "CREATE UNIQUE INDEX CONCURRENTLY once ON t (email)";
        ensure!(driver.execute(index).is_err(), "{ground}: two rows agree, and it was built");
        let left = driver.introspect()?;
        let valid = |schema: &Schema| schema.tables.values().flat_map(|table| &table.indexes).all(|index| index.valid);
        ensure!(!valid(&left), "{ground}: the index is called valid");

        fold(&mut wanted, index, driver.dialect())?;
        let drafted = draft(Pair::new(left, wanted.clone()), driver.dialect(), &Choices::default())?;
        let described: Vec<String> = drafted.changes.iter().map(ToString::to_string).collect();
        assert_eq!(described, ["change index `once` of `t`: it is invalid in the database"], "{ground}");
        let written: Vec<&str> = drafted.upgrade.iter().map(|statement| statement.sql.as_str()).collect();
        let expected = ["DROP INDEX CONCURRENTLY once", "CREATE UNIQUE INDEX CONCURRENTLY once ON t (email)"];
        assert_eq!(written, expected, "{ground}");
        let warning = drafted.upgrade[1].note.as_deref();
        assert_eq!(warning, Some("fails while two rows of `t` agree in `email`"), "{ground}");

        driver.execute_script("UPDATE t SET email = 'other' WHERE id = 2")?;
        for statement in &drafted.upgrade {
            driver.execute(&statement.sql)?;
        }
        let reached = driver.introspect()?;
        ensure!(valid(&reached), "{ground}: the index is still invalid");
        let rest = diff(Pair::new(&reached, &wanted), driver.dialect(), &DiffOptions::default());
        ensure!(rest.is_empty(), "{ground}: {rest:?}");
    }
    Ok(())
}

fn fold(schema: &mut Schema, statement: &str, dialect: &dyn Dialect) -> Result<()> {
    let whimbrel_plan::Understanding::Known { steps, .. } = dialect.understand(statement) else {
        anyhow::bail!("not understood: {statement}");
    };
    steps.iter().try_for_each(|step| Ok(whimbrel_plan::fold::apply(schema, step, dialect)?))
}
