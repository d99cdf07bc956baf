use whimbrel::{DbType, Table};

#[derive(DbType)]
#[db_type(type = "VARCHAR(2)")]
struct CountryCode([char; 2]);

#[derive(DbType)]
#[db_type(type = "BIGINT")]
struct CityId(i64);

#[derive(Table)]
struct Country {
    #[column(primary_key)]
    code: CountryCode,
}

#[derive(Table)]
struct City {
    #[column(primary_key)]
    id: CityId,
    #[column(foreign_key = "country.code")]
    country: CountryCode,
    #[column(foreign_key = "country.code")]
    capital_of: Option<CountryCode>,
}

#[derive(Table)]
struct Street {
    #[column(primary_key)]
    id: uuid::Uuid,
    #[column(foreign_key = "city.id", index)]
    city_id: Option<CityId>,
}
