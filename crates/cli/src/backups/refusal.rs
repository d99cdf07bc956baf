//! What is wrong with a backup, or in its way, and what to do next.

use whimbrel_run::backup::BackupError;

use crate::diagnose;
use crate::failure::{Exit, Failure};
use crate::project::Project;

pub fn of(error: &BackupError, project: &Project) -> Failure {
    let message = error.to_string().replace(&format!("{}/", project.settings.root.display()), "");
    let refused = |code: &str| Failure::new(Exit::Refused, code, &message);
    let failed = |code: &str| Failure::new(Exit::Failed, code, &message);
    match error {
        BackupError::Driver(error) => diagnose::database(error),
        BackupError::Ledger(error) => diagnose::ledger(error),
        BackupError::File { source, path, .. } => {
            let failure = failed("backup-file");
            match source.kind() {
                std::io::ErrorKind::StorageFull => {
                    failure.note("help", "make room there, or name another place: `folder`, `staging` under `[backup]`")
                }
                std::io::ErrorKind::PermissionDenied => {
                    failure.note("help", format!("this user has to be able to write `{}`", path.display()))
                }
                _ => failure,
            }
        }
        BackupError::Stopped => failed("stopped"),
        BackupError::Busy(_) => refused("backup-busy"),
        BackupError::Unknown { wanted, .. } => {
            let failure = Failure::usage("backup", message.clone());
            let next = if wanted == "latest" { "whimbrel backup create" } else { "whimbrel backup list" };
            failure.next(next)
        }
        BackupError::Ambiguous { ids, .. } => {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            Failure::usage("backup", message.clone()).note("they are", ids.join(", "))
        }
        BackupError::Damaged { faults, .. } => {
            let failure = refused("backup-damaged");
            let failure = faults.iter().skip(5).fold(failure, |failure, fault| failure.note("also", fault.to_string()));
            failure.next("whimbrel backup list").next("whimbrel backup create")
        }
        BackupError::Engine { .. } => {
            refused("backup-engine").note("help", "name a database of that engine with --into")
        }
        BackupError::External { .. } => refused("backup-external"),
        BackupError::Occupied { database, .. } => refused("database-not-empty")
            .next(format!("add --over {database} to write over it"))
            .next("add --into URL to make another database"),
        BackupError::OtherDatabase { database, .. } => {
            refused("other-database").next(format!("add --over {database} if that is the one"))
        }
        BackupError::Unequal { id, .. } => Failure::new(Exit::PartWay, "not-equal", &message)
            .note("because", format!("the database holds what came out of `{id}`, and that is something else"))
            .next(format!("whimbrel backup verify {id}")),
        BackupError::Recipient { .. } => Failure::usage("backup-recipient", message.clone())
            .note("help", "`age-keygen` makes an identity and prints its recipient"),
        BackupError::Identity { .. } => Failure::usage("backup-identity", message.clone()),
        BackupError::Encrypted { .. } => {
            refused("backup-encrypted").next("add --identity FILE, with the identity of one of them")
        }
        BackupError::Command { said, .. } => match said.is_empty() {
            true => failed("backup-command"),
            false => failed("backup-command").note("it said", said),
        },
    }
}
