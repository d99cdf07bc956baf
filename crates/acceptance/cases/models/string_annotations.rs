use chrono as dt;
use uuid as uuid_module;

#[derive(whimbrel::Table)]
struct Flight {
    #[column(primary_key)]
    id: uuid_module::Uuid,
    leaves: dt::DateTime<dt::Utc>,
    lands: Option<dt::DateTime<dt::Utc>>,
    #[column(type(sqlite = "DATETIME"))]
    length: Option<dt::TimeDelta>,
    #[column(foreign_key = "bird.id")]
    bird_id: Option<i32>,
}

#[derive(whimbrel::Table)]
struct Bird {
    #[column(primary_key)]
    id: i32,
    name: String,
}
