//! The derive and the command read one source alike: every Rust form of a model case, compiled here and read by the
//! command's reader.
// Two indexes over one column are no attribute that is said twice, as clippy takes them for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::duplicated_attributes, dead_code)]

use std::path::{Path, PathBuf};

use whimbrel::model::TableModel;
use whimbrel_frontends::rust;

// The crates whose types the cases name. Their names are all that is read of them.
extern crate self as chrono;
extern crate self as rust_decimal;
extern crate self as serde_json;
extern crate self as uuid;

pub struct DateTime<Z>(Z);
pub struct Decimal;
pub struct NaiveDate;
pub struct NaiveDateTime;
pub struct NaiveTime;
pub struct TimeDelta;
pub struct Utc;
pub struct Uuid;
pub struct Value;

/// Each case as a module, and what its structs say when the program runs.
macro_rules! cases {
    ($($case:ident: $($table:ident),+;)+) => {
        $(
            mod $case {
                include!(concat!("../cases/models/", stringify!($case), ".rs"));

                pub fn tables() -> Vec<whimbrel::model::TableModel> {
                    vec![$(<$table as whimbrel::Table>::model()),+]
                }
            }
        )+

        fn compiled() -> Vec<(&'static str, Vec<TableModel>)> {
            vec![$((stringify!($case), $case::tables())),+]
        }
    };
}

cases! {
    association_table: StudentCourse, Student, Course;
    autoincrement_in_a_pair: Line;
    checks: Stock;
    collations: Collated;
    comments: Noted;
    computed_columns: Container;
    cyclic_foreign_keys: Department, Employee;
    enums: Shirt;
    equal_uniques: Dataset;
    every_plain_type: Everything;
    first_model: User, Email;
    foreign_key_actions: Parent, Child;
    foreign_key_takes_the_type: Country, City, Street;
    gin_and_gist_indexes: Document;
    hero_and_team: Team, Hero;
    identity_columns: A, B, C;
    indexes: Person;
    inheritance_base_model: Hero;
    lengths_and_digits: Product;
    many_to_many_link: HeroTeamLink, Team, Hero;
    null_server_defaults: Note;
    partial_indexes: Message;
    partitioned: Measurement;
    pgvector_columns: Item, Document;
    postgresql_extension_types: Reader;
    postgresql_types: Types;
    primary_keys: SerialKey, BigKey, SmallKey, ManualKey, TextKey, PairKey, MixedPairKey, NamedKey;
    quoted_names: Order, Mixed;
    schemas: Customer, Log;
    self_reference: Category;
    server_defaults: Defaults;
    sql_standard_types: Standard;
    sqlite_collations: Collated;
    sqlite_options: StrictOne, NoRowid;
    table_names: OrderLine, Order, ShopCustomers, TheCrates;
    unique_columns: Login;
    unlogged_and_storage: Fast, Filled;
    with_variant: Thing;
}

#[test]
fn the_macro_and_the_command_read_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/models");
    let compiled = compiled();
    for (case, tables) in &compiled {
        let read = rust::read(&[PathBuf::from(format!("{case}.rs"))], &folder, &[]);
        assert_eq!(&read.tables, tables, "{case}");
    }
    let written = std::fs::read_dir(&folder).unwrap().flatten();
    let written = written.filter(|entry| entry.path().extension().is_some_and(|it| it == "rs")).count();
    assert_eq!(compiled.len(), written, "a case with a Rust form is not among those that are compiled");
}
