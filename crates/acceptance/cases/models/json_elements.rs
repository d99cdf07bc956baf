use serde_json::Value;
use whimbrel::Table;

#[derive(Table)]
#[table(
    check(
        name = "has_kind",
        sqlite = "CAST(JSON_EXTRACT(data, '$.\"kind\"') AS VARCHAR) IS NOT NULL",
        postgres = "CAST((data ->> 'kind') AS VARCHAR) IS NOT NULL"
    ),
    check(
        name = "size",
        sqlite = "CAST(JSON_EXTRACT(data, '$.\"size\"') AS INTEGER) > 0 AND CAST(JSON_EXTRACT(data, '$.\"size\"') AS INTEGER) < 100",
        postgres = "CAST((data ->> 'size') AS INTEGER) > 0 AND CAST((data ->> 'size') AS INTEGER) < 100"
    ),
    check(
        name = "rate",
        sqlite = "CAST(JSON_EXTRACT(data, '$.\"rate\"') AS FLOAT) BETWEEN 0 AND 1",
        postgres = "CAST((data ->> 'rate') AS FLOAT) BETWEEN 0 AND 1"
    ),
    check(
        name = "city",
        sqlite = "CAST(JSON_EXTRACT(data, '$.\"place\".\"city\"') AS VARCHAR) != ''",
        postgres = "CAST((data #>> '{place, city}') AS VARCHAR) != ''"
    ),
    check(
        name = "secure",
        sqlite = "(CAST(JSON_EXTRACT(data, '$.\"url\"') AS VARCHAR)) LIKE 'https://' || '%'",
        postgres = "(CAST((data ->> 'url') AS VARCHAR)) LIKE 'https://' || '%'"
    ),
    index(
        expression(
            sqlite = "CAST(JSON_EXTRACT(data, '$.\"kind\"') AS VARCHAR)",
            postgres = "CAST((data ->> 'kind') AS VARCHAR)"
        ),
        name = "ix_event_kind"
    )
)]
struct Event {
    #[column(primary_key)]
    id: i32,
    #[column(type = "JSON")]
    data: Value,
}
