use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(id, name = "pk_author"))]
struct Author {
    id: i32,
    #[column(max_length = 50, unique = "uq_author_name")]
    name: String,
}

#[derive(Table)]
#[table(
    primary_key(id, name = "pk_book"),
    unique(title, author_id, name = "uq_book_title"),
    index(pages, title, name = "ix_book_pages")
)]
struct Book {
    id: i32,
    #[column(index)]
    title: String,
    #[column(foreign_key = "author.id", foreign_key_name = "fk_book_author_id_author")]
    author_id: i32,
    #[column(check(name = "ck_book_pages", sql = "pages > 0"))]
    pages: i32,
    #[column(foreign_key = "author.id", foreign_key_name = "my_own_name")]
    explicit: i32,
}
