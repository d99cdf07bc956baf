//! What is in a table, as a number of rows and a hash that does not depend on their order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use whimbrel_schema::{Fingerprint, ObjectName};

/// Begins with how it was made: hashes that were made differently say nothing of each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(pub String);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableContents {
    pub name: ObjectName,
    pub rows: u64,
    pub hash: ContentHash,
}

/// Adds up the hashes of rows, modulo 2²⁵⁶: in any order it comes to the same, and a row that is there twice counts twice
/// (as it would not in an exclusive or, where two equal rows take each other away).
#[derive(Debug, Clone, Default)]
pub struct ContentHasher {
    rows: u64,
    /// Least significant first.
    sum: [u64; 4],
}

impl ContentHasher {
    /// `row` is a hash of all its values, with their types.
    pub fn add(&mut self, row: &[u8; 32]) {
        self.rows += 1;
        let mut carry = false;
        for (limb, bytes) in self.sum.iter_mut().zip(row.as_chunks::<8>().0) {
            let (sum, over) = limb.overflowing_add(u64::from_le_bytes(*bytes));
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, over || over_again);
        }
    }

    /// Takes up what was added elsewhere, from other rows of the table.
    pub fn join(&mut self, other: &ContentHasher) {
        let mut bytes = [0; 32];
        for (place, limb) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(other.sum) {
            *place = limb.to_le_bytes();
        }
        self.add(&bytes);
        self.rows += other.rows;
        self.rows -= 1;
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// `made` names how rows were hashed, and changes whenever that does.
    pub fn finish(&self, made: &str) -> ContentHash {
        let hex: String = self.sum.iter().rev().map(|limb| format!("{limb:016x}")).collect();
        ContentHash(format!("{made}:{hex}"))
    }
}

/// How one table is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    Missing {
        table: ObjectName,
        rows: u64,
    },
    Extra {
        table: ObjectName,
        rows: u64,
    },
    Rows {
        table: ObjectName,
        expected: u64,
        found: u64,
    },
    Values {
        table: ObjectName,
        rows: u64,
    },
    /// Tables, columns or constraints are others.
    Schema {
        expected: Fingerprint,
        found: Fingerprint,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing { table, rows } => write!(f, "`{table}` is missing ({rows} rows)"),
            Difference::Extra { table, rows } => write!(f, "`{table}` is there and was not copied ({rows} rows)"),
            Difference::Rows { table, expected, found } => {
                write!(f, "`{table}` has {found} rows where {expected} were copied")
            }
            Difference::Values { table, rows } => {
                write!(f, "`{table}` has its {rows} rows, but not the values that were copied")
            }
            Difference::Schema { expected, found } => {
                write!(f, "the schema has the fingerprint {found} where {expected} was copied")
            }
        }
    }
}

/// What is not equal. An empty table that only one side mentions is no difference: a copy of some tables has the others
/// empty, and may leave them unmentioned.
pub fn differences(expected: &[TableContents], found: &[TableContents]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let in_found: BTreeMap<_, _> = found.iter().map(|table| (&table.name, table)).collect();
    for table in expected {
        let name = table.name.clone();
        match in_found.get(&table.name) {
            None => differences.push(Difference::Missing { table: name, rows: table.rows }),
            Some(found) if found.rows != table.rows => {
                differences.push(Difference::Rows { table: name, expected: table.rows, found: found.rows });
            }
            Some(found) if found.hash != table.hash => {
                differences.push(Difference::Values { table: name, rows: table.rows });
            }
            Some(_) => {}
        }
    }
    let in_expected: BTreeSet<_> = expected.iter().map(|table| &table.name).collect();
    let extra = found.iter().filter(|table| table.rows > 0 && !in_expected.contains(&table.name));
    differences.extend(extra.map(|table| Difference::Extra { table: table.name.clone(), rows: table.rows }));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(rows: &[u8]) -> ContentHash {
        let mut hasher = ContentHasher::default();
        rows.iter().for_each(|row| hasher.add(&[*row; 32]));
        hasher.finish("t1")
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_how_often_they_are_there_does() {
        assert_eq!(hash_of(&[1, 200, 255]), hash_of(&[255, 1, 200]));
        assert_ne!(hash_of(&[7, 7]), hash_of(&[9, 9]), "equal rows must not take each other away");
        assert_ne!(hash_of(&[7]), hash_of(&[7, 7, 7]));
    }

    #[test]
    fn it_may_be_added_up_in_parts() {
        let (mut first, mut second) = (ContentHasher::default(), ContentHasher::default());
        [250, 251].iter().for_each(|row| first.add(&[*row; 32]));
        [252, 253, 254].iter().for_each(|row| second.add(&[*row; 32]));
        first.join(&second);
        assert_eq!((first.rows(), first.finish("t1")), (5, hash_of(&[254, 253, 252, 251, 250])));
        first.join(&ContentHasher::default());
        assert_eq!((first.rows(), first.finish("t1")), (5, hash_of(&[254, 253, 252, 251, 250])));
    }

    #[test]
    fn each_kind_of_difference_is_named() {
        let table = |name: &str, rows: u64, hash: u8| TableContents { name: name.into(), rows, hash: hash_of(&[hash]) };
        let expected = [table("a", 1, 1), table("b", 2, 2), table("c", 3, 3), table("d", 4, 4)];
        let found = [table("a", 1, 1), table("b", 1, 2), table("c", 3, 9), table("empty", 0, 0), table("e", 5, 5)];
        let told: Vec<String> = differences(&expected, &found).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`b` has 1 rows where 2 were copied",
                "`c` has its 3 rows, but not the values that were copied",
                "`d` is missing (4 rows)",
                "`e` is there and was not copied (5 rows)",
            ]
        );
    }
}
