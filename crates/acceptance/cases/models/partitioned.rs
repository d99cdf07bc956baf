use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(id, day), postgres(partition_by = "RANGE (day)"))]
struct Measurement {
    id: i32,
    day: chrono::NaiveDate,
    value: Option<i32>,
}
