use whimbrel::Table;

#[derive(Table)]
#[table(
    index(data, name = "ix_document_data", method = "gin"),
    index(data(operator_class = "jsonb_path_ops"), name = "ix_document_path", method = "gin"),
    index(tags, name = "ix_document_tags", method = "gin"),
    index("to_tsvector('english', body)", name = "ix_document_search", method = "gin"),
    index(vector, name = "ix_document_vector", method = "gist"),
    index(id, name = "ix_document_brin", method = "brin", storage(pages_per_range = 32))
)]
struct Document {
    #[column(primary_key)]
    id: i32,
    data: Option<serde_json::Value>,
    #[column(type = "TEXT[]")]
    tags: Option<Vec<String>>,
    #[column(type = "TEXT")]
    body: Option<String>,
    #[column(type = "TSVECTOR")]
    vector: Option<String>,
}
