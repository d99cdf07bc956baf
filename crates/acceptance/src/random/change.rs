use proptest::prelude::*;
use proptest::sample::Index;
use whimbrel_schema::Engine;

use super::kind;
use super::seed::{self, ColumnSeed, TableSeed, name, pick};
use super::sketch::{Sketch, TypeSketch};

/// One thing that a person might change in the models. What does not fit the sketch as it stands does nothing.
#[derive(Debug, Clone)]
pub enum Mutation {
    AddTable(TableSeed),
    DropTable(Index),
    RenameTable(Index),
    AddColumn(Index, ColumnSeed),
    DropColumn(Index, Index),
    RenameColumn(Index, Index),
    SetType(Index, Index, Index),
    SetNullable(Index, Index, bool),
    SetDefault(Index, Index, Option<Index>),
    DropUnique(Index),
    DropCheck(Index),
    DropIndex(Index),
    DropReference(Index),
    SetAction(Index, Index),
    SetComment(Index, Option<Index>),
    AddEnumValue(Index),
    DropTrigger(Index),
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        2 => seed::table().prop_map(Mutation::AddTable),
        1 => index().prop_map(Mutation::DropTable),
        1 => index().prop_map(Mutation::RenameTable),
        5 => (index(), seed::column()).prop_map(|(table, column)| Mutation::AddColumn(table, column)),
        3 => (index(), index()).prop_map(|(table, column)| Mutation::DropColumn(table, column)),
        2 => (index(), index()).prop_map(|(table, column)| Mutation::RenameColumn(table, column)),
        4 => (index(), index(), index()).prop_map(|(table, column, to)| Mutation::SetType(table, column, to)),
        3 => (index(), index(), any::<bool>()).prop_map(|(table, column, to)| Mutation::SetNullable(table, column, to)),
        3 => (index(), index(), prop::option::of(index()))
            .prop_map(|(table, column, to)| Mutation::SetDefault(table, column, to)),
        1 => index().prop_map(Mutation::DropUnique),
        1 => index().prop_map(Mutation::DropCheck),
        2 => index().prop_map(Mutation::DropIndex),
        1 => index().prop_map(Mutation::DropReference),
        1 => (index(), index()).prop_map(|(reference, to)| Mutation::SetAction(reference, to)),
        1 => (index(), prop::option::of(index())).prop_map(|(table, to)| Mutation::SetComment(table, to)),
        1 => index().prop_map(Mutation::AddEnumValue),
        1 => index().prop_map(Mutation::DropTrigger),
    ]
}

impl Sketch {
    pub fn change(&mut self, mutation: &Mutation) {
        match mutation {
            Mutation::AddTable(seed) => self.add_table(seed),
            Mutation::DropTable(table) => self.drop_table(table),
            Mutation::RenameTable(table) => {
                let number = self.number();
                if let Some(at) = self.at(table) {
                    self.tables[at].name = name(table, number);
                }
            }
            Mutation::AddColumn(table, seed) => {
                if let Some(at) = self.at(table) {
                    self.add_column(self.tables[at].number, seed);
                }
            }
            Mutation::DropColumn(table, column) => self.drop_column(table, column),
            Mutation::RenameColumn(table, column) => {
                let number = self.number();
                if let Some((at, place)) = self.place(table, column) {
                    self.tables[at].columns[place].name = name(column, number);
                }
            }
            Mutation::SetType(table, column, to) => self.set_type(table, column, to),
            Mutation::SetNullable(table, column, to) => self.set_nullable(table, column, *to),
            Mutation::SetDefault(table, column, to) => self.set_default(table, column, to.as_ref()),
            Mutation::DropUnique(which) => self.remove(which, |table| &mut table.uniques),
            Mutation::DropCheck(which) => self.remove(which, |table| &mut table.checks),
            Mutation::DropIndex(which) => self.remove(which, |table| &mut table.indexes),
            Mutation::DropReference(which) => self.remove(which, |table| &mut table.references),
            Mutation::SetAction(which, to) => {
                let mut references: Vec<_> = self.tables.iter_mut().flat_map(|table| &mut table.references).collect();
                let count = references.len();
                if count > 0 {
                    references[which.index(count)].action = ["", "CASCADE", "RESTRICT"][to.index(3)];
                }
            }
            Mutation::SetComment(table, to) => {
                if let Some(at) = self.at(table) {
                    self.tables[at].comment = to.as_ref().map(|index| format!("comment {}", index.index(100)));
                }
            }
            Mutation::AddEnumValue(which) => {
                let count = self.enums.len();
                let number = self.number();
                if count > 0 {
                    let values = &mut self.enums[which.index(count)].values;
                    values.insert(which.index(values.len() + 1).max(2), format!("value {number}"));
                }
            }
            Mutation::DropTrigger(table) => {
                if let Some(at) = self.at(table) {
                    self.tables[at].trigger = false;
                }
            }
        }
        self.forget_unused_enums();
    }

    fn at(&self, index: &Index) -> Option<usize> {
        (!self.tables.is_empty()).then(|| index.index(self.tables.len()))
    }

    /// A column beside the key.
    fn place(&self, table: &Index, column: &Index) -> Option<(usize, usize)> {
        let at = self.at(table)?;
        let table = &self.tables[at];
        let places: Vec<usize> = (table.key.width()..table.columns.len()).collect();
        Some((at, *pick(&places, column)?))
    }

    fn remove<T>(&mut self, which: &Index, list: impl Fn(&mut super::sketch::TableSketch) -> &mut Vec<T>) {
        let counts: Vec<usize> = self.tables.iter_mut().map(|table| list(table).len()).collect();
        let total: usize = counts.iter().sum();
        if total == 0 {
            return;
        }
        let mut left = which.index(total);
        for (table, count) in self.tables.iter_mut().zip(counts) {
            if left < count {
                list(table).remove(left);
                return;
            }
            left -= count;
        }
    }

    fn drop_table(&mut self, index: &Index) {
        let Some(at) = self.at(index) else { return };
        let number = self.tables[at].number;
        self.tables.remove(at);
        for table in &mut self.tables {
            table.references.retain(|reference| reference.table != number);
        }
    }

    fn drop_column(&mut self, table: &Index, column: &Index) {
        let Some((at, place)) = self.place(table, column) else { return };
        let number = self.tables[at].columns[place].number;
        self.tables[at].remove_column(number);
        if self.tables[at].columns.is_empty() {
            self.drop_table(table);
        }
    }

    fn set_type(&mut self, table: &Index, column: &Index, to: &Index) {
        let Some((at, place)) = self.place(table, column) else { return };
        let column = &self.tables[at].columns[place];
        let number = column.number;
        let referring = self.tables[at].references.iter().any(|reference| reference.column == number);
        let source = self.tables[at].columns.iter().any(|column| column.computed == Some(number));
        let checked = self.tables[at].checks.iter().any(|it| it.column == number);
        let TypeSketch::Plain(from) = column.ty else { return };
        if referring || column.computed.is_some() {
            return;
        }
        let Some(kind) = pick(from.becomes, to).and_then(|name| kind::named(self.engine, name)) else { return };
        // What is computed of it, and what is asked of it, has to go on meaning something.
        if (source || checked) && kind.family != from.family {
            return;
        }
        let indexed = self.tables[at].named_columns().contains(&number);
        if indexed && !kind.ordered {
            return;
        }
        let column = &mut self.tables[at].columns[place];
        column.ty = TypeSketch::Plain(kind);
        column.default = None;
    }

    fn set_nullable(&mut self, table: &Index, column: &Index, to: bool) {
        let Some((at, place)) = self.place(table, column) else { return };
        let has_rows = self.tables[at].rows > 0;
        let number = self.tables[at].columns[place].number;
        let set_null = self.tables[at].references.iter().any(|it| it.column == number);
        let partial = self.tables[at].indexes.iter().any(|index| index.columns.contains(&number));
        let column = &mut self.tables[at].columns[place];
        if column.computed.is_some() || (!to && ((column.gaps && has_rows) || set_null || partial)) {
            return;
        }
        column.nullable = to;
        column.gaps = false;
    }

    fn set_default(&mut self, table: &Index, column: &Index, to: Option<&Index>) {
        let Some((at, place)) = self.place(table, column) else { return };
        let number = self.tables[at].columns[place].number;
        let referring = self.tables[at].references.iter().any(|reference| reference.column == number);
        let column = &mut self.tables[at].columns[place];
        let TypeSketch::Plain(kind) = column.ty else { return };
        if column.computed.is_none() && !referring {
            column.default = to.and_then(|index| pick(kind.defaults, index)).map(|text| (*text).to_owned());
        }
    }

    fn forget_unused_enums(&mut self) {
        let used = |number: u32, tables: &[super::sketch::TableSketch]| {
            tables.iter().flat_map(|table| &table.columns).any(|column| column.ty == TypeSketch::Enum(number))
        };
        let tables = &self.tables;
        self.enums.retain(|enumeration| used(enumeration.number, tables));
        debug_assert!(self.enums.is_empty() || self.engine == Engine::Postgres);
    }
}
