use whimbrel::Table;

#[derive(Table)]
#[table(
    check(name = "secure", sql = "url LIKE 'https://' || '%'"),
    check(name = "suffix", sql = "url LIKE '%' || '.html'"),
    check(name = "inside", sql = "url LIKE '%' || '/docs/' || '%'"),
    check(name = "outside", sql = "size NOT BETWEEN 10 AND 20"),
    check(name = "title", sql = "title IS NULL OR title != ''"),
    check(name = "size", sql = "size BETWEEN 0 AND 1000"),
    check(name = "joined", sql = "(title || url) LIKE 'a' || '%'")
)]
struct Page {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 200)]
    url: String,
    #[column(max_length = 200)]
    title: Option<String>,
    size: Option<i32>,
}
