use whimbrel::Table;

#[derive(Table)]
#[table(primary_key(country, code))]
struct Region {
    country: String,
    code: String,
}

#[derive(Table)]
#[table(
    unique(name, country),
    unique(slug, name = "shop_slug_unique"),
    check(name = "shop_area_positive", sql = "area > 0"),
    check = "name <> '' AND length(slug) > 2",
    foreign_key(country, region, references = "region(country, code)", on_delete = "cascade")
)]
struct Shop {
    #[column(primary_key)]
    id: i32,
    name: String,
    slug: String,
    country: String,
    region: String,
    area: i32,
}
