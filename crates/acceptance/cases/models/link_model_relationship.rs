use whimbrel::Table;

#[derive(Table)]
#[table(name = "article_tags")]
struct ArticleTag {
    #[column(primary_key, foreign_key = "article.id")]
    article_id: i32,
    #[column(primary_key, foreign_key = "tag.id")]
    tag_id: i32,
}

#[derive(Table)]
struct Article {
    #[column(primary_key)]
    id: i32,
    title: String,
    #[column(skip)]
    tags: Vec<Tag>,
}

#[derive(Table)]
struct Tag {
    #[column(primary_key)]
    id: i32,
    #[column(unique)]
    label: String,
}
