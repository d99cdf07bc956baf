use whimbrel::Table;

#[derive(Table)]
struct Queue {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20, default = "not_ready")]
    status: Option<String>,
    #[column(max_length = 20, default = "on hold")]
    before: Option<String>,
}
