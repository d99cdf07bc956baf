use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(x, y, name = "place_key"), unique(name, x, name = "uq_place_namex"))]
struct Place {
    x: i32,
    y: i32,
    #[column(max_length = 20)]
    name: Option<String>,
}

#[derive(Table)]
#[table(
    primary_key(id, name = "visit_key"),
    foreign_key(at_x, at_y, references = "place(x, y)", name = "visit_visit_at_x_visit_at_y_place_x_y_fk"),
    index(at_y, at_x, name = "idx_visit_at_y_at_x")
)]
struct Visit {
    id: i32,
    at_x: Option<i32>,
    at_y: Option<i32>,
}
