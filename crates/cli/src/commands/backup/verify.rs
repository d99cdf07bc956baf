use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::backup::{self, Backup, Doing, Listed, Progress, Standing};

use super::heed;
use crate::args::BackupVerify;
use crate::backups::{Place, progress::watching, refusal};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::{table::Columns, words};

pub fn run(arguments: &BackupVerify, place: &Place, project: &Project, printer: &Printer) -> Outcome {
    let refused = |error| refusal::of(&error, project);
    let stop = heed(None, printer)?;
    let mut watch = watching(printer, stop);
    let _ = watch(Progress::of(Doing::Verifying, 0, None));
    let mut verified = Vec::new();
    let listed = place.folder.list().map_err(refused)?;
    let meant: Vec<Listed> = match arguments.all {
        true => listed,
        false => {
            // One whose manifest is broken is no less meant.
            let wanted = &arguments.backup;
            let exact = listed.iter().find(|listed| listed.id.0 == *wanted).cloned();
            let last = listed.last().filter(|_| wanted == "latest").cloned();
            match exact.or(last) {
                Some(listed) => vec![listed],
                None => {
                    let found = place.folder.find(wanted).map_err(refused)?;
                    let standing = found.standing();
                    let (id, path) = (found.manifest.id.clone(), found.path.clone());
                    vec![Listed { id, path, found: Ok((found, standing)) }]
                }
            }
        }
    };
    for listed in meant {
        verified.push(match listed.found {
            Err(fault) => Verified { id: listed.id.0, bytes: 0, faults: vec![fault.to_string()], told: String::new() },
            Ok((backup, standing)) => of_one(&backup, &standing, project, &mut watch)?,
        });
    }
    let exit = match verified.iter().all(|verified| verified.faults.is_empty()) {
        true => Exit::Fine,
        false => Exit::Differences,
    };
    printer.show(exit, &Shown { folder: project.settings.shown(place.folder.path()), verified });
    Ok(exit)
}

fn of_one(
    backup: &Backup,
    standing: &Standing,
    project: &Project,
    watch: &mut backup::Watch<'_>,
) -> Result<Verified, Failure> {
    let refused = |error| refusal::of(&error, project);
    let manifest = &backup.manifest;
    let faults = backup::verify(backup, watch).map_err(refused)?;
    let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    if let Standing::Doubtful(why) = standing {
        faults.push(format!("its proof was changed: {why}"));
    }
    let mut told = format!("{} as they were made", words::counted(manifest.files.len(), "file"));
    if matches!(manifest.scope, backup::Scope::External) {
        let Some(command) = &project.settings.backup().verify else {
            return Err(Failure::usage("backup-scope", "no command is named that verifies an external backup")
                .note("help", "set `verify` under `[backup]` in whimbrel.toml"));
        };
        match backup::external::check(backup, command, env!("CARGO_PKG_VERSION")) {
            Ok(_) => told = format!("`{command}` says that it is good"),
            Err(error @ backup::BackupError::Command { .. }) => faults.push(error.to_string()),
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(Verified { id: manifest.id.to_string(), bytes: manifest.size(), faults, told })
}

#[derive(Serialize)]
struct Shown {
    folder: String,
    verified: Vec<Verified>,
}

#[derive(Serialize)]
struct Verified {
    id: String,
    bytes: u64,
    /// In words; none where it is what was made.
    faults: Vec<String>,
    #[serde(skip)]
    told: String,
}

impl Screen for Shown {
    fn text(&self, _: Detail) -> String {
        let mut columns = Columns::default();
        for verified in &self.verified {
            let id = verified.id.yellow().to_string();
            match verified.faults.split_first() {
                None => columns.row([id, format!("{}, {}", verified.told, words::bytes(verified.bytes))]),
                Some((first, rest)) => {
                    columns.row([id, first.red().to_string()]);
                    rest.iter().for_each(|fault| columns.row([String::new(), fault.red().to_string()]));
                }
            }
        }
        let told = if columns.is_empty() { "no backups yet\n".to_string() } else { columns.text("  ") };
        format!("{}\n{told}", self.folder.dimmed())
    }
}
