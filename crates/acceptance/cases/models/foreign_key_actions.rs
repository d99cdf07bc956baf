use whimbrel::Table;

#[derive(Table)]
struct Parent {
    #[column(primary_key)]
    id: i32,
}

#[derive(Table)]
struct Child {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "parent.id", on_delete = "cascade")]
    a: i32,
    #[column(foreign_key = "parent.id", on_delete = "set null")]
    b: Option<i32>,
    #[column(foreign_key = "parent.id", on_delete = "restrict")]
    c: i32,
    #[column(foreign_key = "parent.id", on_update = "cascade", on_delete = "set default")]
    d: Option<i32>,
    #[column(foreign_key = "parent.id", foreign_key_name = "child_e_parent")]
    e: Option<i32>,
    #[column(foreign_key = "parent.id", deferrable = "deferred")]
    f: Option<i32>,
}
