//! A case: two schemas as SQL, rows that live in the first, and what a person would have answered.
//!
//! Written by hand under `cases/diff/`, or made by [`random`](crate::random); a random case that fails is printed in
//! this form, so that it can be kept as a file.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use whimbrel_plan::revision::Phase;
use whimbrel_schema::Engine;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    pub name: String,
    /// What it shows, in words.
    pub about: String,
    pub engines: Vec<Wanted>,
    /// By section and, where a section is an engine's own, engine.
    sections: BTreeMap<(Part, Option<Engine>), String>,
    pub choices: Vec<Choice>,
}

/// An engine that the case runs on, and the oldest major version of it that can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub engine: Engine,
    pub since: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    From,
    Rows,
    To,
    /// What code of before says, a statement each with its meaning; of what lives through a change.
    Old,
    /// What code of after says.
    New,
}

impl Part {
    const ALL: [Part; 5] = [Part::From, Part::Rows, Part::To, Part::Old, Part::New];

    fn word(self) -> &'static str {
        match self {
            Part::From => "from",
            Part::Rows => "rows",
            Part::To => "to",
            Part::Old => "old",
            Part::New => "new",
        }
    }
}

/// What a person answers, spelled as on the command line where there is a flag for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// `email.subject:title` or `email:message`.
    Rename(String),
    AllowDrop(String),
    /// `table.column` and an expression.
    Backfill(String, String),
    Using(String, String),
    /// The way back is not tried, for this reason.
    NoUndo(String),
    /// Sessions have to prepare their statements once more, for this reason.
    PreparesAgain(String),
    AllowQuestions,
    /// Whether something was renamed, and whether a conversion loses something, may stay asked.
    AllowDoubts,
    /// The two are the same: nothing may be found.
    NoChanges,
    /// The chain that it becomes; `plain` where it stays one revision.
    Phases(Vec<Phase>),
}

impl Choice {
    fn read(line: &str) -> Result<Choice> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let assignment = || {
            let (place, expression) = rest.split_once('=').with_context(|| format!("`{line}` needs an `=`"))?;
            anyhow::Ok((place.trim().to_owned(), expression.trim().to_owned()))
        };
        Ok(match word {
            "rename" => Choice::Rename(rest.to_owned()),
            "allow-drop" => Choice::AllowDrop(rest.to_owned()),
            "backfill" => assignment().map(|(place, expression)| Choice::Backfill(place, expression))?,
            "using" => assignment().map(|(place, expression)| Choice::Using(place, expression))?,
            "no-undo" if rest.is_empty() => bail!("`no-undo` needs a reason"),
            "no-undo" => Choice::NoUndo(rest.to_owned()),
            "prepares-again" if rest.is_empty() => bail!("`prepares-again` needs a reason"),
            "prepares-again" => Choice::PreparesAgain(rest.to_owned()),
            "allow-questions" => Choice::AllowQuestions,
            "allow-doubts" => Choice::AllowDoubts,
            "no-changes" => Choice::NoChanges,
            "phases" if rest == "plain" => Choice::Phases(Vec::new()),
            "phases" => {
                let phase = |word: &str| Phase::ALL.into_iter().find(|phase| phase.word() == word);
                let phases: Option<Vec<Phase>> = rest.split_whitespace().map(phase).collect();
                Choice::Phases(phases.filter(|phases| !phases.is_empty()).with_context(|| format!("`{line}`: which?"))?)
            }
            _ => bail!("there is no choice `{word}`"),
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Rename(pair) => write!(f, "rename {pair}"),
            Choice::AllowDrop(table) => write!(f, "allow-drop {table}"),
            Choice::Backfill(place, expression) => write!(f, "backfill {place} = {expression}"),
            Choice::Using(place, expression) => write!(f, "using {place} = {expression}"),
            Choice::NoUndo(reason) => write!(f, "no-undo {reason}"),
            Choice::PreparesAgain(reason) => write!(f, "prepares-again {reason}"),
            Choice::AllowQuestions => f.write_str("allow-questions"),
            Choice::AllowDoubts => f.write_str("allow-doubts"),
            Choice::NoChanges => f.write_str("no-changes"),
            Choice::Phases(phases) if phases.is_empty() => f.write_str("phases plain"),
            Choice::Phases(phases) => {
                write!(f, "phases {}", phases.iter().map(|phase| phase.word()).collect::<Vec<_>>().join(" "))
            }
        }
    }
}

impl Case {
    pub fn new(name: impl Into<String>, engine: Engine) -> Self {
        Case { name: name.into(), engines: vec![Wanted { engine, since: 0 }], ..Case::default() }
    }

    pub fn with(mut self, part: Part, sql: impl Into<String>) -> Self {
        self.sections.insert((part, None), sql.into());
        self
    }

    /// The SQL of that part for that engine.
    pub fn sql(&self, part: Part, engine: Engine) -> &str {
        let own = self.sections.get(&(part, Some(engine)));
        own.or_else(|| self.sections.get(&(part, None))).map_or("", String::as_str)
    }

    /// Whether the case runs on that version of that engine.
    pub fn runs_on(&self, engine: Engine, major: u32) -> bool {
        self.engines.iter().any(|wanted| wanted.engine == engine && major >= wanted.since)
    }

    pub fn has(&self, choice: &Choice) -> bool {
        self.choices.contains(choice)
    }

    /// The chain that it has to become, where it says so.
    pub fn phases(&self) -> Option<&[Phase]> {
        self.choices.iter().find_map(|choice| match choice {
            Choice::Phases(phases) => Some(phases.as_slice()),
            _ => None,
        })
    }

    /// Every case under the folder, in the order of their names.
    pub fn read_folder(folder: &Path) -> Result<Vec<Case>> {
        let mut files: Vec<PathBuf> = Vec::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "sql") {
                    files.push(path);
                }
            }
        }
        files.sort();
        let read = |path: &PathBuf| {
            let name = path.strip_prefix(folder).unwrap_or(path).with_extension("").display().to_string();
            let text = std::fs::read_to_string(path)?;
            Case::read(&name, &text).with_context(|| format!("reading {}", path.display()))
        };
        files.iter().map(read).collect()
    }

    pub fn read(name: &str, text: &str) -> Result<Case> {
        let mut case = Case { name: name.to_owned(), ..Case::default() };
        let mut place = Place::Head;
        for line in text.lines() {
            if let Some(next) = heading(line) {
                if let Place::Section(part, engine) = next {
                    let empty = case.sections.insert((part, engine), String::new()).is_none();
                    anyhow::ensure!(empty, "the section `{line}` stands there twice");
                }
                place = next;
                continue;
            }
            match place {
                Place::Head => case.read_head(line)?,
                Place::Section(part, engine) => {
                    let section = case.sections.entry((part, engine)).or_default();
                    section.push_str(line);
                    section.push('\n');
                }
                Place::Choices if line.trim().is_empty() => {}
                Place::Choices => {
                    case.choices.push(Choice::read(line.trim().trim_start_matches("--").trim())?);
                }
            }
        }
        if case.engines.is_empty() {
            case.engines = [Engine::Sqlite, Engine::Postgres].map(|engine| Wanted { engine, since: 0 }).into();
        }
        let sections: Vec<Part> = case.sections.keys().map(|(part, _)| *part).collect();
        anyhow::ensure!(sections.contains(&Part::To), "there is no section `-- to`");
        anyhow::ensure!(sections.contains(&Part::From), "there is no section `-- from`");
        Ok(case)
    }

    fn read_head(&mut self, line: &str) -> Result<()> {
        let words = line.trim();
        if words.is_empty() {
            return Ok(());
        }
        let words = words.strip_prefix("--").context("SQL before the first section")?.trim();
        let Some(engines) = words.strip_prefix("engines:") else {
            self.about = format!("{} {words}", self.about).trim().to_owned();
            return Ok(());
        };
        for engine in engines.split(',') {
            let (word, since) = engine.trim().split_once(' ').unwrap_or((engine.trim(), "0"));
            self.engines.push(Wanted { engine: word.parse()?, since: since.trim().parse()? });
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Place {
    Head,
    Section(Part, Option<Engine>),
    Choices,
}

/// `-- from`, `-- to (postgres)`, `-- choices`.
fn heading(line: &str) -> Option<Place> {
    let words = line.strip_prefix("-- ")?.trim_end();
    if words == "choices" {
        return Some(Place::Choices);
    }
    let (word, engine) = match words.split_once(" (") {
        Some((word, rest)) => (word, Some(rest.strip_suffix(')')?.parse().ok()?)),
        None => (words, None),
    };
    let part = Part::ALL.into_iter().find(|part| part.word() == word)?;
    Some(Place::Section(part, engine))
}

/// The file that [`Case::read`] reads back.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.about.is_empty() {
            writeln!(f, "-- {}", self.about)?;
        }
        let engines: Vec<String> = self.engines.iter().map(Wanted::to_string).collect();
        writeln!(f, "-- engines: {}", engines.join(", "))?;
        for ((part, engine), sql) in &self.sections {
            write!(f, "\n-- {}", part.word())?;
            if let Some(engine) = engine {
                write!(f, " ({engine})")?;
            }
            write!(f, "\n{}\n", sql.trim_end())?;
        }
        if !self.choices.is_empty() {
            f.write_str("\n-- choices\n")?;
            for choice in &self.choices {
                writeln!(f, "{choice}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.engine.word())?;
        if self.since > 0 {
            f.write_char(' ')?;
            write!(f, "{}", self.since)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
-- A column with another name.
-- engines: sqlite, postgres 15

-- from
CREATE TABLE email (subject text);

-- from (postgres)
CREATE TABLE email (subject varchar);

-- rows
INSERT INTO email VALUES ('hello');

-- to
CREATE TABLE email (title text);

-- choices
rename email.subject:title
backfill email.title = 'a = b'
";

    #[test]
    fn a_case_reads_its_sections_and_choices() -> Result<()> {
        let case = Case::read("rename", TEXT)?;
        assert_eq!(case.about, "A column with another name.");
        assert!(case.runs_on(Engine::Postgres, 16) && !case.runs_on(Engine::Postgres, 14));
        assert!(case.sql(Part::From, Engine::Postgres).contains("varchar"));
        assert!(case.sql(Part::From, Engine::Sqlite).contains("subject text"));
        let backfill = Choice::Backfill("email.title".to_owned(), "'a = b'".to_owned());
        assert_eq!(case.choices, [Choice::Rename("email.subject:title".to_owned()), backfill]);
        Ok(())
    }

    #[test]
    fn a_printed_case_reads_back() -> Result<()> {
        let case = Case::read("rename", TEXT)?;
        assert_eq!(Case::read("rename", &case.to_string())?.to_string(), case.to_string());
        Ok(())
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(Case::read("x", "-- from\n-- to\n-- choices\nrenamed a:b\n").is_err());
        assert!(Case::read("x", "-- from\n").is_err());
        assert!(Case::read("x", "CREATE TABLE a (b int);\n-- from\n-- to\n").is_err());
    }
}
