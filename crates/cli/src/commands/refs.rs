use std::collections::BTreeMap;
use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_frontends::refs::{Certainty, Wanted};

use crate::args::Refs;
use crate::code::{Found, Large, Swept, Unread, Version};
use crate::failure::{Exit, Failure, Outcome};
use crate::git;
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::table::Columns;
use crate::render::words;

pub fn run(arguments: &Refs, project: &Project, printer: &Printer) -> Outcome {
    let wanted = arguments.names.iter().map(|name| read(name)).collect::<Result<Vec<_>, _>>()?;
    let root = &project.settings.root;
    let failed = |why: String| Failure::new(Exit::Failed, "refs", why);
    let version = match &arguments.commit {
        Some(name) => Version::Commit(git::commit(root, name).map_err(|why| Failure::usage("git", why))?),
        None => Version::WorkingTree,
    };
    printer.now("looking through the code");
    let names: Vec<String> = wanted.iter().map(Wanted::to_string).collect();
    let swept = project.sweep().run(wanted, &version).map_err(failed)?;
    let Swept { places, files, unread, large } = swept;
    let shown = |place: &mut Found| place.file = project.settings.shown(&root.join(&place.file));
    let mut places = places;
    if version == Version::WorkingTree {
        places.iter_mut().for_each(shown);
    }
    let again = format!("whimbrel refs {}", names.join(" "));
    printer.show(Exit::Fine, &Named { names, files, places, unread, large, all: arguments.all, again });
    Ok(Exit::Fine)
}

/// `table`, `table.column` or `schema.table.column`: code rarely says the schema, so it is left out.
fn read(name: &str) -> Result<Wanted, Failure> {
    let parts: Vec<&str> = name.split('.').collect();
    let wanted = match parts.as_slice() {
        [table] => Wanted { table: (*table).to_string(), column: None },
        [table, column] | [_, table, column] => {
            Wanted { table: (*table).to_string(), column: Some((*column).to_string()) }
        }
        _ => return Err(bad(name)),
    };
    if wanted.table.is_empty() || wanted.column.as_ref().is_some_and(String::is_empty) {
        Err(bad(name))
    } else {
        Ok(wanted)
    }
}

fn bad(name: &str) -> Failure {
    Failure::usage("usage", format!("`{name}` names no table and no column"))
        .note("help", "as `email` or `email.subject`")
}

#[derive(Serialize)]
struct Named {
    names: Vec<String>,
    /// Files in which one of the words stands.
    files: usize,
    places: Vec<Found>,
    /// What might name it, and was not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: Vec<Unread>,
    /// What holds one of the words, and was too large to be taken apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    large: Vec<Large>,
    #[serde(skip)]
    all: bool,
    #[serde(skip)]
    again: String,
}

/// What is only possible is listed up to here, and counted beyond.
const FEW: usize = 5;

impl Screen for Named {
    fn text(&self, detail: Detail) -> String {
        let mut out = String::new();
        let all = self.all || detail == Detail::Verbose;
        for certainty in [Certainty::Certain, Certainty::Likely, Certainty::Possible] {
            let places: Vec<&Found> = self.places.iter().filter(|place| place.certainty == certainty).collect();
            if places.is_empty() {
                continue;
            }
            let count = words::counted(places.len(), "place");
            let _ = writeln!(out, "{} ({})", certainty.word().bold(), count);
            let shown = if certainty == Certainty::Possible && !all { FEW } else { usize::MAX };
            let mut columns = Columns::default();
            for place in places.iter().take(shown) {
                let at = format!("{}:{}", place.file, place.line);
                let why = match self.names.len() {
                    1 => place.why.words().to_string(),
                    _ => format!("{}, `{}`", place.why.words(), place.object),
                };
                columns.row([at, why, place.text.dimmed().to_string()]);
            }
            out.push_str(&columns.text("  "));
            if places.len() > shown {
                let mut by_file: BTreeMap<&str, usize> = BTreeMap::new();
                places.iter().skip(shown).for_each(|place| *by_file.entry(&place.file).or_default() += 1);
                let more = words::counted(places.len() - shown, "place");
                let files = words::counted(by_file.len(), "file");
                let _ = writeln!(
                    out,
                    "  and {more} more in {files}, where the word may be something else: {} --all",
                    self.again
                );
            }
        }
        for unread in &self.unread {
            let _ = writeln!(out, "{}: `{}` was not read: {}", "warning".yellow().bold(), unread.file, unread.why);
        }
        if !self.large.is_empty() {
            let told: Vec<String> =
                self.large.iter().map(|it| format!("`{}` ({})", it.file, words::bytes(it.bytes))).collect();
            let counted = words::counted(told.len(), "file");
            let word = "warning".yellow().bold().to_string();
            let _ = writeln!(out, "{word}: {counted} with one of the words too large to be read: {}", told.join(", "));
        }
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let of = |certainty| self.places.iter().filter(|place| place.certainty == certainty).count();
        let (certain, likely, possible) = (of(Certainty::Certain), of(Certainty::Likely), of(Certainty::Possible));
        let _ = match self.places.len() {
            0 => writeln!(out, "nothing names {}", names.join(" or ")),
            _ => writeln!(out, "{}: {certain} certain, {likely} likely, {possible} possible", names.join(", ")),
        };
        out
    }
}
