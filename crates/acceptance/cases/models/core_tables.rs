use chrono::NaiveDate;
use whimbrel::Table;

#[derive(Table)]
#[table(name = "users", check(name = "ck_users_email", sql = "length(email) > 3"))]
struct User {
    #[column(primary_key)]
    id: i32,
    #[column(max_length = 255, unique = "uq_users_email")]
    email: String,
    #[column(type = "TEXT")]
    bio: Option<String>,
}

#[derive(Table)]
#[table(name = "groups", comment = "groups of users")]
struct Group {
    #[column(primary_key, type(sqlite = "BIGINT"))]
    id: i64,
}

#[derive(Table)]
#[table(name = "memberships", index(group_id, since, name = "ix_memberships_both"))]
struct Membership {
    #[column(primary_key, foreign_key = "users.id", on_delete = "cascade")]
    user_id: i32,
    #[column(primary_key, type(sqlite = "BIGINT"), foreign_key = "groups.id")]
    group_id: i64,
    #[column(index)]
    since: NaiveDate,
}
