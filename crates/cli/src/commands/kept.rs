use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::keep::{self, Kept, KeptError};
use whimbrel_run::protect::{self, Pass, Passed, Work};
use whimbrel_run::{Actor, Driver, DriverError};

use crate::args::{self, Global, KeptCommand};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::protecting::{self, Said};
use crate::render::{table::Columns, words};
use crate::{applying, diagnose};

pub fn run(arguments: &args::Kept, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let environment = project.settings.need_database()?;
    let mut driver = project.connect(&environment)?;
    let database = project.place(&environment, Some(driver.as_ref()));
    let driver = driver.as_mut();
    let said = Said::meant_for_good(&arguments.meant);
    let passes = match work(arguments.command.as_ref()) {
        None => Passes::default(),
        Some((work, words)) => {
            let protection = protecting::protection(project, &environment, &said, &global.again(), printer)?;
            let command = format!("whimbrel kept {words}{}", global.again());
            let passed = protecting::ask(driver, protection.as_ref(), work, &command)?;
            Passes { of: Some((work, passed)), actor: Some(applying::actor(None, project)) }
        }
    };
    let kept = keep::read(driver).map_err(|error| unreadable(&error))?;
    match &arguments.command {
        None | Some(KeptCommand::List) => {
            let kept = kept.into_iter().map(Thing::from).collect();
            printer.show(Exit::Fine, &List { database, kept });
        }
        Some(KeptCommand::Check) => {
            let checked = kept.into_iter().map(|kept| Checked::of(driver, kept)).collect::<Result<Vec<_>, _>>();
            let checked = checked.map_err(|error| diagnose::database(&error))?;
            let exit = match checked.iter().any(|checked| checked.fault.is_some()) {
                true => Exit::Differences,
                false => Exit::Fine,
            };
            printer.show(exit, &CheckedList { database, checked });
            return Ok(exit);
        }
        Some(KeptCommand::Restore(which)) => {
            let kept = kept.into_iter().find(|kept| kept.id == which.number).ok_or_else(|| unknown(which.number))?;
            let table = within(driver, &passes, |driver| restore(driver, &kept))?;
            printer.show(Exit::Fine, &Restored { database, table, thing: Thing::from(kept) });
        }
        Some(KeptCommand::Prune) => {
            let now = whimbrel_run::clock::now();
            let gone = keep::expired(driver, &now).map_err(|error| unreadable(&error))?;
            let_go(driver, &passes, &gone)?;
            printer.show(Exit::Fine, &Dropped { database, dropped: gone.into_iter().map(Thing::from).collect() });
        }
        Some(KeptCommand::Drop(which)) => {
            if let Some(number) = which.numbers.iter().find(|number| !kept.iter().any(|kept| kept.id == **number)) {
                return Err(unknown(*number));
            }
            let gone: Vec<Kept> =
                kept.into_iter().filter(|kept| which.all || which.numbers.contains(&kept.id)).collect();
            let_go(driver, &passes, &gone)?;
            printer.show(Exit::Fine, &Dropped { database, dropped: gone.into_iter().map(Thing::from).collect() });
        }
    }
    Ok(Exit::Fine)
}

fn unknown(number: i64) -> Failure {
    Failure::usage("kept", format!("nothing is kept under the number {number}")).next("whimbrel kept")
}

/// What a command does to the database, and its words; `None` where it only looks.
fn work(command: Option<&KeptCommand>) -> Option<(Work, String)> {
    match command? {
        KeptCommand::List | KeptCommand::Check => None,
        KeptCommand::Restore(which) => Some((Work::PutBeside, format!("restore {}", which.number))),
        KeptCommand::Prune => Some((Work::LetGoExpired, "prune".to_string())),
        KeptCommand::Drop(which) if which.all => Some((Work::LetGo, "drop --all".to_string())),
        KeptCommand::Drop(which) => {
            let numbers: String = which.numbers.iter().map(|number| format!(" {number}")).collect();
            Some((Work::LetGo, format!("drop{numbers}")))
        }
    }
}

/// Gates that were passed, to be written down with what they let through.
#[derive(Default)]
struct Passes {
    of: Option<(Work, Vec<Pass>)>,
    actor: Option<Actor>,
}

impl Passes {
    fn write_down(&self, driver: &mut dyn Driver) -> Result<(), Failure> {
        let (Some((work, passes)), Some(actor)) = (&self.of, &self.actor) else { return Ok(()) };
        protect::write_down(driver, &Passed::beside(*work, passes), actor).map_err(|error| diagnose::database(&error))
    }
}

fn let_go(driver: &mut dyn Driver, passes: &Passes, gone: &[Kept]) -> Result<(), Failure> {
    let database = |error: DriverError| diagnose::database(&error);
    within(driver, passes, |driver| gone.iter().try_for_each(|kept| keep::remove(driver, kept)).map_err(database))
}

/// Only what is what was kept is given back, here too.
fn restore(driver: &mut dyn Driver, kept: &Kept) -> Result<String, Failure> {
    let database = |error: DriverError| diagnose::database(&error);
    if let Some(fault) = keep::check(driver, kept).map_err(database)?.fault(kept) {
        let message = format!("{} was kept, and cannot be given back: {fault}", kept.loss);
        let next =
            format!("bring `{}` back as it was from a backup, then: whimbrel kept restore {}", kept.table(), kept.id);
        return Err(Failure::new(Exit::Refused, "kept-changed", message).next(next));
    }
    if driver.has_table(&kept.beside()).map_err(database)? {
        let message = format!("`{}` is there already, from an earlier restore", kept.beside());
        let next = format!("DROP TABLE {}, then: whimbrel kept restore {}", kept.beside(), kept.id);
        return Err(Failure::new(Exit::Refused, "kept-restored", message).next(next));
    }
    keep::restore_beside(driver, kept).map_err(database)
}

fn within<T>(
    driver: &mut dyn Driver,
    passes: &Passes,
    run: impl FnOnce(&mut dyn Driver) -> Result<T, Failure>,
) -> Result<T, Failure> {
    driver.begin().map_err(|error| diagnose::database(&error))?;
    let ran = run(driver).and_then(|value| passes.write_down(driver).map(|()| value));
    match ran {
        Ok(value) => driver.commit().map(|()| value).map_err(|error| diagnose::database(&error)),
        Err(failure) => {
            // The connection may be gone, and then the engine has rolled back by itself.
            let _ = driver.rollback();
            Err(failure)
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
    /// SHA-256 over every value; none until it is packed.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
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
            sha256: kept.hash,
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
            Some(_) => "given back, except for rows that were gone or written since",
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

fn listed(database: &str, columns: &Columns) -> String {
    let told = match columns.is_empty() {
        true => "nothing is kept\n".to_string(),
        false => columns.text("  "),
    };
    format!("{}\n{told}", database.dimmed())
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
        listed(&self.database, &columns)
    }
}

#[derive(Serialize)]
struct Checked {
    #[serde(flatten)]
    thing: Thing,
    packed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl Checked {
    fn of(driver: &mut dyn Driver, kept: Kept) -> Result<Self, DriverError> {
        let soundness = keep::check(driver, &kept)?;
        Ok(Checked { fault: soundness.fault(&kept), packed: kept.hash.is_some(), thing: Thing::from(kept) })
    }
}

#[derive(Serialize)]
struct CheckedList {
    database: String,
    checked: Vec<Checked>,
}

impl Screen for CheckedList {
    fn text(&self, _: Detail) -> String {
        let mut columns = Columns::default();
        for checked in &self.checked {
            let verdict = match (&checked.fault, checked.packed) {
                (Some(fault), _) => fault.red().to_string(),
                (None, true) => "as it was kept".to_string(),
                (None, false) => "not packed yet, so it has no hash: the next upgrade packs it".to_string(),
            };
            let thing = &checked.thing;
            columns.row([thing.number.to_string(), thing.revision.yellow().to_string(), thing.what.clone(), verdict]);
        }
        listed(&self.database, &columns)
    }
}

#[derive(Serialize)]
struct Restored {
    database: String,
    table: String,
    thing: Thing,
}

impl Screen for Restored {
    fn text(&self, _: Detail) -> String {
        let rows = words::counted(usize::try_from(self.thing.rows).unwrap_or_default(), "row");
        format!(
            "{}\n{} is in the table `{}` now ({rows}), and stays kept too\nwhen it is of no more use: DROP TABLE {}\n",
            self.database.dimmed(),
            self.thing.what,
            self.table,
            self.table
        )
    }
}

#[derive(Serialize)]
struct Dropped {
    database: String,
    dropped: Vec<Thing>,
}

impl Screen for Dropped {
    fn text(&self, _: Detail) -> String {
        let told = match self.dropped.len() {
            0 => "nothing to let go of".to_string(),
            count => format!("let go of {}", words::counted(count, "kept thing")),
        };
        format!("{}\n{told}\n", self.database.dimmed())
    }
}
