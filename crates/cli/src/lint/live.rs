//! The database that the migrations are for, asked what decides how dangerous they are.

use whimbrel_plan::review::Facts;
use whimbrel_run::Driver;
use whimbrel_schema::{Engine, Schema};

use crate::diagnose;
use crate::failure::Failure;
use crate::project::Project;
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
    pub fn look(engines: &[Engine], project: &Project) -> Result<Option<Live>, Failure> {
        if !project.settings.names_database() {
            return Ok(None);
        }
        let Some(environment) = project.settings.database_to_look_at()? else { return Ok(None) };
        let engine = environment.url.engine();
        if !engines.contains(&engine) {
            let engines: Vec<&str> = engines.iter().map(|engine| engine.title()).collect();
            let message = format!("the SQL is for {}, and the database is {}", engines.join(" and "), engine.title());
            return Err(Failure::usage("engine", message).note("named by", &environment.source));
        }
        Live::of(&environment, project).map(Some)
    }

    fn of(environment: &Environment, project: &Project) -> Result<Live, Failure> {
        match environment.url.engine() {
            Engine::Sqlite | Engine::Postgres => {
                let mut driver = project.connect_existing(environment)?;
                let shown = project.place(environment, Some(driver.as_ref()));
                Live::read(driver.as_mut(), shown)
            }
            Engine::Mysql => {
                let look = project.look(environment)?;
                let shown = match &environment.name {
                    Some(name) => format!("{name} · {}", look.shown),
                    None => look.shown,
                };
                Ok(Live { engine: Engine::Mysql, facts: look.facts, schema: look.schema, shown })
            }
        }
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
