//! A copy that somebody else made: a snapshot of the server, a restored backup.

use whimbrel_engines::url::DatabaseUrl;
use whimbrel_run::Driver;
use whimbrel_run::rehearse::{Copied, How};

use super::{Copy, Place};
use crate::diagnose;
use crate::failure::{Exit, Failure};
use crate::project::Project;
use crate::settings::Environment;

impl Copy {
    /// A database that somebody else made. It must not be the one that counts, nor any that is protected.
    pub fn named(
        url: DatabaseUrl,
        environment: &Environment,
        source: &mut dyn Driver,
        project: &Project,
    ) -> Result<Copy, Failure> {
        if url.engine() != environment.url.engine() {
            let (one, other) = (url.engine().title(), environment.url.engine().title());
            return Err(Failure::usage(
                "engine",
                format!("--on names a database of {one}, and this one is of {other}"),
            ));
        }
        let mut driver = whimbrel_engines::connect_existing(&url).map_err(|error| diagnose::database(&error))?;
        if source.is_same_as(driver.as_mut()).map_err(|error| diagnose::database(&error))? {
            return Err(refused("--on names the database itself, and a rehearsal changes what it runs on"));
        }
        for name in project.settings.environments() {
            let other = project.settings.on(&name).database();
            // What is not there to be read is told where it is worked on.
            let Ok(Some(other)) = other else { continue };
            let protected = other.protected && other.url.engine() == url.engine();
            let mut is_it = || -> bool {
                let connected = whimbrel_engines::connect_existing(&other.url);
                connected.is_ok_and(|mut other| other.is_same_as(driver.as_mut()).unwrap_or(true))
            };
            if protected && (other.url == url || is_it()) {
                return Err(refused(&format!("--on names the database of `{name}`, which is protected")));
            }
        }
        let copied = Copied { how: How::Existing, place: driver.describe(), took_us: 0, backup: None };
        Ok(Copy { copied, backup: None, place: Place::Named { url }, role: environment.role.clone() })
    }
}

fn refused(why: &str) -> Failure {
    Failure::new(Exit::Refused, "not-a-copy", why).next("whimbrel rehearse --on URL-OF-A-COPY")
}
