use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::database::Database;
use whimbrel_acceptance::laws::ensure_same;
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::evolution::dual_write::{Kept, Value};
use whimbrel_plan::{Choices, Dialect};
use whimbrel_run::Driver;
use whimbrel_schema::{Column, Engine, Expression, Pair, Schema};

use crate::model::{Model, Row, Rows};
use crate::scenario::{Scenario, Values};
use crate::statement::{Code, Statement, Writer, backfill};
use whimbrel_acceptance::draw::Draw;

/// What was looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looked {
    pub statements: usize,
    pub rows: usize,
    pub of_old: usize,
    pub of_new: usize,
    pub backfilled: usize,
}

impl std::ops::AddAssign for Looked {
    fn add_assign(&mut self, other: Looked) {
        self.statements += other.statements;
        self.rows += other.rows;
        self.of_old += other.of_old;
        self.of_new += other.of_new;
        self.backfilled += other.backfilled;
    }
}

/// A half of the triggers that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakened {
    No,
    NoUpdates,
    NoWayBack,
}

const STATEMENTS: usize = 25;

pub fn hold(scenario: &Scenario, database: &mut Database, seed: u64, weakened: Weakened) -> Result<Looked> {
    let mut random = Draw::new(seed);
    let (engine, major) = (database.ground.engine, database.ground.major);
    let driver = database.driver.as_mut();
    let dialect = driver.dialect();
    let mut writer = Writer { scenario, engine, major, next_id: 0 };
    let mut model = Model { scenario, engine, rows: Rows::new() };

    driver.execute_script(&start(scenario, engine, &writer.table(), dialect))?;
    for _ in 0..6 {
        waiting_row(&mut writer, &mut model, &mut random, driver)?;
    }

    let from = driver.introspect()?;
    let middle = between(scenario, &from, dialect, weakened)?;
    let chain = draft(Pair::new(from.clone(), middle.clone()), dialect, &Choices::default())?;
    run(&chain.upgrade, driver)?;
    let reached = driver.introspect()?;
    ensure_same("expanded → meant", Pair::new(&reached, &middle), driver)?;
    session(scenario, &mut random, driver, &writer.table())?;

    let mut looked = Looked::default();
    let mut told = Vec::new();
    for _ in 0..STATEMENTS {
        let statement = writer.next(&mut random, &mut model);
        told.push(statement.sql.clone());
        let story = || format!("after\n{};", told.join(";\n"));
        execute(&statement, driver).with_context(story)?;
        looked.rows += compare(scenario, &model, driver, dialect).with_context(story)?;
        looked.statements += 1;
        match statement.code {
            Code::Old => looked.of_old += 1,
            Code::New => looked.of_new += 1,
            Code::Both => {}
        }
    }
    let rest = backfill(scenario, engine, "1 = 1");
    if !rest.is_empty() {
        (0..4).for_each(|group| model.backfill(group));
        looked.backfilled += driver.execute(&rest)? as usize;
        compare(scenario, &model, driver, dialect).context("after the backfill")?;
    }

    if weakened == Weakened::No {
        driver.prepare_session()?;
        run(&chain.downgrade, driver).context("the downgrade")?;
        ensure_same("contracted → from", Pair::new(&driver.introspect()?, &from), driver)?;
    }
    Ok(looked)
}

/// The table as old code knows it, and roles that may write no more than their own columns.
fn start(scenario: &Scenario, engine: Engine, table: &str, dialect: &dyn Dialect) -> String {
    let mut sql = String::new();
    if let Some(namespace) = scenario.namespace {
        sql.push_str(&format!("CREATE SCHEMA {};\n", dialect.quote(namespace)));
    }
    let columns: Vec<String> = (scenario.old.iter())
        .map(|column| {
            let default = column.default.map_or(String::new(), |it| format!(" DEFAULT {}", dialect.literal(it)));
            let null = if scenario.required { " NOT NULL" } else { "" };
            format!("{} {}{null}{default}", dialect.quote(column.name), column.ty)
        })
        .collect();
    sql.push_str(&format!(
        "CREATE TABLE {table} (id integer PRIMARY KEY, grp integer NOT NULL, note text, {}{}){};\n",
        columns.join(", "),
        scenario.within,
        scenario.suffix,
    ));
    if scenario.suffix.contains("PARTITION") {
        sql.push_str(&format!("CREATE TABLE low PARTITION OF {table} FOR VALUES FROM (0) TO (10);\n"));
        sql.push_str(&format!("CREATE TABLE high PARTITION OF {table} DEFAULT;\n"));
    }
    if scenario.trims && engine == Engine::Postgres {
        sql.push_str(&format!(
            "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.subject := btrim(NEW.subject); \
             RETURN NEW; END $$;\nCREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION tidy();\n"
        ));
    }
    sql
}

/// A row from before the triggers.
fn waiting_row(
    writer: &mut Writer<'_>,
    model: &mut Model<'_>,
    random: &mut Draw,
    driver: &mut dyn Driver,
) -> Result<()> {
    let scenario = writer.scenario;
    writer.next_id += 1;
    let (id, group) = (writer.next_id, random.below(4));
    let value = (*random.pick(scenario.values).unwrap()).trim().to_string();
    let (dialect, table) = (driver.dialect(), writer.table());
    let column = dialect.quote(scenario.old[0].name);
    driver.execute(&format!(
        "INSERT INTO {table} (id, grp, {column}) VALUES ({id}, {group}, {})",
        dialect.literal(&value)
    ))?;
    model.rows.insert(id, Row { group, old: vec![Some(value)], new: vec![None; scenario.new.len()] });
    Ok(())
}

/// The schema in between: the new columns beside the old ones, and what keeps them in step.
fn between(scenario: &Scenario, from: &Schema, dialect: &dyn Dialect, weakened: Weakened) -> Result<Schema> {
    let mut middle = from.clone();
    let name = scenario.object_name();
    let partitions =
        from.tables.values().filter(|it| it.options.partition_of.as_ref().is_some_and(|of| of.parent == name));
    let tables: Vec<_> = partitions.map(|it| it.name.clone()).chain([name.clone()]).collect();
    for table in &tables {
        let table = middle.table_mut(table).context("the table went away")?;
        for column in &scenario.new {
            let made = Column::new(column.name, dialect.read_type(column.ty));
            let default = column.default.map(|it| Expression::new(dialect.literal(it)));
            table.columns.push(Column { default, ..made });
        }
    }
    let mut dual = scenario.dual(dialect.engine());
    if weakened == Weakened::NoWayBack {
        for kept in &mut dual.kept {
            if let Kept::Both { old, .. } = kept {
                old.iter_mut().for_each(|side| side.value = Value::Left);
            }
        }
    }
    dual.keep(&mut middle, dialect)?;
    for table in &tables {
        let table = middle.table_mut(table).context("the table went away")?;
        table
            .columns
            .iter_mut()
            .filter(|column| scenario.new.iter().any(|it| it.name == column.name))
            .for_each(|it| it.default = None);
        if weakened == Weakened::NoUpdates {
            table.triggers.retain(|trigger| !trigger.name.ends_with("_update_old"));
            for trigger in &mut table.triggers {
                trigger.definition = trigger.definition.replace("BEFORE INSERT OR UPDATE ON", "BEFORE INSERT ON");
            }
        }
    }
    middle.sort();
    Ok(middle)
}

/// What sessions may be like: without a `search_path`, as somebody who may write one side only, with triggers that
/// start themselves.
fn session(scenario: &Scenario, random: &mut Draw, driver: &mut dyn Driver, table: &str) -> Result<()> {
    let dialect = driver.dialect();
    match dialect.engine() {
        Engine::Sqlite | Engine::Mysql => {
            let on = if random.one_in(2) { "on" } else { "off" };
            driver.query(&format!("PRAGMA recursive_triggers = {on}"), &[])?;
        }
        Engine::Postgres => {
            let list = |columns: &[crate::scenario::Column]| {
                columns.iter().map(|column| dialect.quote(column.name)).collect::<Vec<_>>().join(", ")
            };
            let mut sql = String::new();
            for (role, columns) in [("old_code", &scenario.old), ("new_code", &scenario.new)] {
                let columns = list(columns);
                sql.push_str(&format!(
                    "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n\
                     GRANT SELECT, DELETE, INSERT (id, grp, {columns}), UPDATE (note, {columns}) ON {table} TO {role};\n\
                     GRANT USAGE ON SCHEMA {} TO {role};\n",
                    dialect.quote(scenario.namespace.unwrap_or("public")),
                ));
            }
            driver.execute_script(&sql)?;
            if scenario.namespace.is_some() || random.one_in(2) {
                driver.execute("SET search_path TO 'nowhere'")?;
            }
        }
    }
    Ok(())
}

fn execute(statement: &Statement, driver: &mut dyn Driver) -> Result<()> {
    if driver.dialect().engine() == Engine::Postgres {
        let role = match statement.code {
            Code::Old if !statement.as_administrator => "SET ROLE old_code",
            Code::New if !statement.as_administrator => "SET ROLE new_code",
            Code::Old | Code::New | Code::Both => "RESET ROLE",
        };
        driver.execute(role)?;
    }
    driver.execute(&statement.sql)?;
    if driver.dialect().engine() == Engine::Postgres {
        driver.execute("RESET ROLE")?;
    }
    Ok(())
}

/// Every row of the database beside every row of the model; the number of rows.
fn compare(scenario: &Scenario, model: &Model<'_>, driver: &mut dyn Driver, dialect: &dyn Dialect) -> Result<usize> {
    let text = |name: &str| match dialect.engine() {
        Engine::Postgres => format!("{}::text", dialect.quote(name)),
        Engine::Sqlite | Engine::Mysql => format!("CAST({} AS TEXT)", dialect.quote(name)),
    };
    let columns: Vec<String> = scenario.old.iter().chain(&scenario.new).map(|column| text(column.name)).collect();
    let query = format!("SELECT id, grp, {} FROM {} ORDER BY id", columns.join(", "), scenario.quoted(dialect));
    let mut found = Rows::new();
    for row in driver.query(&query, &[])? {
        let mut values = row.into_iter();
        let mut number = || values.next().flatten().and_then(|it| it.parse().ok()).context("no number");
        let (id, group) = (number()?, number()?);
        let old: Values = values.by_ref().take(scenario.old.len()).collect();
        found.insert(id, Row { group, old, new: values.collect() });
    }
    for (id, row) in &model.rows {
        let there = found.get(id);
        ensure!(there == Some(row), "row {id} is {there:?}, and not {row:?}");
    }
    ensure!(found.len() == model.rows.len(), "{} rows and not {}", found.len(), model.rows.len());
    ensure!(model.out_of_step().is_none(), "out of step: {:?}", model.out_of_step());
    Ok(found.len())
}

/// As a revision runs.
fn run(statements: &[DraftStatement], driver: &mut dyn Driver) -> Result<()> {
    driver.prepare_session()?;
    driver.begin()?;
    for statement in statements {
        ensure!(statement.transactional, "not in a transaction: {}", statement.sql);
        driver.execute(&statement.sql).with_context(|| statement.sql.clone())?;
    }
    Ok(driver.commit()?)
}
