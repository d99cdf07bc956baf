//! A revision: one reviewed file of the history, as a value.

mod checksum;
mod directive;
mod id;
mod statement;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use whimbrel_schema::Engine;

pub use checksum::Checksum;
pub use directive::{Allow, Directive};
pub use id::{BadRevisionId, RevisionId};
pub use statement::{RevisionStatement, StatementOrigin, StatementsError};

pub(crate) use id::is_id_character;

/// One step of the history. What its header says is here at once; its statements are read on demand, with the dialect
/// of the engine that they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub id: RevisionId,
    /// None for the first, several for a merge.
    pub parents: Vec<RevisionId>,
    /// What has to be applied before it without being its parent.
    pub depends_on: Vec<RevisionId>,
    /// The names of the branch that begins here.
    pub labels: Vec<String>,
    /// One line.
    pub message: String,
    /// Only what belongs to an evolution has one; a plain revision counts as [`Phase::Expand`].
    pub phase: Option<Phase>,
    pub part: Option<Part>,
    /// As written.
    pub created: Option<String>,
    /// Comments between the header and the first section, kept as they are.
    pub preamble: String,
    pub sections: Vec<Section>,
    pub checksum: Checksum,
    pub source: Source,
}

/// The file a revision came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub file: Arc<PathBuf>,
    pub text: Arc<str>,
    pub format: Format,
}

/// How a revision file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Sql,
}

/// Where in an evolution a revision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Adds; old code goes on working.
    Expand,
    /// Fills; old and new code both work.
    Backfill,
    /// Takes away what no running code names any more.
    Contract,
}

impl Phase {
    pub const ALL: [Phase; 3] = [Phase::Expand, Phase::Backfill, Phase::Contract];

    pub fn word(self) -> &'static str {
        match self {
            Phase::Expand => "expand",
            Phase::Backfill => "backfill",
            Phase::Contract => "contract",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// `2 of 3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    pub number: u32,
    pub of: u32,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

/// Into the revision, or out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Up,
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        })
    }
}

/// What stands below one `-- upgrade` or `-- downgrade` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub direction: Direction,
    /// `None` serves every engine that has no section of its own.
    pub engine: Option<Engine>,
    pub text: String,
    /// The line of the file on which the text begins; one-based.
    pub line: u32,
    /// The byte of the file at which it begins.
    pub offset: usize,
}

impl Section {
    /// Whether somebody wrote that there is nothing to do, rather than writing nothing.
    pub fn says_nothing_to_do(&self) -> bool {
        self.text.lines().filter_map(|line| line.trim().strip_prefix("--")).any(|comment| {
            comment
                .trim_start()
                .get(..NOTHING_TO_DO.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(NOTHING_TO_DO))
        })
    }
}

const NOTHING_TO_DO: &str = "nothing to do";

impl Revision {
    /// A revision that no file holds yet.
    pub fn new(id: RevisionId, parents: Vec<RevisionId>, message: &str) -> Self {
        let checksum = Checksum::of(&id, &parents, []);
        Revision {
            id,
            parents,
            depends_on: Vec::new(),
            labels: Vec::new(),
            message: message.split_whitespace().collect::<Vec<_>>().join(" "),
            phase: None,
            part: None,
            created: None,
            preamble: String::new(),
            sections: Vec::new(),
            checksum,
            source: Source { file: Arc::default(), text: "".into(), format: Format::Sql },
        }
    }

    pub fn with_section(mut self, direction: Direction, engine: Option<Engine>, text: &str) -> Self {
        self.sections.push(Section { direction, engine, text: text.to_string(), line: 0, offset: 0 });
        self.checksum = Checksum::of(&self.id, &self.parents, &self.sections);
        self
    }

    /// The section that serves the engine: its own if there is one, else the one without an engine.
    pub fn section(&self, direction: Direction, engine: Engine) -> Option<&Section> {
        let of = |wanted: Option<Engine>| {
            self.sections.iter().find(|section| section.direction == direction && section.engine == wanted)
        };
        of(Some(engine)).or_else(|| of(None))
    }

    /// The questions in the upgrade section for the engine that nobody has answered: a question is answered by
    /// deleting its line.
    pub fn questions(&self, engine: Engine) -> Vec<String> {
        let text = self.section(Direction::Up, engine).map_or("", |section| section.text.as_str());
        text.lines()
            .filter_map(|line| match Directive::read(line) {
                Some(Ok(Directive::Question(question))) => Some(question),
                Some(Ok(Directive::NoTransaction | Directive::Backfill | Directive::Allow(_)) | Err(_)) | None => None,
            })
            .collect()
    }

    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }

    /// What the revision counts as in an evolution.
    pub fn effective_phase(&self) -> Phase {
        self.phase.unwrap_or(Phase::Expand)
    }
}
