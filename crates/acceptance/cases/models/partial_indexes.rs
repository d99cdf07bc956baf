use whimbrel::Table;

#[derive(Table)]
#[table(
    index(room, name = "ix_message_live", where = "deleted_at IS NULL"),
    index(body, name = "ix_message_hash", method = "hash"),
    index(room, name = "ix_message_cover", include(sent_at)),
    index(body(operator_class = "text_pattern_ops"), name = "ix_message_like"),
    index(sent_at, name = "ix_message_fill", storage(fillfactor = 50)),
    index(key, name = "uq_message_key", unique = true, where(sqlite = "key IS NOT NULL", postgres = "key IS NOT NULL"))
)]
struct Message {
    #[column(primary_key)]
    id: i32,
    room: i32,
    body: String,
    key: Option<String>,
    sent_at: chrono::DateTime<chrono::Utc>,
    deleted_at: Option<chrono::DateTime<chrono::Utc>>,
}
