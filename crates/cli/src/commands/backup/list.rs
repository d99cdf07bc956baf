use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::backup::{Leftover, Listed, Manifest, Scope, Standing};

use crate::args::BackupList;
use crate::backups::{Place, refusal};
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::{table::Columns, words};

pub fn run(BackupList {}: &BackupList, place: &Place, project: &Project, printer: &Printer) -> Outcome {
    let refused = |error| refusal::of(&error, project);
    let listed = place.folder.list().map_err(refused)?;
    let leftovers = place.folder.leftovers().map_err(refused)?;
    let list = List {
        folder: project.settings.shown(place.folder.path()),
        backups: listed.into_iter().map(One::of).collect(),
        leftovers: leftovers.into_iter().map(|left| Left::of(left, project)).collect(),
    };
    printer.show(Exit::Fine, &list);
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct List {
    folder: String,
    /// The oldest first.
    backups: Vec<One>,
    leftovers: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    path: String,
    bytes: u64,
    /// Somebody is at it now.
    in_use: bool,
}

impl Left {
    fn of(left: Leftover, project: &Project) -> Left {
        Left { path: project.settings.shown(&left.path), bytes: left.bytes, in_use: left.in_use }
    }
}

#[derive(Serialize)]
pub(super) struct One {
    id: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What {
    Sound(Box<Sound>),
    Damaged { fault: String },
}

#[derive(Serialize)]
struct Sound {
    taken_at: String,
    database: String,
    scope: Scope,
    tables: usize,
    rows: u64,
    bytes: u64,
    encrypted: bool,
    proved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proved_at: Option<String>,
    /// In words.
    standing: String,
}

impl One {
    pub(super) fn of(listed: Listed) -> One {
        let what = match listed.found {
            Ok((backup, standing)) => What::Sound(Box::new(Sound::of(&backup.manifest, &standing))),
            Err(fault) => What::Damaged { fault: fault.to_string() },
        };
        One { id: listed.id.0, what }
    }

    pub(super) fn cells(&self) -> Vec<String> {
        let id = self.id.yellow().to_string();
        match &self.what {
            What::Damaged { fault } => vec![id, format!("no backup: {fault}").red().to_string()],
            What::Sound(sound) => {
                let scope = match &sound.scope {
                    Scope::Full => "full",
                    Scope::Affected(_) => "affected",
                    Scope::External => "external",
                };
                let tables = words::counted(sound.tables, "table");
                let locked = if sound.encrypted { ", encrypted" } else { "" };
                let what = format!("{tables}, {}{locked}", words::bytes(sound.bytes));
                vec![id, words::when(&sound.taken_at), scope.to_string(), what, sound.standing.clone()]
            }
        }
    }
}

impl Sound {
    fn of(manifest: &Manifest, standing: &Standing) -> Sound {
        let (words, proved_at) = match standing {
            Standing::Unproved => ("not proved yet".to_string(), None),
            Standing::Proved(proof) => (format!("proved {}", words::when(&proof.at)), Some(proof.at.clone())),
            Standing::Unequal(proof) => {
                let count = words::counted(proof.differences.len(), "table");
                (format!("refuted {}: {count} came out differently", words::when(&proof.at)).red().to_string(), None)
            }
            Standing::Doubtful(why) => (format!("its proof is none: {why}").red().to_string(), None),
        };
        Sound {
            taken_at: manifest.taken_at.clone(),
            database: manifest.database.clone(),
            scope: manifest.scope.clone(),
            tables: manifest.tables.len(),
            rows: manifest.rows(),
            bytes: manifest.size(),
            encrypted: !manifest.recipients.is_empty(),
            proved: standing.is_proved(),
            proved_at,
            standing: words,
        }
    }
}

impl Screen for List {
    fn text(&self, _: Detail) -> String {
        let mut columns = Columns::default();
        self.backups.iter().for_each(|one| columns.row(one.cells()));
        let mut out = format!("{}\n", self.folder.dimmed());
        out.push_str(&match columns.is_empty() {
            true => format!("no backups yet; next: {}\n", "whimbrel backup create".bold()),
            false => columns.text("  "),
        });
        for left in &self.leftovers {
            let (path, bytes) = (&left.path, words::bytes(left.bytes));
            out.push_str(&match left.in_use {
                true => format!("`{path}` is being made now ({bytes})\n"),
                false => {
                    format!("`{path}` ({bytes}) was left by a run that was interrupted: the next sweeps it away\n")
                }
            });
        }
        out
    }
}
