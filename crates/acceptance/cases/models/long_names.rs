use whimbrel::Table;

#[derive(Table)]
#[table(
    name = "a_table_with_quite_a_long_name_for_a_table",
    unique(
        first,
        second,
        name(
            sqlite = "uq_a_table_with_quite_a_long_name_for_a_table_a_column_with_quite_a_long_name_another_column_with_a_long_name",
            postgres = "uq_a_table_with_quite_a_long_name_for_a_table_a_column__5391"
        )
    ),
    index(
        first,
        name(
            sqlite = "ix_a_table_with_quite_a_long_name_for_a_table_a_column_with_quite_a_long_name",
            postgres = "ix_a_table_with_quite_a_long_name_for_a_table_a_column__c391"
        )
    )
)]
struct LongTable {
    #[column(primary_key)]
    id: i32,
    #[column(name = "a_column_with_quite_a_long_name", max_length = 10)]
    first: Option<String>,
    #[column(name = "another_column_with_a_long_name", max_length = 10)]
    second: Option<String>,
}
