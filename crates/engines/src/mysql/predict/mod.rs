//! What a statement does to a live system: from how the engine works, not from a list of statements.
//!
//! Every statement that defines something takes an exclusive lock on the table's metadata for a moment, at its
//! beginning and at its end. While it waits for that (for a transaction that has merely read the table), everybody who
//! comes after it waits too. What it does in between depends on the algorithm, which depends on the clauses, the server
//! and the table.

mod alter;
mod clause;
mod cost;
mod dangers;
mod data;
mod dependents;
mod redefine;
mod server;

use whimbrel_plan::review::{Blocks, Circumstances, Danger, Held, Lock, Prediction, Told, Touch, Touched, Undo, Work};
use whimbrel_plan::{DataChange, NewRelation, Step, Understanding};
use whimbrel_schema::{ObjectKind, ObjectName};

use super::statement::{Create, Element, Key, Statement};
use super::token::tokens;
use super::understand;
use dependents::Gone;

pub(super) fn predict(statement: &str, understanding: &Understanding, at: &Circumstances<'_>) -> Prediction {
    let Understanding::Known { steps, .. } = understanding else {
        return filled(statement, at).unwrap_or_else(Prediction::worst);
    };
    let Ok(read) = understand::read(statement) else { return Prediction::worst() };
    let mut prediction = match &read {
        Statement::Alter(found) => alter::predict(found, steps, at),
        Statement::Create(found) => create(found, at),
        Statement::Data(found) => data::predict(found, at),
        Statement::Maintain { word, tables } => maintain(word, tables),
        Statement::Steps(steps) => of_steps(steps, at),
    };
    if at.in_transaction && commits(&read) {
        prediction.dangers.push(Told { step: 0, danger: Danger::CommitsImplicitly });
    }
    prediction
}

/// A table whose columns are those of a query or of another table: nobody else's yet, and filled by what is found.
fn filled(statement: &str, at: &Circumstances<'_>) -> Option<Prediction> {
    let made = NewRelation::of_create_table(statement)?;
    let mut words = tokens(statement);
    let mut prediction = match words.find(|token| token.is_word("SELECT") || token.is_word("LIKE"))? {
        select if select.is_word("SELECT") => {
            let query =
                format!("INSERT INTO `{}` {}", made.name.name.replace('`', "``"), statement.get(select.start..)?);
            let Ok(Statement::Data(read)) = understand::read(&query) else { return None };
            data::predict(&read, at)
        }
        _ => Prediction::default(),
    };
    prediction.touches.insert(0, metadata(&made.name, 0));
    if at.in_transaction && !tokens(statement).take(2).any(|token| token.is_word("TEMPORARY")) {
        prediction.dangers.push(Told { step: 0, danger: Danger::CommitsImplicitly });
    }
    Some(prediction)
}

/// Nobody uses the table while its definition changes hands. That takes a moment, once it is granted.
fn metadata(table: &ObjectName, step: usize) -> Touch {
    let lock = Lock::new("the EXCLUSIVE metadata lock", Blocks::ReadsAndWrites, Held::Moment);
    Touch { step, on: Touched::Relation(table.clone()), lock, work: Vec::new() }
}

/// Words of statements that define nothing here and commit all the same.
const COMMITTING: &[&str] =
    &["GRANT", "REVOKE", "FLUSH", "CREATE", "ALTER", "DROP USER", "RENAME", "RESET", "CACHE", "INSTALL", "UNINSTALL"];

/// Whether it commits the transaction that is open.
fn commits(statement: &Statement) -> bool {
    let step = |step: &Step| {
        if let Step::ChangeData { change, .. } = step {
            *change == DataChange::Truncate
        } else if let Step::SetSession { name, .. } = step {
            name == "LOCK TABLES"
        } else if let Step::Inert { what } = step {
            COMMITTING.iter().any(|word| what.starts_with(word))
        } else {
            true
        }
    };
    match statement {
        Statement::Create(create) => !create.temporary,
        Statement::Alter(_) | Statement::Maintain { .. } => true,
        Statement::Data(_) => false,
        Statement::Steps(steps) => steps.iter().any(step),
    }
}

fn create(create: &Create, at: &Circumstances<'_>) -> Prediction {
    let mut prediction = Prediction { touches: vec![metadata(&create.table, 0)], ..Prediction::default() };
    let servers = server::possible(at.facts);
    for element in &create.elements {
        match element {
            Element::Key(Key::Foreign(key)) => prediction.touches.push(metadata(&key.references, 0)),
            Element::Column(column) => {
                let key = column.references.as_ref();
                prediction.touches.extend(key.map(|key| metadata(&key.references, 0)));
                let danger = dangers::ignored_reference(column, &servers);
                prediction.dangers.extend(danger.map(|danger| Told { step: 0, danger }));
            }
            Element::Key(_) => {}
        }
    }
    if create.replace {
        prediction.undo = Undo::LosesData;
    }
    prediction
}

fn maintain(word: &str, tables: &[ObjectName]) -> Prediction {
    let touch = |table: &ObjectName| {
        let (lock, work) = match word {
            // A few pages are read.
            "ANALYZE" => (Lock::new("a shared metadata lock", Blocks::SchemaChanges, Held::Statement), Vec::new()),
            "CHECK" => (Lock::new("a shared metadata lock", Blocks::SchemaChanges, Held::Statement), vec![Work::Scan]),
            // InnoDB builds the table anew in place; a table with FULLTEXT, or of another engine, is copied.
            _ => (Lock::new("LOCK=SHARED (ALGORITHM=COPY)", Blocks::Writes, Held::Statement), vec![Work::Rewrite]),
        };
        Touch { step: 0, on: Touched::Relation(table.clone()), lock, work }
    };
    let defines = word == "OPTIMIZE" || word == "REPAIR";
    let metadata = tables.iter().filter(|_| defines).map(|table| metadata(table, 0));
    Prediction { touches: metadata.chain(tables.iter().map(touch)).collect(), ..Prediction::default() }
}

fn of_steps(steps: &[Step], at: &Circumstances<'_>) -> Prediction {
    let mut prediction = Prediction::default();
    for (number, step) in steps.iter().enumerate() {
        if !of_step(step, number, steps, at, &mut prediction) {
            return Prediction::worst();
        }
    }
    prediction
}

/// Adds what one step does; `false` where that is not known.
fn of_step(step: &Step, number: usize, all: &[Step], at: &Circumstances<'_>, prediction: &mut Prediction) -> bool {
    if at.passes_over(step) {
        return true;
    }
    let touches = &mut prediction.touches;
    match step {
        Step::DropTable { table, .. } => {
            touches.push(gone(table, number));
            let dropped = |it: &Step, other: &ObjectName| matches!(it, Step::DropTable { table, .. } if table == other);
            let kept = |other: &ObjectName| !all.iter().any(|it| dropped(it, other));
            prediction.dangers.extend(referenced(table, at).filter(kept).map(|other| refused(&other, number)));
            let broken = dependents::broken(Gone::Table(table), at).into_iter();
            prediction.dangers.extend(broken.map(|danger| Told { step: number, danger }));
            prediction.undo = Undo::LosesData;
        }
        Step::ChangeData { change: DataChange::Truncate, tables } => {
            for table in tables {
                touches.push(gone(table, number));
                prediction.dangers.extend(referenced(table, at).map(|other| refused(&other, number)));
            }
            prediction.undo = Undo::LosesData;
        }
        Step::RenameTable { from, to } => {
            touches.extend([metadata(from, number), metadata(to, number)]);
            let broken = dependents::broken(Gone::Renamed(from), at).into_iter();
            prediction.dangers.extend(broken.map(|danger| Told { step: number, danger }));
        }
        Step::CreateTrigger { table, .. } => touches.push(metadata(table, number)),
        Step::DropTrigger { name, .. } => {
            let found = table_of_trigger(name, at).map(|table| metadata(&table, number));
            let anywhere = || Touch { on: Touched::Unnamed, ..metadata(&ObjectName::new(name), number) };
            touches.push(found.unwrap_or_else(anywhere));
        }
        Step::CreateObject { object, .. } => touches.push(metadata(&object.id().name, number)),
        Step::DropObject { object, .. } => {
            let mut touch = metadata(&object.name, number);
            if object.kind == ObjectKind::Namespace {
                touch.on = Touched::Unnamed;
                touch.lock.held = Held::Statement;
                prediction.undo = Undo::LosesData;
            }
            touches.push(touch);
        }
        Step::SetSession { name, value } if name == "LOCK TABLES" => {
            touches.extend(value.iter().flat_map(|text| locked_tables(text, number)));
        }
        Step::SetSession { .. } | Step::Inert { .. } => {}
        // Made of other statements, which are predicted from what they say.
        Step::CreateTable { .. }
        | Step::SetTableOptions { .. }
        | Step::RebuildTable { .. }
        | Step::AddColumn { .. }
        | Step::DropColumn { .. }
        | Step::RenameColumn { .. }
        | Step::SetColumnType { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::SetGeneration { .. }
        | Step::AddConstraint { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::ChangeData { .. } => return false,
    }
    true
}

fn refused(other: &ObjectName, step: usize) -> Told {
    Told { step, danger: Danger::Fails { why: format!("a foreign key of `{other}` refers to it") } }
}

/// A table goes, with its file: nobody reads until it is gone, which takes longer for a large one.
fn gone(table: &ObjectName, step: usize) -> Touch {
    let mut touch = metadata(table, step);
    touch.lock.held = Held::Statement;
    touch
}

/// Another table with a foreign key to this one, where they are checked.
fn referenced(table: &ObjectName, at: &Circumstances<'_>) -> Option<ObjectName> {
    if !clause::checks_foreign_keys(at.session) {
        return None;
    }
    let engine = at.before.engine;
    let refers = |other: &&whimbrel_schema::Table| {
        !other.name.is(table, engine) && other.foreign_keys.iter().any(|key| key.references.is(table, engine))
    };
    at.before.tables.values().find(refers).map(|other| other.name.clone())
}

fn table_of_trigger(name: &str, at: &Circumstances<'_>) -> Option<ObjectName> {
    let has =
        |table: &&whimbrel_schema::Table| table.triggers.iter().any(|trigger| trigger.name.eq_ignore_ascii_case(name));
    at.before.tables.values().find(has).map(|table| table.name.clone())
}

/// `a READ, b AS c WRITE`.
fn locked_tables(text: &str, step: usize) -> Vec<Touch> {
    let touch = |part: &str| {
        let table = ObjectName::new(super::naming::unquote(part.split_whitespace().next()?));
        let reads = part.to_uppercase().contains("READ");
        let blocks = if reads { Blocks::Writes } else { Blocks::ReadsAndWrites };
        let lock =
            Lock::new(if reads { "LOCK TABLES … READ" } else { "LOCK TABLES … WRITE" }, blocks, Held::Transaction);
        Some(Touch { step, on: Touched::Relation(table), lock, work: Vec::new() })
    };
    text.split(',').filter_map(touch).collect()
}
