//! New migrations right after one that is there, named and written as their tool wants them.

use std::path::{Path, PathBuf};

use whimbrel_plan::review::Followup;

use super::place::{name_of, numbered, without_end};
use super::{File, Layout, Role};
use crate::revision::slug;

/// A file that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub path: PathBuf,
    pub text: String,
}

/// The files that say what follows, right after `file`; an error says why no name for them is safe. `others` are kept
/// with it. Revisions are not written here: they follow by their ids.
pub fn following(layout: Layout, file: &File, others: &[File], then: &[Followup]) -> Result<Vec<NewFile>, String> {
    let Role::Up(place) = layout.role(file) else { return Err("its tool does not run it on the way up".to_string()) };
    if place.repeatable {
        return Err("nothing has a place behind a repeatable migration".to_string());
    }
    let later = others.iter().find(|other| match layout.role(other) {
        Role::Up(other) => other > place && !other.repeatable,
        Role::Down | Role::Stranger => false,
    });
    if let Some(later) = later {
        return Err(format!("`{}` comes after it, and may have been applied already", name_of(&later.path)));
    }
    let mut name = Name::of(layout, &file.path)?;
    let mut files = Vec::new();
    for followup in then {
        // A tool sends a file as one text, and several statements of one text are one transaction.
        let groups = match followup.no_transaction {
            true => followup.statements.chunks(1),
            false => followup.statements.chunks(followup.statements.len().max(1)),
        };
        let count = groups.len();
        for (at, statements) in groups.enumerate() {
            name = name.next().ok_or("its version is no number that another could follow")?;
            // What undoes all of it undoes it when the last is undone first.
            let undo = if at + 1 == count { followup.undo.as_slice() } else { &[] };
            files.extend(name.write(layout, &followup.message, statements, undo, followup.no_transaction)?);
        }
    }
    Ok(files)
}

/// A name, cut around its version.
struct Name {
    folder: PathBuf,
    prefix: &'static str,
    version: String,
    /// Between the version and the words.
    between: &'static str,
    /// What the name ends with: `.sql`, `.up.sql`, or a file in a folder.
    end: &'static str,
}

impl Name {
    fn of(layout: Layout, path: &Path) -> Result<Name, String> {
        let parent = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let name = name_of(path);
        let strange = || "its name has no version".to_string();
        let numbered_name = |name: &str| numbered(name).map(|(version, _)| version.to_string()).ok_or_else(strange);
        let up = without_end(name, ".up.sql").is_some();
        let end = if up { ".up.sql" } else { ".sql" };
        match layout {
            Layout::Flyway | Layout::Refinery => {
                let (version, _) = name.get(1..).and_then(|rest| rest.split_once("__")).ok_or_else(strange)?;
                let prefix = if name.starts_with('U') { "U" } else { "V" };
                Ok(Name { folder: parent, prefix, version: version.to_string(), between: "__", end: ".sql" })
            }
            Layout::Dbmate | Layout::Goose | Layout::Sqlx | Layout::GolangMigrate | Layout::Atlas => {
                Ok(Name { folder: parent, prefix: "", version: numbered_name(name)?, between: "_", end })
            }
            Layout::Diesel | Layout::Prisma => {
                let end = if layout == Layout::Diesel { "/up.sql" } else { "/migration.sql" };
                let version = name_of(&parent).split_once('_').map(|(version, _)| version).ok_or_else(strange)?;
                let folder = parent.parent().unwrap_or(Path::new("")).to_path_buf();
                Ok(Name { folder, prefix: "", version: version.to_string(), between: "_", end })
            }
            Layout::Plain => Err("nothing in these files says which is run next".to_string()),
            Layout::Whimbrel => Err("revisions follow by their ids".to_string()),
        }
    }

    /// The same with the next version: its last number is one more, as wide as it was.
    fn next(&self) -> Option<Name> {
        let start = self.version.rfind(|character: char| !character.is_ascii_digit()).map_or(0, |at| at + 1);
        let (before, number) = self.version.split_at_checked(start)?;
        let next = number.parse::<u64>().ok()?.checked_add(1)?;
        let version = format!("{before}{next:0width$}", width = number.len());
        Some(Name { version, folder: self.folder.clone(), ..*self })
    }

    fn path(&self, message: &str, end: &str) -> PathBuf {
        self.folder.join(format!("{}{}{}{}{end}", self.prefix, self.version, self.between, slug(message)))
    }

    fn write(
        &self,
        layout: Layout,
        message: &str,
        statements: &[String],
        undo: &[String],
        alone: bool,
    ) -> Result<Vec<NewFile>, String> {
        let (up, down) = (script(statements), script(undo));
        let main = |text: String| NewFile { path: self.path(message, self.end), text };
        let beside = |end: &str, text: String| NewFile { path: self.path(message, end), text };
        let first = |line: &str| if alone { format!("{line}\n{up}") } else { up.clone() };
        Ok(match layout {
            Layout::Flyway => vec![main(first("-- flyway:executeInTransaction=false"))],
            Layout::Atlas => vec![main(first("-- atlas:txmode none\n"))],
            Layout::Refinery if alone => return Err("refinery runs every migration in a transaction".to_string()),
            Layout::Refinery | Layout::Prisma => vec![main(up)],
            Layout::Dbmate => {
                let option = if alone { " transaction:false" } else { "" };
                vec![main(format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}"))]
            }
            Layout::Goose => {
                let option = if alone { "-- +goose NO TRANSACTION\n" } else { "" };
                vec![main(format!("{option}-- +goose Up\n{up}\n-- +goose Down\n{down}"))]
            }
            Layout::Sqlx | Layout::GolangMigrate => {
                let up = if layout == Layout::Sqlx { first("-- no-transaction") } else { up };
                let mut files = vec![main(up)];
                if self.end == ".up.sql" {
                    files.push(beside(".down.sql", down));
                }
                files
            }
            Layout::Diesel => {
                let mut files = vec![main(up), beside("/down.sql", down)];
                if alone {
                    files.push(beside("/metadata.toml", "run_in_transaction = false\n".to_string()));
                }
                files
            }
            Layout::Plain | Layout::Whimbrel => return Err("it has no numbered files".to_string()),
        })
    }
}

fn script(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{};\n", statement.trim_end().trim_end_matches(';'))).collect()
}
