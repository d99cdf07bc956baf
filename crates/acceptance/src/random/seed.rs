use proptest::prelude::*;
use proptest::sample::Index;
use whimbrel_schema::Engine;

use super::kind::{self, Family};
use super::sketch::{
    CheckSketch, ColumnSketch, EnumSketch, IndexShape, IndexSketch, KeySketch, ReferenceSketch, Sketch, TableSketch,
    TypeSketch, UniqueSketch,
};

/// What proptest makes up and shrinks; [`Sketch::add_table`] makes of it what is valid where it stands.
#[derive(Debug, Clone)]
pub struct TableSeed {
    stem: Index,
    key: u8,
    pub columns: Vec<ColumnSeed>,
    comment: bool,
    trigger: bool,
    rows: u32,
}

#[derive(Debug, Clone)]
pub struct ColumnSeed {
    stem: Index,
    kind: Index,
    nullable: bool,
    gaps: bool,
    default: Option<Index>,
    pub role: Role,
    named: bool,
    comment: bool,
}

/// What else hangs on a column.
#[derive(Debug, Clone)]
pub enum Role {
    Plain,
    Unique,
    Check,
    Index(u8),
    Reference { table: Index, action: u8, deferrable: bool },
    Enum,
    Computed,
}

const STEMS: &[&str] = &["item", "order", "User", "with space", "naïve"];

pub fn table() -> impl Strategy<Value = TableSeed> {
    let columns = prop::collection::vec(column(), 1..6);
    let kept = prop::bool::weighted(0.2);
    (any::<Index>(), 0..10u8, columns, kept, prop::bool::weighted(0.1), 0..4u32).prop_map(
        |(stem, key, columns, comment, trigger, rows)| TableSeed { stem, key, columns, comment, trigger, rows },
    )
}

pub fn column() -> impl Strategy<Value = ColumnSeed> {
    let role = prop_oneof![
        6 => Just(Role::Plain),
        1 => Just(Role::Unique),
        1 => Just(Role::Check),
        3 => (0..7u8).prop_map(Role::Index),
        3 => (any::<Index>(), 0..5u8, prop::bool::weighted(0.2))
            .prop_map(|(table, action, deferrable)| Role::Reference { table, action, deferrable }),
        1 => Just(Role::Enum),
        1 => Just(Role::Computed),
    ];
    let default = prop::option::weighted(0.4, any::<Index>());
    (
        any::<Index>(),
        any::<Index>(),
        any::<bool>(),
        any::<bool>(),
        default,
        role,
        any::<bool>(),
        prop::bool::weighted(0.15),
    )
        .prop_map(|(stem, kind, nullable, gaps, default, role, named, comment)| ColumnSeed {
            stem,
            kind,
            nullable,
            gaps,
            default,
            role,
            named,
            comment,
        })
}

pub fn name(stem: &Index, number: u32) -> String {
    format!("{}_{number}", STEMS[stem.index(STEMS.len())])
}

fn integer(engine: Engine) -> TypeSketch {
    TypeSketch::Plain(kind::all(engine)[0])
}

impl Sketch {
    pub fn add_table(&mut self, seed: &TableSeed) {
        let number = self.number();
        let key = match seed.key {
            0 => KeySketch::None,
            1 => KeySketch::Pair,
            2 | 3 => KeySketch::Plain,
            4 | 5 => KeySketch::Identity,
            _ => KeySketch::Counting,
        };
        let comment = seed.comment.then(|| format!("it's table {number}"));
        self.tables.push(TableSketch {
            number,
            name: name(&seed.stem, number),
            columns: Vec::new(),
            key,
            uniques: Vec::new(),
            references: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            comment,
            trigger: seed.trigger,
            rows: seed.rows,
        });
        for place in 0..key.width() {
            let column = self.number();
            let kinds = kind::all(self.engine);
            let plain = |kind: &kind::Kind| kind.distinct && kind.ordered && kind.family != Family::Real;
            let ty = match key {
                KeySketch::Plain => {
                    let fit: Vec<&kind::Kind> = kinds.iter().filter(|kind| plain(kind)).collect();
                    TypeSketch::Plain(*fit[seed.stem.index(fit.len())])
                }
                KeySketch::Pair if place == 1 => TypeSketch::Plain(kinds[2]),
                KeySketch::None | KeySketch::Counting | KeySketch::Identity | KeySketch::Pair => integer(self.engine),
            };
            let table = self.tables.len() - 1;
            self.tables[table].columns.push(ColumnSketch {
                number: column,
                name: format!("key_{column}"),
                ty,
                nullable: self.engine == Engine::Sqlite && key != KeySketch::Pair,
                gaps: false,
                default: None,
                computed: None,
                comment: None,
            });
        }
        for column in &seed.columns {
            self.add_column(number, column);
        }
    }

    /// Adds the column with what hangs on it, as far as the table as it stands allows.
    pub fn add_column(&mut self, table: u32, seed: &ColumnSeed) {
        let number = self.number();
        let kinds = kind::all(self.engine);
        let kind = kinds[seed.kind.index(kinds.len())];
        let Some(at) = self.tables.iter().position(|candidate| candidate.number == table) else { return };
        let mut column = ColumnSketch {
            number,
            name: name(&seed.stem, number),
            ty: TypeSketch::Plain(kind),
            nullable: seed.nullable,
            gaps: seed.gaps,
            default: None,
            computed: None,
            comment: seed.comment.then(|| format!("column {number}")),
        };
        column.default = seed.default.and_then(|index| pick(kind.defaults, &index).map(|text| (*text).to_owned()));
        let label = seed.named.then(|| format!("c_{number}"));
        match &seed.role {
            Role::Plain => {}
            Role::Unique if kind.distinct && kind.ordered => {
                self.tables[at].uniques.push(UniqueSketch { name: label, columns: vec![number] });
                column.default = None;
            }
            Role::Check => self.tables[at].checks.push(CheckSketch { name: label, column: number }),
            Role::Index(shape) => {
                let shape = self.shape(*shape, &column, kind);
                let mut columns = vec![number];
                let wide = matches!(shape, IndexShape::Plain | IndexShape::Partial | IndexShape::Including);
                columns.extend(self.tables[at].columns.last().filter(|_| wide && seed.named).map(|last| last.number));
                let ordered = columns.iter().skip(1).all(|other| self.ordered(at, *other));
                if kind.ordered && ordered {
                    self.tables[at].indexes.push(IndexSketch { name: format!("ix_{number}"), columns, shape });
                }
                if shape == IndexShape::Unique {
                    column.default = None;
                }
            }
            Role::Reference { table: target, action, deferrable } => {
                let fit: Vec<u32> =
                    self.tables[..=at].iter().filter(|it| it.key.width() == 1).map(|it| it.number).collect();
                if let Some(parent) = pick(&fit, target).and_then(|number| self.table(*number)) {
                    column.ty = parent.columns.first().map_or(integer(self.engine), |column| column.ty);
                    column.default = None;
                    column.nullable |= parent.rows == 0 || *action == 1;
                    column.gaps |= parent.rows == 0;
                    let parent = parent.number;
                    let action = ["", "SET NULL", "CASCADE", "RESTRICT", "NO ACTION"][*action as usize];
                    let deferrable = *deferrable;
                    let reference = ReferenceSketch { name: label, column: number, table: parent, action, deferrable };
                    self.tables[at].references.push(reference);
                    if self.table(parent).is_some_and(|parent| parent.rows == 0) {
                        self.tables[at].rows = 0;
                    }
                }
            }
            Role::Enum if self.engine == Engine::Postgres => {
                let values = ["calm", "it's", "Exact one"].map(str::to_owned).to_vec();
                self.enums.push(EnumSketch { number, values });
                column.ty = TypeSketch::Enum(number);
                column.default = seed.default.map(|_| format!("'calm'::mood_{number}"));
            }
            Role::Computed => {
                let source = self.tables[at].columns.iter().rev().find(|source| self.computes(at, source));
                if let Some(source) = source {
                    column.computed = Some(source.number);
                    column.ty = integer(self.engine);
                    column.nullable = true;
                    column.default = None;
                }
            }
            Role::Unique | Role::Enum => {}
        }
        self.tables[at].columns.push(column);
    }

    /// Whether a stored column can be made of it and then is no stranger to its other uses.
    fn computes(&self, table: usize, source: &ColumnSketch) -> bool {
        let table = &self.tables[table];
        source.ty == integer(self.engine)
            && source.computed.is_none()
            && !table.is_key(source.number)
            && !table.references.iter().any(|reference| reference.column == source.number)
    }

    fn ordered(&self, table: usize, number: u32) -> bool {
        self.tables[table].column(number).is_some_and(|column| match column.ty {
            TypeSketch::Plain(kind) => kind.ordered,
            TypeSketch::Enum(_) => true,
        })
    }

    fn shape(&self, seed: u8, column: &ColumnSketch, kind: kind::Kind) -> IndexShape {
        let postgres = self.engine == Engine::Postgres;
        match seed {
            1 if kind.distinct => IndexShape::Unique,
            2 => IndexShape::Descending,
            3 if column.nullable => IndexShape::Partial,
            4 => IndexShape::Expression,
            5 if postgres => IndexShape::Including,
            6 if postgres && !matches!(kind.family, Family::Bytes | Family::Real) => IndexShape::Hash,
            _ => IndexShape::Plain,
        }
    }
}

pub fn pick<'a, T>(values: &'a [T], index: &Index) -> Option<&'a T> {
    (!values.is_empty()).then(|| &values[index.index(values.len())])
}
