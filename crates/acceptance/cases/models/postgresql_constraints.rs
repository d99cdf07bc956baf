use whimbrel::{DbType, Table};

#[derive(DbType)]
#[db_type(type = "TSTZRANGE")]
struct During;

#[derive(DbType)]
#[db_type(type = "INT4RANGE")]
struct Slots;

#[derive(Table)]
#[table(
    exclude(during(with = "&&"), name = "no_overlap", method = "gist"),
    exclude(slots(with = "&&"), name = "no_slot_overlap", where = "room > 0"),
    unique(room, guest, name = "one_guest", nulls_not_distinct = true),
    unique(guest, name = "late_guest", deferrable = "deferred"),
    unique(code, name = "covering_code", include(room)),
    check(name = "not_checked_yet", sql = "room > 0")
)]
struct Booking {
    #[column(primary_key)]
    id: i32,
    room: Option<i32>,
    guest: Option<String>,
    code: Option<String>,
    during: Option<During>,
    slots: Option<Slots>,
}
