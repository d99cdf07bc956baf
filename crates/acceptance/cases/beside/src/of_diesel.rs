//! With diesel's derives, whose prelude has a macro `table!`.

use diesel::prelude::*;
use whimbrel::Table;

diesel::table! {
    books (isbn) {
        isbn -> Text,
        pages -> Integer,
        author_id -> BigInt,
        note -> Nullable<Text>,
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Identifiable, Insertable, AsChangeset, QueryableByName, Table)]
#[diesel(table_name = books, primary_key(isbn))]
#[table(name = "books", comment = "Beside diesel.")]
pub struct Book {
    #[column(primary_key)]
    isbn: String,
    #[column(check = "pages > 0")]
    pages: i32,
    #[column(foreign_key = "author.id", index)]
    author_id: i64,
    #[diesel(column_name = note)]
    #[column(name = "note")]
    remark: Option<String>,
}
