use std::collections::BTreeSet;

use whimbrel_plan::review::Config;
use whimbrel_plan::revision::RevisionId;
use whimbrel_run::ledger;
use whimbrel_schema::{Engine, Schema};

use crate::args::Plan;
use crate::diagnose;
use crate::failure::{Exit, Failure, Outcome};
use crate::lint::inputs::Input;
use crate::lint::live::Live;
use crate::lint::planned::Planned;
use crate::lint::{configuration, review};
use crate::printer::Printer;
use crate::project::Project;
use crate::render::revision::Summary;

pub fn run(arguments: &Plan, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let target = project.target(&arguments.target)?;
    printer.now("reading the database");
    let found = Found::look(arguments, project)?;
    let pending = history.upgrade_path(&found.applied, &target).map_err(|error| diagnose::target(&error))?;
    let input = Input::of_revisions(&pending);
    let config = configuration::of_file(project.settings.lint());
    let config = review::sharpened(&config, &input, found.live.as_ref(), found.engine, project)?;
    // They are applied one after the other, and nobody uses meanwhile what the first of them makes.
    let config = Config { together: true, ..config };
    printer.now("judging the statements");
    let before = found.live.as_ref().map(|live| live.schema.clone()).unwrap_or_else(|| Schema::new(found.engine));
    let files = review::review(&input, found.engine, &config, Some(before), project)?;
    let revisions = pending.iter().map(|revision| Summary::of(revision, &history, &project.settings));
    let shorts = pending.iter().map(|revision| history.short(&revision.id).to_string());
    let planned = Planned {
        target: arguments.target.clone(),
        engine: found.engine,
        place: found.place,
        database: found.live.is_some(),
        facts: config.facts,
        revisions: revisions.zip(shorts).zip(files).map(|((summary, short), file)| (summary, short, file)).collect(),
    };
    printer.show(Exit::Fine, &planned);
    Ok(Exit::Fine)
}

/// What the revisions would meet.
struct Found {
    engine: Engine,
    applied: BTreeSet<RevisionId>,
    live: Option<Live>,
    /// The database as screens name it, or why none was asked.
    place: String,
}

impl Found {
    fn look(arguments: &Plan, project: &Project) -> Result<Found, Failure> {
        let without =
            |engine, why: &str| Ok(Found { engine, applied: BTreeSet::new(), live: None, place: why.to_string() });
        let Some(environment) = project.settings.database()? else {
            let engines = project.settings.engines()?;
            return without(engines.first().copied().unwrap_or(Engine::Sqlite), "no database is named");
        };
        let engine = environment.url.engine();
        if arguments.offline {
            return without(engine, "no database was asked");
        }
        if environment.is_missing() {
            let place = format!("{}, which is not there yet", project.place(&environment, None));
            return without(engine, &place);
        }
        let mut driver = project.connect_existing(&environment)?;
        let ledger = ledger::read(driver.as_mut()).map_err(|error| diagnose::ledger(&error))?;
        let shown = project.place(&environment, Some(driver.as_ref()));
        let live = Live::read(driver.as_mut(), shown)?;
        Ok(Found { engine, applied: ledger.applied_ids(), place: live.shown.clone(), live: Some(live) })
    }
}
