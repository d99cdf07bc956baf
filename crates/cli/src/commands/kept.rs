use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::keep::{self, Kept, KeptError};
use whimbrel_run::{Driver, DriverError};

use crate::args::{self, KeptCommand};
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::{table::Columns, words};

pub fn run(arguments: &args::Kept, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let mut driver = project.connect(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let kept = keep::read(driver.as_mut()).map_err(|error| unreadable(&error))?;
    match &arguments.command {
        None | Some(KeptCommand::List) => {
            let kept = kept.into_iter().map(Thing::from).collect();
            printer.show(Exit::Fine, &List { database, kept });
        }
        Some(KeptCommand::Drop(which)) => {
            let unknown = which.numbers.iter().find(|number| !kept.iter().any(|kept| kept.id == **number));
            if let Some(number) = unknown {
                let failure = Failure::usage("kept", format!("nothing is kept under the number {number}"));
                return Err(failure.next("whimbrel kept"));
            }
            let gone: Vec<Kept> =
                kept.into_iter().filter(|kept| which.all || which.numbers.contains(&kept.id)).collect();
            let_go(driver.as_mut(), &gone).map_err(|error| diagnose::database(&error))?;
            let dropped = gone.into_iter().map(Thing::from).collect();
            printer.show(Exit::Fine, &Dropped { database, dropped });
        }
    }
    Ok(Exit::Fine)
}

fn let_go(driver: &mut dyn Driver, gone: &[Kept]) -> Result<(), DriverError> {
    driver.begin()?;
    let removed = gone.iter().try_for_each(|kept| keep::remove(driver, kept));
    match removed {
        Ok(()) => driver.commit(),
        Err(error) => {
            // The connection may be gone, and then the engine has rolled back by itself.
            let _ = driver.rollback();
            Err(error)
        }
    }
}

fn unreadable(error: &KeptError) -> Failure {
    match error {
        KeptError::Driver(error) => diagnose::database(error),
        KeptError::Row { .. } => Failure::new(Exit::Refused, "kept", error.to_string()),
    }
}

#[derive(Serialize)]
struct Thing {
    number: i64,
    revision: String,
    what: String,
    rows: i64,
    bytes: i64,
    kept_at: String,
    until: String,
    /// A downgrade gave back what it could, and this was left over.
    #[serde(skip_serializing_if = "Option::is_none")]
    given_back_at: Option<String>,
}

impl From<Kept> for Thing {
    fn from(kept: Kept) -> Self {
        Thing {
            number: kept.id,
            revision: kept.revision.to_string(),
            what: kept.loss.to_string(),
            rows: kept.rows,
            bytes: kept.bytes,
            kept_at: kept.kept_at,
            until: kept.until,
            given_back_at: kept.given_back_at,
        }
    }
}

impl Thing {
    fn cells(&self) -> [String; 6] {
        let rows = words::counted(usize::try_from(self.rows).unwrap_or_default(), "row");
        let bytes = words::bytes(u64::try_from(self.bytes).unwrap_or_default());
        let until = words::when(&self.until);
        let left = match self.given_back_at {
            Some(_) => "given back, some rows were gone",
            None => "",
        };
        [
            self.number.to_string(),
            self.revision.yellow().to_string(),
            self.what.clone(),
            format!("{rows}, {bytes}"),
            format!("until {until}"),
            left.to_string(),
        ]
    }
}

#[derive(Serialize)]
struct List {
    database: String,
    kept: Vec<Thing>,
}

impl Screen for List {
    fn text(&self, _: Detail) -> String {
        let mut columns = Columns::default();
        self.kept.iter().for_each(|thing| columns.row(thing.cells()));
        let told = match columns.is_empty() {
            true => "nothing is kept\n".to_string(),
            false => columns.text("  "),
        };
        format!("{}\n{told}", self.database.dimmed())
    }
}

#[derive(Serialize)]
struct Dropped {
    database: String,
    dropped: Vec<Thing>,
}

impl Screen for Dropped {
    fn text(&self, _: Detail) -> String {
        let counted = words::counted(self.dropped.len(), "kept thing");
        format!("{}\nlet go of {counted}\n", self.database.dimmed())
    }
}
