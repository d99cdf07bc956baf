//! What is asked for, a line for each column: on SQLite, on PostgreSQL.

use whimbrel::model::TableModel;

pub fn lines(table: &TableModel) -> Vec<String> {
    let columns = table.columns.iter().map(|column| {
        let (sqlite, postgres) = (&column.ty.sqlite, &column.ty.postgres);
        let lists = "[]".repeat(usize::from(postgres.dimensions));
        let null = if column.nullable { ", NULL" } else { "" };
        format!("{}.{}: {}, {}{lists}{null}", table.name, column.name, sqlite.sql, postgres.sql)
    });
    columns.collect()
}

pub const LINES: &[&str] = &[
    "author.full_name: VARCHAR(80), VARCHAR(80)",
    "author.id: INTEGER, BIGINT",
    "author.mood: VARCHAR(5), mood",
    "books.author_id: INTEGER, BIGINT",
    "books.isbn: VARCHAR, VARCHAR",
    "books.note: VARCHAR, VARCHAR, NULL",
    "books.pages: INTEGER, INTEGER",
    "letter.author: INTEGER, BIGINT",
    "letter.letter-id: INTEGER, INTEGER",
    "letter.sent-at: VARCHAR, VARCHAR, NULL",
    "moment.address: TEXT, INET",
    "moment.chrono_clock: DATETIME, TIMESTAMP WITHOUT TIME ZONE",
    "moment.chrono_day: DATE, DATE",
    "moment.chrono_hour: TIME, TIME WITHOUT TIME ZONE",
    "moment.chrono_local: DATETIME, TIMESTAMP WITH TIME ZONE, NULL",
    "moment.chrono_moment: DATETIME, TIMESTAMP WITH TIME ZONE",
    "moment.chrono_span: INTEGER, INTERVAL",
    "moment.digest: BLOB, BYTEA",
    "moment.document: JSON, JSONB",
    "moment.exact: NUMERIC, NUMERIC",
    "moment.id: CHAR(32), UUID",
    "moment.jiff_clock: DATETIME, TIMESTAMP WITHOUT TIME ZONE",
    "moment.jiff_day: DATE, DATE",
    "moment.jiff_hour: TIME, TIME WITHOUT TIME ZONE",
    "moment.jiff_moment: DATETIME, TIMESTAMP WITH TIME ZONE",
    "moment.jiff_span: INTEGER, INTERVAL",
    "moment.network: TEXT, CIDR",
    "moment.price: NUMERIC(12, 2), NUMERIC(12, 2)",
    "moment.raw: BLOB, BYTEA",
    "moment.std_moment: DATETIME, TIMESTAMP WITH TIME ZONE",
    "moment.std_span: INTEGER, INTERVAL",
    "moment.tags: JSON, VARCHAR[]",
    "moment.time_clock: DATETIME, TIMESTAMP WITHOUT TIME ZONE",
    "moment.time_day: DATE, DATE, NULL",
    "moment.time_hour: TIME, TIME WITHOUT TIME ZONE",
    "moment.time_moment: DATETIME, TIMESTAMP WITH TIME ZONE",
    "moment.time_span: INTEGER, INTERVAL",
    "parcel.boxed: JSON, JSONB",
    "parcel.code: VARCHAR(12), VARCHAR(12)",
    "parcel.contents: TEXT, JSONB",
    "parcel.id: INTEGER, BIGINT",
    "parcel.label: VARCHAR, VARCHAR, NULL",
    "parcel.other: CHAR(32), UUID, NULL",
    "parcel.stops: JSON, BIGINT[]",
    "parcel.weight: NUMERIC, NUMERIC",
];
