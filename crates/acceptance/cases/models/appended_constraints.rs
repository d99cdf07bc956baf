use whimbrel::Table;

#[derive(Table)]
struct Parent {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
#[table(unique(name, parent_id, name = "uq_child_name"))]
struct Child {
    #[column(primary_key)]
    id: i32,
    #[column(
        foreign_key = "parent.id",
        foreign_key_name = "fk_child_parent",
        check(name = "ck_child_parent", sql = "parent_id > 0")
    )]
    parent_id: Option<i32>,
    #[column(max_length = 20, unique = "uq_child_alone")]
    name: Option<String>,
}
