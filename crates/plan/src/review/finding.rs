use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use whimbrel_schema::ObjectName;

/// How bad it is; the order is that of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Works as it is; there is a better way.
    Advice,
    /// Safe if done with care: it blocks somebody, or it fails on some data.
    Care,
    /// Code that runs now stops working.
    Breaking,
    DestroysData,
    /// Nobody can say, so it is taken for the worst.
    Unknown,
}

impl Severity {
    pub const ALL: [Severity; 5] =
        [Severity::Advice, Severity::Care, Severity::Breaking, Severity::DestroysData, Severity::Unknown];

    pub fn word(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Care => "care",
            Severity::Breaking => "breaking",
            Severity::DestroysData => "destroys-data",
            Severity::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Severity::ALL.into_iter().find(|severity| severity.word() == text);
        found.ok_or_else(|| format!("`{text}` is no severity (advice, care, breaking, destroys-data, unknown)"))
    }
}

/// What a statement is, all in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Safe,
    Care,
    Breaking,
    DestroysData,
    Unknown,
}

impl Verdict {
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Safe => "safe",
            Verdict::Care => "care",
            Verdict::Breaking => "breaking",
            Verdict::DestroysData => "destroys data",
            Verdict::Unknown => "unknown",
        }
    }
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Advice => Verdict::Safe,
            Severity::Care => Verdict::Care,
            Severity::Breaking => Verdict::Breaking,
            Severity::DestroysData => Verdict::DestroysData,
            Severity::Unknown => Verdict::Unknown,
        }
    }
}

/// One thing that a rule has to say about one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: &'static str,
    pub severity: Severity,
    /// Bytes within the file.
    pub span: Range<usize>,
    /// The step of the statement, where it is about one.
    pub step: Option<usize>,
    pub message: String,
    /// What stands under the place: locks and work, in a few words.
    pub label: String,
    /// What is known of the live database, and how long it takes there; or what was assumed instead.
    pub here: Option<String>,
    pub safe_way: String,
    /// What it is about, for rules that look again when the file ends.
    #[serde(skip)]
    pub about: Option<About>,
    /// The safe form, where there is one as text.
    #[serde(skip)]
    pub fix: Option<Fix>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub table: ObjectName,
    pub columns: Vec<String>,
}

/// The safe form of a statement, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, in a few words.
    pub what: String,
    /// Replacements within the file, in order, that do not overlap.
    pub edits: Vec<Edit>,
    /// Statements that have to follow, each group in a file and a transaction of its own.
    pub then: Vec<Followup>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub span: Range<usize>,
    pub text: String,
}

/// What comes in a later file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Followup {
    pub message: String,
    pub statements: Vec<String>,
    /// Outside of any transaction.
    pub no_transaction: bool,
    /// How it is undone, if there is something to undo.
    pub undo: Vec<String>,
}
