use whimbrel::Table;

#[derive(Table)]
struct Person {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 20)]
    first: Option<String>,
    #[column(max_length = 20)]
    last: Option<String>,
    #[column(max_length = 4000)]
    biography: Option<String>,
    #[column(foreign_key = "person.id")]
    boss_id: Option<i32>,
    #[column(skip)]
    staff: Vec<Person>,
}
