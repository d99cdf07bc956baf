use serde_json::Value;
use whimbrel::Table;

#[derive(Table)]
#[table(
    index("(data ->> 'kind')", name = "ix_event_kind"),
    index("(data #>> '{place, city}')", name = "ix_event_city", unique = true),
    index("(plain ->> 'kind')", name = "ix_event_plain")
)]
struct Event {
    #[column(primary_key)]
    id: i32,
    data: Option<Value>,
    #[column(type = "JSON")]
    plain: Option<Value>,
}
