//! What the copy is to come out of, decided before anything takes long; and why there is none to come by.

use whimbrel_engines::url::DatabaseUrl;
use whimbrel_run::backup::Backup;

use crate::applying::Run;
use crate::args::Proving;
use crate::commands::rehearse::Prepared;
use crate::failure::{Exit, Failure};
use crate::rehearsing::backup::Choice;
use crate::rehearsing::copy::Host;
use crate::rehearsing::key;
use crate::settings::file::BackupScope;

pub enum Way<'w> {
    /// Out of a backup of whimbrel's, a new one or one that lies there.
    Restored { host: Host, choice: Choice },
    /// Backups are a command's, which says itself whether one is good; the copy is made beside.
    External { host: Host },
    /// The same, and the copy is one that somebody has made of such a backup.
    Named { url: &'w str },
}

impl<'w> Way<'w> {
    pub fn of(proving: &'w Proving, run: &Run<'_>, prepared: &mut Prepared<'_>) -> Result<Way<'w>, Failure> {
        can_be_signed(run)?;
        let host = if proving.scratch_server { Host::Own } else { Host::Same };
        if matches!((host, &prepared.environment.url), (Host::Own, DatabaseUrl::Sqlite(_))) {
            let message = "a copy of SQLite is a file: there is no server to start for it";
            return Err(Failure::usage("no-copy", message).next(format!("{} --prove", run.command())));
        }
        let settings = run.project.settings.backup();
        match (settings.scope, &proving.on) {
            (BackupScope::External, on) => {
                for (command, key) in [(&settings.create, "create"), (&settings.verify, "verify")] {
                    if command.is_none() {
                        let message = format!("no command is named that would {key} an external backup");
                        return Err(Failure::usage("backup-scope", message)
                            .note("help", format!("set `{key}` under `[backup]` in whimbrel.toml")));
                    }
                }
                Ok(on.as_deref().map_or(Way::External { host }, |url| Way::Named { url }))
            }
            (BackupScope::Full | BackupScope::Affected, Some(_)) => {
                let message =
                    "a copy that somebody else made proves no backup, and the rehearsal here has to come out of one";
                Err(Failure::usage("no-copy", message)
                    .next(format!("{} --prove", run.command()))
                    .next("whimbrel rehearse --on URL   (shows what would happen, and opens no gate)")
                    .note("help", "with `scope = \"external\"` under `[backup]` it may come from such a copy"))
            }
            (BackupScope::Full | BackupScope::Affected, None) if settings.stream.is_some() => {
                // What was sent away and is unpacked here again is as good as any.
                let choice = unpacked(prepared)?.map(|backup| Choice::Named(backup.manifest.id.to_string()));
                choice.map(|choice| Way::Restored { host, choice }).ok_or_else(|| sent_away(run))
            }
            (BackupScope::Full | BackupScope::Affected, None) => Ok(Way::Restored { host, choice: Choice::New }),
        }
    }
}

fn unpacked(prepared: &mut Prepared<'_>) -> Result<Option<Backup>, Failure> {
    prepared.fitting()
}

fn sent_away(run: &Run<'_>) -> Failure {
    let settings = &run.project.settings;
    let folder = settings.shown(crate::backups::Place::of(None, run.project).folder.path());
    Failure::new(
        Exit::Refused,
        "no-copy",
        "backups are sent away here (`stream`), and none of the database as it is now lies here to restore",
    )
    .next(format!("whimbrel backup create{}   (then unpack what arrives, in `{folder}`)", run.global.again()))
    .next(format!("{} --prove   (goes on with the one that is unpacked there)", run.command()))
}

/// A receipt that nobody signed opens no gate that asks for a signature: that is known before an hour of copying.
fn can_be_signed(run: &Run<'_>) -> Result<(), Failure> {
    if key::public_of(run.project)?.is_none() || key::of(run.project)?.is_some() {
        return Ok(());
    }
    let message =
        "receipts have to be signed here (`public_key` under `[rehearse]`), and the key that signs is elsewhere";
    Err(Failure::new(Exit::Refused, "unsigned-rehearsal", message)
        .next(format!("whimbrel rehearse {}{}   (where the key is)", run.target, run.global.again()))
        .next(run.command()))
}
