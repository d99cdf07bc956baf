use syn::{ItemEnum, ItemStruct};

use super::*;
use crate::{ByEngine, Integral, TableModel};

fn read(source: &str) -> (Option<TableModel>, Vec<String>) {
    let problems = Problems::default();
    let item: ItemStruct = syn::parse_str(source).unwrap();
    let table = table(&item, &problems).map(|read| read.model);
    (table, problems.into_vec().iter().map(said).collect())
}

fn said(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{} ({help})", problem.error),
        None => problem.error.to_string(),
    }
}

fn fine(source: &str) -> TableModel {
    let (table, problems) = read(source);
    assert_eq!(problems, Vec::<String>::new());
    table.unwrap()
}

#[test]
fn a_struct_is_a_table() {
    let table = fine(
        r#"
        /// People who log in.
        #[table(comment, unique(name, team), index(name, sent_at(desc), where = "name <> ''"))]
        struct UserAccount {
            #[column(primary_key)]
            id: i64,
            #[column(max_length = 30, index)]
            name: String,
            #[column(foreign_key = "team.id", on_delete = "cascade")]
            team: Option<i32>,
            sent_at: chrono::DateTime<Utc>,
            #[column(skip)]
            cached: std::cell::Cell<u8>,
        }"#,
    );
    assert_eq!((table.name.as_str(), table.comment.as_deref()), ("user_account", Some("People who log in.")));
    let columns: Vec<(&str, &str, bool)> =
        table.columns.iter().map(|it| (it.name.as_str(), it.ty.postgres.sql.as_str(), it.nullable)).collect();
    let expected = [
        ("id", "BIGINT", false),
        ("name", "VARCHAR(30)", false),
        ("team", "INTEGER", true),
        ("sent_at", "TIMESTAMP WITH TIME ZONE", false),
    ];
    assert_eq!(columns, expected);
    assert!(table.columns[0].autoincrement);
    assert_eq!(table.columns[0].ty.sqlite.kind, Integral::Plain);
    assert_eq!(table.foreign_keys[0].on_delete, whimbrel_schema::Action::Cascade);
    let indexes: Vec<&str> = table.indexes.iter().map(|index| index.name.postgres.as_str()).collect();
    assert_eq!(indexes, ["ix_user_account_name", "ix_user_account_name_sent_at"]);
    assert!(table.indexes[1].keys.postgres[1].descending);
    assert_eq!(table.uniques[0].columns, ["name", "team"]);
}

#[test]
fn every_mistake_is_told() {
    let (_, problems) = read(
        r#"
        #[table(indx(a), primary_key(id, nobody))]
        struct Wrong {
            #[column(primarykey)]
            id: i32,
            #[column(max_length = 3)]
            number: i32,
            #[column(on_delete = "cascade")]
            alone: i32,
            #[column(default = 1, default_sql = "2")]
            twice: i32,
            big: u32,
            when: std::time::Duration,
            #[column(index, unique = "uq")]
            both: i32,
        }"#,
    );
    let expected = [
        "`#[table]` has no `indx` (`index` is there)",
        "`#[column]` has no `primarykey` (`primary_key` is there)",
        "only a text has a length",
        "it says something about a foreign key, and there is none: `foreign_key = \"table.column\"`",
        "a column has one default: `default` or `default_sql`",
        "no column type is known for this type (say what stores it: `#[column(type = \"BIGINT\")]`)",
        "with `index` it is one unique index, which has its name from there: `index = \"…\"`",
        "there is no column `nobody` (there are `id`, `number`, `alone`, `twice`, `big`, `when`, `both`)",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn a_name_that_postgres_would_cut_is_told_there() {
    let source = format!(
        "struct T {{ #[column(unique = \"{}\")] a: i32, #[column(index)] {}: i32 }}",
        "u".repeat(64),
        "c".repeat(60)
    );
    let problems = Problems::default();
    let item: ItemStruct = syn::parse_str(&source).unwrap();
    table(&item, &problems).unwrap();
    let told: Vec<String> =
        problems.into_vec().iter().map(|it| format!("{:?} {}", it.engine.unwrap(), it.error)).collect();
    let expected = [
        format!("Postgres `{}` has 64 bytes, and PostgreSQL keeps 63 of a name", "u".repeat(64)),
        format!("Postgres `ix_t_{}` has 65 bytes, and PostgreSQL keeps 63 of a name", "c".repeat(60)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_column_may_have_the_name_of_an_option() {
    let table = fine(
        r#"#[table(
            index(name(desc), method, name = "ix_a", only = "postgres"),
            index(name, name(sqlite = "short", postgres = "long")),
            exclude(name(with = "="), during(with = "&&", operator_class = "range_ops"), name = "apart", where = "name > 0")
        )]
        struct T { name: i32, method: i32, during: i32 }"#
            .replace("during: i32", "#[column(type(sqlite = \"TEXT\", postgres = \"TSTZRANGE\"))] during: String")
            .as_str(),
    );
    let of = |at: usize| {
        (&table.indexes[at].name, table.indexes[at].keys.sqlite.len(), table.indexes[at].keys.postgres.len())
    };
    assert_eq!(of(0), (&ByEngine { sqlite: String::new(), postgres: "ix_a".to_owned() }, 0, 2));
    assert_eq!(of(1), (&ByEngine { sqlite: "short".to_owned(), postgres: "long".to_owned() }, 1, 1));
    let exclusion = &table.exclusions[0];
    let operators: Vec<&str> = exclusion.elements.iter().map(|it| it.operator.as_str()).collect();
    assert_eq!(
        (operators, exclusion.method.as_str(), exclusion.predicate.as_deref()),
        (vec!["=", "&&"], "gist", Some("name > 0"))
    );
}

#[test]
fn names_of_other_derives_count_only_where_told() {
    let source = |table: &str| {
        format!(
            "#[serde(rename_all = \"camelCase\")] {table} struct T {{ #[serde(rename = \"is\", default)] a: i32, \
             sent_at: i32, #[column(name = \"own\")] #[serde(rename = \"theirs\")] b: i32 }}"
        )
    };
    let names =
        |table: &str| -> Vec<String> { fine(&source(table)).columns.into_iter().map(|column| column.name).collect() };
    assert_eq!(names(""), ["a", "sent_at", "own"]);
    assert_eq!(names("#[table(names = \"serde\")]"), ["is", "sentAt", "own"]);
    assert_eq!(names("#[table(names = \"sqlx\")]"), ["a", "sent_at", "own"]);
}

#[test]
fn enums_are_stored_by_the_names_of_their_variants() {
    let problems = Problems::default();
    let item: ItemEnum = syn::parse_str(
        "#[db_enum(rename_all = \"snake_case\")] enum MoodNow { Calm, #[db_enum(rename = \"x\")] VeryExact }",
    )
    .unwrap();
    let read = enumeration(&item, &problems).unwrap();
    assert!(problems.into_vec().is_empty());
    assert_eq!(read.ty.sqlite.sql, "VARCHAR(4)");
    let named = read.ty.postgres.named.unwrap();
    let crate::NamedType::Enum { name, values, .. } = *named else { panic!("no enum") };
    assert_eq!((name.as_str(), values), ("mood_now", vec!["calm".to_owned(), "x".to_owned()]));
}

#[test]
fn a_newtype_is_what_it_wraps_or_says() {
    let of = |source: &str| {
        let problems = Problems::default();
        let item: ItemStruct = syn::parse_str(source).unwrap();
        let read = newtype(&item, &problems);
        (read.map(|read| read.ty.postgres.sql), problems.into_vec().len())
    };
    assert_eq!(of("struct Id(i64);"), (Some("BIGINT".to_owned()), 0));
    assert_eq!(of("#[db_type(type = \"JSONB\")] struct Document<T>(T);"), (Some("JSONB".to_owned()), 0));
    assert_eq!(of("struct Document<T>(T);"), (None, 1));
    assert_eq!(of("struct Two(i32, i32);"), (None, 1));
}
