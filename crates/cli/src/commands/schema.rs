use std::collections::BTreeSet;

use serde::Serialize;
use whimbrel_plan::autogenerate;
use whimbrel_plan::{Choices, Dialect};
use whimbrel_schema::{Engine, Pair, Schema as Value};

use crate::args::{Schema, SchemaSource};
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::{Project, dialect};
use crate::{desired, schemas};

pub fn run(arguments: &Schema, project: &Project, printer: &Printer) -> Outcome {
    let (schema, dialect) = match arguments.from {
        SchemaSource::Database => {
            let environment = project.settings.need_database()?;
            let mut driver = project.connect_existing(&environment)?;
            (driver.introspect().map_err(|error| diagnose::database(&error))?, driver.dialect())
        }
        SchemaSource::Models => {
            let dialect = dialect(engine(arguments, project)?)?;
            (desired::read(project, &[dialect.engine()], printer)?.lower(project, dialect, printer)?.schema, dialect)
        }
        SchemaSource::History => {
            let dialect = dialect(engine(arguments, project)?)?;
            let history = project.history()?;
            let named = history.resolve(&project.target(&arguments.at)?, &BTreeSet::new());
            let named = named.map_err(|error| diagnose::target(&error))?;
            let revisions = history.closure(named.iter().map(|revision| &revision.id));
            (schemas::of_history(project, &history, &revisions, dialect)?, dialect)
        }
    };
    let sql = script(&schema, dialect)?;
    printer.show(Exit::Fine, &Shown { sql, schema });
    Ok(Exit::Fine)
}

fn engine(arguments: &Schema, project: &Project) -> Result<Engine, Failure> {
    match arguments.engine {
        Some(engine) => Ok(engine),
        None => Ok(project.settings.engines()?.first().copied().unwrap_or(Engine::Sqlite)),
    }
}

/// The statements that make the schema on an empty database.
fn script(schema: &Value, dialect: &dyn Dialect) -> Result<String, Failure> {
    let draft = autogenerate::draft(Pair::new(Value::new(schema.engine), schema.clone()), dialect, &Choices::default());
    let draft = draft.map_err(|error| diagnose::draft(&error))?;
    Ok(crate::autogenerate::text(&draft.upgrade))
}

#[derive(Serialize)]
struct Shown {
    schema: Value,
    sql: String,
}

impl Screen for Shown {
    fn text(&self, _: Detail) -> String {
        self.sql.clone()
    }
}
