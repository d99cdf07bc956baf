//! What a statement did, by relation. Indexes, TOAST tables and the sequences of columns are told of their table.

use std::collections::BTreeMap;

use whimbrel_plan::review::Blocks;

/// The eight modes, weakest first.
pub const MODES: [&str; 8] = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
];

/// For each mode, those that it conflicts with: the manual's table, one bit for each.
const CONFLICTS: [u8; 8] =
    [0b1000_0000, 0b1100_0000, 0b1111_0000, 0b1111_1000, 0b1110_1100, 0b1111_1100, 0b1111_1110, 0b1111_1111];

/// `AccessExclusiveLock`, `AccessExclusive` or `ACCESS EXCLUSIVE`, as its place in [`MODES`].
pub fn mode(name: &str) -> Option<usize> {
    let bare = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let wanted = bare(name.strip_suffix("Lock").unwrap_or(name));
    MODES.iter().position(|mode| bare(mode) == wanted)
}

/// Whether whoever waits for the second mode waits for the first as well.
pub fn includes(predicted: usize, measured: usize) -> bool {
    CONFLICTS[measured] & !CONFLICTS[predicted] == 0
}

pub fn blocks(mode: usize) -> Blocks {
    match mode {
        0..=2 => Blocks::Nothing,
        3 => Blocks::SchemaChanges,
        4..=6 => Blocks::Writes,
        _ => Blocks::ReadsAndWrites,
    }
}

#[derive(Debug, Clone, Default)]
pub struct Did {
    pub relations: BTreeMap<String, Happened>,
    /// Indexes, and sequences of columns, with the table that they are a part of.
    pub parts: BTreeMap<String, String>,
    /// It was refused; locks and work are not known then.
    pub error: Option<String>,
    /// Locks were not looked at, or only now and then.
    pub sampled: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Happened {
    /// Strongest on the relation itself.
    pub mode: Option<usize>,
    /// Strongest on what belongs to it.
    pub mode_of_parts: Option<usize>,
    pub blocked: Option<Blocks>,
    pub rewritten: bool,
    pub indexes_built: bool,
    pub scanned: bool,
}

impl Did {
    pub fn of(&mut self, relation: &str) -> &mut Happened {
        self.relations.entry(relation.to_string()).or_default()
    }
}

#[test]
fn conflicts_are_mutual() {
    for (one, conflicts) in CONFLICTS.iter().enumerate() {
        for (other, others) in CONFLICTS.iter().enumerate() {
            assert_eq!(conflicts >> other & 1, others >> one & 1, "{} and {}", MODES[one], MODES[other]);
        }
    }
}
