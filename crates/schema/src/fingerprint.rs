use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Schema;

/// A short text that two schemas share exactly if they are equal.
///
/// It begins with the version of the way it is made: fingerprints of different versions say nothing of each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// Raised whenever a type of this crate changes what it feeds its hash.
const VERSION: &str = "w1";

impl Fingerprint {
    /// Whether two fingerprints were made the same way, so that being different means something.
    pub fn comparable(&self, other: &Fingerprint) -> bool {
        let version = |text: &str| text.split(':').next().map(str::to_string);
        version(&self.0) == version(&other.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Schema {
    /// Sort first: the fingerprint is of the value as it stands.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint_of(self)
    }
}

pub fn fingerprint_of(value: &impl Hash) -> Fingerprint {
    let mut hasher = ShaHasher(Sha256::new());
    value.hash(&mut hasher);
    let digest = hasher.0.finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Fingerprint(format!("{VERSION}:{hex}"))
}

/// `std`'s `Hash` walked into SHA-256. Lengths and discriminants are widened, so that 32-bit machines agree.
struct ShaHasher(Sha256);

impl Hasher for ShaHasher {
    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_usize(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn write_isize(&mut self, number: isize) {
        self.0.update((number as i64).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, ColumnType, Engine, Notes, Table};

    #[test]
    fn notes_do_not_change_it_and_a_column_does() {
        let mut schema = Schema::new(Engine::Sqlite);
        let empty = schema.fingerprint();
        let mut table = Table::new("email");
        table.columns.push(Column::new("id", ColumnType::new("INTEGER")));
        schema.insert_table(table);
        let with_table = schema.fingerprint();
        assert_ne!(empty, with_table);
        if let Some(table) = schema.table_mut(&"EMAIL".into()) {
            table.notes = Notes { renamed_from: Some("mail".into()), ..Notes::default() };
        }
        assert_eq!(schema.fingerprint(), with_table);
    }
}
