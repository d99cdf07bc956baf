//! The database that the migrations are for, asked what decides how dangerous they are.

use whimbrel_plan::review::{Config, Facts};
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Schema};

use crate::diagnose;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::project::{Project, dialect};
use crate::settings::Environment;

pub struct Live {
    pub engine: Engine,
    pub facts: Facts,
    pub schema: Schema,
    /// As screens name it.
    pub shown: String,
}

impl Live {
    /// Only where somebody names a database for it: what is small in the one that happens to be configured may be large
    /// in the one that counts.
    pub fn look(engines: &[Engine], project: &Project, printer: &Printer) -> Result<Option<Live>, Failure> {
        if !project.settings.names_database() {
            return Ok(None);
        }
        let Some(engine) = project.settings.database_engine()? else { return Ok(None) };
        let asked = dialect(engine)?.facts_can_be_asked();
        if !engines.contains(&engine) {
            let engines: Vec<&str> = engines.iter().map(|engine| engine.title()).collect();
            let message = format!("the SQL is for {}, and the database is {}", engines.join(" and "), engine.title());
            let failure = Failure::usage("engine", message);
            return Err(match project.settings.database().ok().flatten().filter(|_| asked) {
                Some(environment) => failure.note("named by", &environment.source),
                None => failure,
            });
        }
        if !asked {
            let title = engine.title();
            printer.remark(&format!(
                "{title} is not asked for sizes and settings yet: they are unknown, so the worst is assumed"
            ));
            return Ok(None);
        }
        let Some(environment) = project.settings.database()? else { return Ok(None) };
        Live::of(&environment, project).map(Some)
    }

    fn of(environment: &Environment, project: &Project) -> Result<Live, Failure> {
        let mut driver = project.connect_existing(environment)?;
        let shown = project.place(environment, Some(driver.as_ref()));
        Live::read(driver.as_mut(), shown)
    }

    pub fn read(driver: &mut dyn Driver, shown: String) -> Result<Live, Failure> {
        let failed = |error| diagnose::database(&error);
        Ok(Live {
            engine: driver.dialect().engine(),
            facts: driver.facts().map_err(failed)?,
            schema: driver.introspect().map_err(failed)?,
            shown,
        })
    }
}

/// What is known of the database goes into the review; what somebody configured is stronger.
pub fn sharpen(config: &mut Config, facts: &Facts) {
    config.facts = facts.clone();
    for (name, value) in &facts.settings {
        // A timeout of zero is none.
        if value != "0" {
            config.session.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
}
