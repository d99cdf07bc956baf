use anyhow::{Context, Result, ensure};
use whimbrel_plan::Dialect;
use whimbrel_run::Driver;
use whimbrel_schema::{Column, Engine, ObjectId, ObjectKind, ObjectName, Pair, Schema, Table};

use crate::case::{Case, Choice};

/// What a person said is the same thing under another name, and what values are to become.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    tables: Vec<(String, String)>,
    columns: Vec<(String, String, String)>,
    backfills: Vec<(String, String)>,
    usings: Vec<(String, String)>,
}

impl Moves {
    pub fn of(case: &Case) -> Self {
        let mut moves = Moves::default();
        for choice in &case.choices {
            match choice {
                Choice::Rename(pair) => {
                    let (from, to) = pair.split_once(':').unwrap_or((pair, pair));
                    match from.rsplit_once('.') {
                        Some((table, column)) => {
                            moves.columns.push((table.to_owned(), column.to_owned(), to.to_owned()));
                        }
                        None => moves.tables.push((from.to_owned(), to.to_owned())),
                    }
                }
                Choice::Backfill(place, expression) => moves.backfills.push((place.clone(), expression.clone())),
                Choice::Using(place, expression) => moves.usings.push((place.clone(), expression.clone())),
                Choice::AllowDrop(_)
                | Choice::NoUndo(_)
                | Choice::PreparesAgain(_)
                | Choice::AllowQuestions
                | Choice::AllowDoubts
                | Choice::NoChanges
                | Choice::Phases(_) => {}
            }
        }
        moves
    }

    pub fn table(&self, from: &ObjectName) -> ObjectName {
        let moved = self.tables.iter().find(|(before, _)| *before == from.to_string());
        match moved {
            Some((_, to)) => from.sibling(to.clone()),
            None => from.clone(),
        }
    }

    fn column<'a>(&'a self, table: &ObjectName, from: &'a str) -> &'a str {
        // A column is named with its table's old name or with its new one.
        let tables = [table.to_string(), self.table(table).to_string()];
        let moved = self.columns.iter().find(|(of, before, _)| tables.contains(of) && before == from);
        moved.map_or(from, |(_, _, to)| to)
    }

    /// The answer for that column, which may be named by what it or its table was or becomes.
    fn answer<'a>(answers: &'a [(String, String)], tables: [&ObjectName; 2], columns: [&str; 2]) -> Option<&'a str> {
        answers.iter().find_map(|(place, expression)| {
            let (table, column) = place.rsplit_once('.')?;
            let fits = tables.iter().any(|it| it.to_string() == table) && columns.contains(&column);
            fits.then_some(expression.as_str())
        })
    }
}

/// What a table's rows have to be afterwards, read beforehand.
pub struct Expectation {
    table: ObjectName,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    /// Types change: a value may be printed in another way, and be the same.
    converted: Vec<bool>,
}

/// Reads, from a database that is still at `from`, what its rows have to be at `to`; with `back`, what they have to be
/// when it has come back to `from`.
pub fn expect(schemas: Pair<&Schema>, moves: &Moves, driver: &mut dyn Driver, back: bool) -> Result<Vec<Expectation>> {
    let mut expectations = Vec::new();
    for from in schemas.from.tables.values() {
        let Some(to) = schemas.to.table(&moves.table(&from.name)) else { continue };
        let tables = Pair::new(from, to);
        // Where there is no cast between two types, the engine goes by way of their texts.
        let direct = of_table(schemas, tables, moves, driver, Way { back, by_text: false });
        expectations.push(direct.or_else(|_| of_table(schemas, tables, moves, driver, Way { back, by_text: true }))?);
    }
    Ok(expectations)
}

#[derive(Debug, Clone, Copy)]
struct Way {
    back: bool,
    by_text: bool,
}

fn of_table(
    schemas: Pair<&Schema>,
    tables: Pair<&Table>,
    moves: &Moves,
    driver: &mut dyn Driver,
    Way { back, by_text }: Way,
) -> Result<Expectation> {
    let dialect = driver.dialect();
    let (mut columns, mut selected, mut converted) = (Vec::new(), Vec::new(), Vec::new());
    let (from, to) = (tables.from, tables.to);
    for column in from.columns.iter().filter(|column| !is_made(column)) {
        let Some(target) = find(schemas.to, to, moves.column(&from.name, &column.name)) else { continue };
        if is_made(target) {
            continue;
        }
        let names = [column.name.as_str(), target.name.as_str()];
        let mut value = dialect.quote(&column.name);
        if !back && let Some(using) = Moves::answer(&moves.usings, [&from.name, &to.name], names) {
            value = format!("({using})");
        }
        if let Some(fill) = Moves::answer(&moves.backfills, [&from.name, &to.name], names) {
            // Values that the way up made up are there on the way back too.
            value = format!("coalesce({value}, {fill})");
        }
        let same = column.ty == target.ty;
        if !same {
            value = cast(&value, target, schemas.to, dialect, by_text);
            if back {
                value = cast(&value, column, schemas.from, dialect, by_text);
            }
        }
        selected.push(printed(&value, dialect));
        columns.push(if back { column.name.clone() } else { target.name.clone() });
        converted.push(!same);
    }
    if !back {
        // Made of what will be gone by then.
        for (column, rule) in made_of_gone(schemas, tables, moves, dialect) {
            let value = cast(&format!("({rule})"), column, schemas.to, dialect, by_text);
            selected.push(printed(&value, dialect));
            columns.push(column.name.clone());
            converted.push(true);
        }
    }
    let table = if back { from.name.clone() } else { to.name.clone() };
    let rows = select(&selected, &from.name, driver).with_context(|| format!("reading the rows of `{}`", from.name))?;
    Ok(Expectation { table, columns, rows, converted })
}

/// New columns whose rule names a column that goes.
fn made_of_gone<'t>(
    schemas: Pair<&Schema>,
    tables: Pair<&'t Table>,
    moves: &'t Moves,
    dialect: &dyn Dialect,
) -> Vec<(&'t Column, &'t str)> {
    let Pair { from, to } = tables;
    let gone = |rule: &str| {
        from.columns.iter().any(|column| {
            let stays = find(schemas.to, to, moves.column(&from.name, &column.name)).is_some();
            !stays && names(rule, &dialect.quote(&column.name))
        })
    };
    let new = to.columns.iter().filter(|column| find(schemas.from, from, &column.name).is_none());
    new.filter_map(|column| {
        let rule = Moves::answer(&moves.backfills, [&from.name, &to.name], [&column.name, &column.name])?;
        gone(rule).then_some((column, rule))
    })
    .collect()
}

/// Whether the column's name stands in the rule.
fn names(rule: &str, column: &str) -> bool {
    rule.split(|character: char| !(character.is_alphanumeric() || character == '_')).any(|word| word == column)
}

/// Computed by the engine: not a value that anybody put there.
fn is_made(column: &Column) -> bool {
    use whimbrel_schema::Generation;
    match column.generation {
        Some(Generation::Stored(_) | Generation::Virtual(_)) => true,
        Some(Generation::Serial { .. } | Generation::Identity(_) | Generation::AutoIncrement) | None => false,
    }
}

fn find<'a>(schema: &Schema, table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| schema.engine.same_name(&column.name, name))
}

fn cast(value: &str, to: &Column, schema: &Schema, dialect: &dyn Dialect, by_text: bool) -> String {
    let own = ObjectName { namespace: to.ty.namespace.clone(), name: to.ty.name.clone() };
    let is_enum = schema.object(&ObjectId::new(ObjectKind::Enum, own)).is_some();
    match dialect.engine() {
        // SQLite keeps a value as it is, as far as the affinity of its column lets it.
        Engine::Sqlite | Engine::Mysql => value.to_owned(),
        // The type may not be there yet; its values print as they are spelled.
        Engine::Postgres if is_enum => format!("({value})::text"),
        Engine::Postgres if by_text => format!("(({value})::text)::{}", to.ty),
        Engine::Postgres => format!("({value})::{}", to.ty),
    }
}

fn printed(value: &str, dialect: &dyn Dialect) -> String {
    match dialect.engine() {
        Engine::Postgres => format!("({value})::text"),
        Engine::Sqlite | Engine::Mysql => format!("quote({value})"),
    }
}

fn select(columns: &[String], table: &ObjectName, driver: &mut dyn Driver) -> Result<Vec<Vec<Option<String>>>> {
    let list = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
    let sql = format!("SELECT {list} FROM {}", driver.dialect().quote_name(table));
    let mut rows = driver.query(&sql, &[]).with_context(|| sql.clone())?;
    rows.sort();
    Ok(rows)
}

impl Expectation {
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    pub fn check(&self, driver: &mut dyn Driver) -> Result<()> {
        let dialect = driver.dialect();
        let selected: Vec<String> =
            self.columns.iter().map(|column| printed(&dialect.quote(column), dialect)).collect();
        let rows = select(&selected, &self.table, driver)?;
        ensure!(rows.len() == self.rows.len(), "`{}` had {} rows and has {}", self.table, self.rows.len(), rows.len());
        let same = |at: usize, a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a == b || (self.converted[at] && alike(a, b)),
            (None, None) => true,
            (None, Some(_)) | (Some(_), None) => false,
        };
        for (expected, found) in self.rows.iter().zip(&rows) {
            let kept = expected.iter().zip(found).enumerate().all(|(at, (a, b))| same(at, a, b));
            ensure!(
                kept || self.columns.is_empty(),
                "`{}` ({}): a row was {expected:?} and is {found:?}",
                self.table,
                self.columns.join(", ")
            );
        }
        Ok(())
    }
}

/// The same value of another type: `5` and `'5'`, `1.50` and `1.5`.
fn alike(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.trim_matches('\'').to_owned();
    let (a, b) = (bare(a), bare(b));
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a == b,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => a == b,
    }
}

/// Backfilled values equal their rule: in every table that had rows, each new column with an answer has it.
pub fn backfilled(schemas: Pair<&Schema>, moves: &Moves, driver: &mut dyn Driver) -> Result<()> {
    let dialect = driver.dialect();
    for from in schemas.from.tables.values() {
        let Some(to) = schemas.to.table(&moves.table(&from.name)) else { continue };
        let elsewhere = made_of_gone(schemas, Pair::new(from, to), moves, dialect);
        let kept: Vec<&str> = from.columns.iter().map(|column| moves.column(&from.name, &column.name)).collect();
        let new = to.columns.iter().filter(|column| !kept.contains(&column.name.as_str()));
        for column in new.filter(|column| !elsewhere.iter().any(|(made, _)| made.name == column.name)) {
            let names = [column.name.as_str(), column.name.as_str()];
            let Some(rule) = Moves::answer(&moves.backfills, [&from.name, &to.name], names) else { continue };
            let (table, name) = (dialect.quote_name(&to.name), dialect.quote(&column.name));
            let different = match dialect.engine() {
                Engine::Postgres => format!("{name}::text IS DISTINCT FROM ({rule})::{}::text", column.ty),
                Engine::Sqlite | Engine::Mysql => format!("{name} IS NOT ({rule})"),
            };
            let rows = driver.query(&format!("SELECT 1 FROM {table} WHERE {different}"), &[])?;
            ensure!(rows.is_empty(), "`{}.{}`: {} rows are not `{rule}`", to.name, column.name, rows.len());
        }
    }
    Ok(())
}
