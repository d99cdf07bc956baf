use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use whimbrel_schema::Engine;

use super::{Direction, RevisionId, Section};

/// What the ledger keeps of a revision's text, to notice an edit after it was applied.
///
/// It covers what was run: the upgrade sections, and the header's id and parents. Line ends, white space at the ends
/// of lines, blank lines around a section and the order of the sections do not count; message, phase, free comments
/// outside the sections and the way down may change at any time. Comments *within* an upgrade section count, because
/// telling them from SQL is each engine's own business.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checksum(pub String);

/// Raised whenever the text that is hashed is made up differently. Checksums of different versions are not compared.
const VERSION: &str = "r1";

impl Checksum {
    pub fn of<'a>(id: &RevisionId, parents: &[RevisionId], sections: impl IntoIterator<Item = &'a Section>) -> Self {
        let mut hasher = Sha256::new();
        let mut line = |text: &str| {
            hasher.update(text.as_bytes());
            hasher.update(b"\n");
        };
        line(id.as_str());
        for parent in parents {
            line(parent.as_str());
        }
        let mut upgrades: Vec<&Section> =
            sections.into_iter().filter(|section| section.direction == Direction::Up).collect();
        upgrades.sort_by_key(|section| section.engine);
        for section in upgrades {
            line("");
            line(section.engine.map_or("upgrade", Engine::word));
            for text in section.text.trim().lines() {
                line(text.trim_end());
            }
        }
        let mut checksum = format!("{VERSION}:");
        for byte in hasher.finalize() {
            for digit in [byte >> 4, byte & 15] {
                checksum.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        Checksum(checksum)
    }

    /// Whether two checksums were made the same way, so that being different means something.
    pub fn comparable(&self, other: &Checksum) -> bool {
        let version = |checksum: &Checksum| checksum.0.split_once(':').map(|(version, _)| version.to_string());
        version(self) == version(other)
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
