use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_run::backup::{Retention, expired};

use super::list::One;
use crate::args::BackupPrune;
use crate::backups::{Place, refusal};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::{table::Columns, words};

pub fn run(arguments: &BackupPrune, place: &Place, project: &Project, printer: &Printer) -> Outcome {
    let refused = |error| refusal::of(&error, project);
    let settings = project.settings.backup();
    let named = arguments.keep.is_some() || arguments.keep_days.is_some();
    let retention = match named {
        true => Retention { last: arguments.keep, days: arguments.keep_days },
        false => Retention { last: settings.keep, days: settings.keep_days },
    };
    if retention == Retention::default() {
        return Err(Failure::usage("backup-keep", "nothing says how many backups stay, or for how long")
            .note("help", "set `keep` or `keep_days` under `[backup]` in whimbrel.toml")
            .next("whimbrel backup prune --keep 7"));
    }
    let listed = place.folder.list().map_err(refused)?;
    let gone = expired(&listed, retention, Timestamp::now());
    if !arguments.dry_run {
        place.sweep(project, printer)?;
        gone.iter().try_for_each(|id| place.folder.remove(id)).map_err(refused)?;
    }
    let (removed, left): (Vec<_>, Vec<_>) = listed.into_iter().partition(|listed| gone.contains(&listed.id));
    let pruned = Pruned {
        folder: project.settings.shown(place.folder.path()),
        dry_run: arguments.dry_run,
        removed: removed.into_iter().map(One::of).collect(),
        left: left.len(),
    };
    printer.show(Exit::Fine, &pruned);
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Pruned {
    folder: String,
    dry_run: bool,
    removed: Vec<One>,
    left: usize,
}

impl Screen for Pruned {
    fn text(&self, _: Detail) -> String {
        let mut columns = Columns::default();
        self.removed.iter().for_each(|one| columns.row(one.cells()));
        let verb = if self.dry_run { "would remove" } else { "removed" };
        let told = match self.removed.len() {
            0 => "nothing has had its time".to_string(),
            count => format!("{verb} {}", words::counted(count, "backup")),
        };
        let left = words::counted(self.left, "backup");
        format!("{}\n{}{told}, {left} left\n", self.folder.dimmed(), columns.text("  "))
    }
}
