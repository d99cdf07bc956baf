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
    abstract_bases: Lion, Event;
    annotated_columns: Person, Note;
    appended_constraints: Parent, Child;
    association_table: StudentCourse, Student, Course;
    autoincrement_in_a_pair: Line;
    autoincrement_with_default: Root, Same, Fixed, PythonSide, NeverReused;
    autoload_free_events: Thing;
    checks: Stock;
    class_attributes_that_are_no_columns: Odd, Old;
    classic_declarative: Parent, Child;
    collations: Collated;
    column_order_of_mixins: Doc;
    comments: Noted;
    computed_columns: Container;
    concrete_override: Shape, Circle;
    conditional_code: Thing;
    constrained_types: Constrained;
    constraints_in_table_args: Region, Shop;
    core_tables: User, Group, Membership;
    cyclic_foreign_keys: Department, Employee;
    dataclass_mapping: Item;
    ddl_events: Account;
    ddl_if: Flow;
    declarative_meta: Shed, Tool;
    declarative_with_table: Legacy;
    defaults_stay_in_python: Job;
    enum_columns: Ticket;
    enum_that_counts_itself: Queue;
    enums: Shirt;
    equal_uniques: Dataset;
    every_plain_type: Everything;
    first_model: User, Email;
    foreign_key_actions: Parent, Child;
    foreign_key_takes_the_type: Country, City, Street;
    generic_types: Types;
    gin_and_gist_indexes: Document;
    hero_and_team: Team, Hero;
    hybrid_and_orm_extras: Person;
    identity_columns: A, B, C;
    indexes: Person;
    inheritance_base_model: Hero;
    joined_table_inheritance: Asset, Car, Truck;
    json_as_text: Event;
    json_defaults: Service;
    json_elements: Event;
    lengths_and_digits: Product;
    link_model_relationship: ArticleTag, Article, Tag;
    long_names: LongTable;
    many_to_many_link: HeroTeamLink, Team, Hero;
    mapped_column: User, Address;
    mixins: Owner, House, Garden;
    module_constants: Thing;
    naming_convention: Author, Book;
    naming_convention_all_columns: Place, Visit;
    new_declarative_base_of_sqlmodel: Bird;
    null_server_defaults: Note;
    optional_spellings: Spelling;
    package_of_modules: Hero, HeroTag, Team;
    package_of_star_imports: Account;
    package_with_import_cycle: Left, Right;
    package_with_lazy_names: Team, Hero;
    partial_indexes: Message;
    partitioned: Measurement;
    pgvector_columns: Item, Document;
    postgresql_constraints: Booking;
    postgresql_enum: Card, Hand;
    postgresql_extension_types: Reader;
    postgresql_types: Types;
    primary_keys: SerialKey, BigKey, SmallKey, ManualKey, TextKey, PairKey, MixedPairKey, NamedKey;
    pydantic_types: Account;
    quoted_names: Order, Mixed;
    registry_mapped: A, B;
    sa_column: Sensor;
    sa_column_arguments: Event;
    schemas: Customer, Log;
    self_reference: Category;
    server_defaults: Defaults;
    single_table_inheritance: Employee;
    sql_standard_types: Standard;
    sqlite_autoincrement: Named, Unnamed, Usual;
    sqlite_collations: Collated;
    sqlite_options: StrictOne, NoRowid;
    sqlmodel_json_and_lists: Settings;
    sqlmodel_mixins: Project, Task;
    sqlmodel_naming_convention: Team, Hero;
    string_annotations: Flight, Bird;
    table_args_dict_and_both: Plain, Both;
    table_names: OrderLine, Order, ShopCustomers, TheCrates;
    text_patterns: Page;
    two_metadatas: Old, New;
    type_decorators: Decorated;
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
