//! Which deploy a run belongs to, and what holds its contracts back.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use whimbrel_frontends::refs::{Certainty, Language, Wanted};
use whimbrel_run::Deploy;
use whimbrel_run::apply::{Code, ContractGate, Dropped, Place, Whose};
use whimbrel_run::ledger::DeployRow;

use crate::code::{Sweep, Version};
use crate::project::Project;
use crate::settings::Environment;
use crate::{environment, git};

/// As long as git shows a commit.
const SHORT: usize = 12;

/// The deploy by its label, or by the commit that is checked out; and its commit.
pub fn of(label: Option<&str>, root: &Path) -> Option<Deploy> {
    let commit = environment::value(environment::COMMIT).or_else(|| git::head(root));
    let label = label.filter(|label| !label.is_empty()).map(str::to_string);
    let label = label.or_else(|| commit.as_ref().map(|commit| commit.chars().take(SHORT).collect()))?;
    Some(Deploy { label, commit })
}

/// Whether nobody gave it a label, so that it has its commit's.
pub fn is_named_by_commit(row: &DeployRow) -> bool {
    row.commit.as_ref().is_some_and(|commit| commit.starts_with(&row.label))
}

/// The gate, where the environment is protected or somebody says which deploy this is.
pub fn gate(
    project: &Project,
    environment: &Environment,
    label: Option<&str>,
    now: Option<&str>,
) -> Option<ContractGate> {
    let named = label.is_some_and(|label| !label.is_empty());
    (environment.protected || named).then(|| ContractGate {
        soak: environment.soak,
        code: Arc::new(ProjectCode { sweep: project.sweep() }),
        now: now.map(str::to_string),
    })
}

/// The project's code, here and as of any commit of its repository.
#[derive(Debug)]
struct ProjectCode {
    sweep: Sweep,
}

impl Code for ProjectCode {
    fn places(&self, whose: Whose<'_>, dropped: &[Dropped]) -> Result<Vec<Place>, String> {
        let wanted = dropped.iter().map(|it| Wanted { table: it.table.name.clone(), column: it.column.clone() });
        let version = match whose {
            Whose::Commit(commit) => Version::Commit(git::commit(&self.sweep.root, commit)?),
            Whose::WorkingTree => Version::WorkingTree,
        };
        let swept = self.sweep.run(wanted.collect(), &version)?;
        if let Some(unread) = swept.unread.first() {
            return Err(format!("`{}` cannot be read: {}", unread.file, unread.why));
        }
        // Data and prose hold nothing back wherever they name it, so not where they are large either.
        let runs = |file: &str| match Language::of(file) {
            Language::Python | Language::Sql | Language::Template | Language::Code(_) => true,
            Language::Data | Language::Prose => false,
        };
        if let Some(large) = swept.large.iter().find(|large| runs(&large.file)) {
            return Err(format!(
                "`{}` may name it, and is too large to be read (`exclude` under `[refs]` leaves it out)",
                large.file
            ));
        }
        let place = |found: crate::code::Found| Place {
            blocks: match found.certainty {
                Certainty::Certain | Certainty::Likely => runs(&found.file),
                Certainty::Possible => false,
            },
            object: found.object,
            file: found.file,
            line: found.line,
            text: found.text,
        };
        Ok(swept.places.into_iter().map(place).collect())
    }

    fn has(&self, commit: &str, file: &Path) -> Result<bool, String> {
        git::has_file(&git::commit(&self.sweep.root, commit)?, file)
    }
}

impl Project {
    /// The code of the project. Its migrations are none, and neither is a schema in SQL: nothing runs it, while a model
    /// class asks for its columns in every query.
    pub fn sweep(&self) -> Sweep {
        let root = self.settings.root.clone();
        let models = self.settings.models().unwrap_or_default();
        let in_sql = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        let skip = models.into_iter().filter(in_sql).chain([self.settings.folder()]).collect();
        Sweep { root, skip, exclude: self.settings.excluded_code().to_vec() }
    }
}
