use whimbrel::Table;

#[derive(Table)]
#[table(
    index(last, first, name = "ix_person_names"),
    index(code, name = "ix_person_code", unique = true),
    index("lower(email)", name = "ix_person_lower"),
    index(first),
    index(age(desc)),
    index(expression("upper(last)"), name = "ix_person_upper", unique = true),
    index(age, code(desc), name = "ix_person_two")
)]
struct Person {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 50)]
    first: Option<String>,
    #[column(max_length = 50)]
    last: Option<String>,
    #[column(max_length = 200)]
    email: Option<String>,
    #[column(max_length = 10)]
    code: Option<String>,
    age: Option<i32>,
}
