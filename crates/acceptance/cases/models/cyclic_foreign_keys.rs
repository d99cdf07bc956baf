use whimbrel::Table;

#[derive(Table)]
struct Department {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "employee.id", foreign_key_name = "department_head")]
    head_id: Option<i32>,
}

#[derive(Table)]
struct Employee {
    #[column(primary_key)]
    id: i32,
    #[column(foreign_key = "department.id")]
    department_id: i32,
}
