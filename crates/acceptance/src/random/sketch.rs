use std::collections::BTreeSet;

use whimbrel_schema::Engine;

use super::kind::Kind;

/// A random schema with rows, in which everything has a number that stays when its name changes: so that what a
/// change of names, types and places must keep is known without asking the code under test.
#[derive(Debug, Clone)]
pub struct Sketch {
    pub engine: Engine,
    pub enums: Vec<EnumSketch>,
    pub tables: Vec<TableSketch>,
    /// The next number that nothing has.
    pub next: u32,
}

#[derive(Debug, Clone)]
pub struct EnumSketch {
    pub number: u32,
    pub values: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct TableSketch {
    pub number: u32,
    pub name: String,
    pub columns: Vec<ColumnSketch>,
    pub key: KeySketch,
    pub uniques: Vec<UniqueSketch>,
    pub references: Vec<ReferenceSketch>,
    pub checks: Vec<CheckSketch>,
    pub indexes: Vec<IndexSketch>,
    pub comment: Option<String>,
    pub trigger: bool,
    pub rows: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySketch {
    None,
    /// The first column.
    Plain,
    /// The first column, written with the column; counts by itself.
    Counting,
    /// The first column, as identity (PostgreSQL) or AUTOINCREMENT (SQLite).
    Identity,
    /// The first two columns.
    Pair,
}

impl KeySketch {
    /// How many of the first columns it takes.
    pub fn width(self) -> usize {
        match self {
            KeySketch::None => 0,
            KeySketch::Plain | KeySketch::Counting | KeySketch::Identity => 1,
            KeySketch::Pair => 2,
        }
    }
}

#[derive(Debug, Clone)]
pub struct ColumnSketch {
    pub number: u32,
    pub name: String,
    pub ty: TypeSketch,
    pub nullable: bool,
    /// Every second row has none; only where the column is nullable.
    pub gaps: bool,
    pub default: Option<String>,
    /// Made by the engine of the column of that number.
    pub computed: Option<u32>,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeSketch {
    Plain(Kind),
    Enum(u32),
}

#[derive(Debug, Clone)]
pub struct UniqueSketch {
    pub name: Option<String>,
    pub columns: Vec<u32>,
}

#[derive(Debug, Clone)]
pub struct ReferenceSketch {
    pub name: Option<String>,
    pub column: u32,
    /// The table referred to, by its key of one column.
    pub table: u32,
    pub action: &'static str,
    pub deferrable: bool,
}

#[derive(Debug, Clone)]
pub struct CheckSketch {
    pub name: Option<String>,
    pub column: u32,
}

#[derive(Debug, Clone)]
pub struct IndexSketch {
    pub name: String,
    pub columns: Vec<u32>,
    pub shape: IndexShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexShape {
    Plain,
    Unique,
    Descending,
    Partial,
    Expression,
    Including,
    Hash,
}

impl Sketch {
    pub fn new(engine: Engine) -> Self {
        Sketch { engine, enums: Vec::new(), tables: Vec::new(), next: 1 }
    }

    pub fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    pub fn table(&self, number: u32) -> Option<&TableSketch> {
        self.tables.iter().find(|table| table.number == number)
    }

    pub fn enumeration(&self, number: u32) -> Option<&EnumSketch> {
        self.enums.iter().find(|candidate| candidate.number == number)
    }

    /// The literal in that row of that column; `None` is NULL.
    pub fn value(&self, table: &TableSketch, column: &ColumnSketch, row: u32) -> Option<String> {
        if column.gaps && column.nullable && row % 2 == 1 {
            return None;
        }
        if let Some(reference) = table.references.iter().find(|reference| reference.column == column.number) {
            let parent = self.table(reference.table)?;
            let rows = if parent.number == table.number { row + 1 } else { parent.rows };
            let target = row.checked_rem(rows)?;
            return self.value(parent, parent.columns.first()?, target);
        }
        Some(match column.ty {
            TypeSketch::Plain(kind) => kind.value(self.engine, row),
            TypeSketch::Enum(number) => {
                let values = &self.enumeration(number)?.values;
                format!("'{}'", values[row as usize % values.len().min(2)].replace('\'', "''"))
            }
        })
    }
}

impl TableSketch {
    pub fn column(&self, number: u32) -> Option<&ColumnSketch> {
        self.columns.iter().find(|column| column.number == number)
    }

    pub fn column_mut(&mut self, number: u32) -> Option<&mut ColumnSketch> {
        self.columns.iter_mut().find(|column| column.number == number)
    }

    pub fn is_key(&self, number: u32) -> bool {
        self.columns.iter().take(self.key.width()).any(|column| column.number == number)
    }

    /// The columns that a constraint, an index or another column names.
    pub fn named_columns(&self) -> BTreeSet<u32> {
        let mut named: BTreeSet<u32> = self.columns.iter().filter_map(|column| column.computed).collect();
        named.extend(self.columns.iter().take(self.key.width()).map(|column| column.number));
        named.extend(self.uniques.iter().flat_map(|unique| unique.columns.iter().copied()));
        named.extend(self.indexes.iter().flat_map(|index| index.columns.iter().copied()));
        named.extend(self.references.iter().map(|reference| reference.column));
        named.extend(self.checks.iter().map(|check| check.column));
        named
    }

    /// Takes the column away, with all that names it.
    pub fn remove_column(&mut self, number: u32) {
        self.columns.retain(|column| column.number != number && column.computed != Some(number));
        self.uniques.retain(|unique| !unique.columns.contains(&number));
        self.indexes.retain(|index| !index.columns.contains(&number));
        self.references.retain(|reference| reference.column != number);
        self.checks.retain(|check| check.column != number);
        let left: BTreeSet<u32> = self.columns.iter().map(|column| column.number).collect();
        self.uniques.retain(|unique| unique.columns.iter().all(|column| left.contains(column)));
        self.indexes.retain(|index| index.columns.iter().all(|column| left.contains(column)));
        self.checks.retain(|check| left.contains(&check.column));
    }
}
