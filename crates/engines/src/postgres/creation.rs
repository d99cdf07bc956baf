//! What the server leaves out when it makes a table.

use whimbrel_schema::{Deferrable, Table};

/// `DEFAULT NULL` is no default: the catalogue keeps none.
pub(super) fn forget_null_defaults(table: &mut Table) {
    for column in &mut table.columns {
        let null = column.default.as_ref().is_some_and(|default| default.text().trim().eq_ignore_ascii_case("null"));
        if null {
            column.default = None;
        }
    }
}

/// A unique constraint without a name over the very columns of the primary key is merged into that. One with a name
/// was made by itself: by ALTER TABLE, which merges nothing.
pub(super) fn merge_equal_keys(table: &mut Table) {
    let Some(key) = &table.primary_key else { return };
    let plain = key.include.is_empty() && key.deferrable == Deferrable::No;
    table.uniques.retain(|unique| {
        let equal = plain && unique.columns == key.columns && unique.include.is_empty() && unique.nulls_distinct;
        !(equal && unique.name.is_none() && unique.deferrable == Deferrable::No)
    });
}

/// `NOT VALID` says nothing within CREATE TABLE: there is no row that it could spare.
pub(super) fn validate_all(table: &mut Table) {
    for check in &mut table.checks {
        check.validated = check.enforced;
    }
    for key in &mut table.foreign_keys {
        key.validated = true;
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Column, ColumnType, PrimaryKey, Unique};

    use super::*;

    #[test]
    fn only_an_unnamed_unique_over_the_key_is_merged() {
        let mut table = Table::new("t");
        table.primary_key = Some(PrimaryKey::new(["id"]));
        let named = Unique { name: Some("t_id_key".to_string()), ..Unique::new(["id"]) };
        table.uniques = vec![Unique::new(["id"]), named.clone(), Unique::new(["id", "a"])];
        merge_equal_keys(&mut table);
        assert_eq!(table.uniques, [named, Unique::new(["id", "a"])]);
    }

    #[test]
    fn a_default_of_null_is_none() {
        let mut table = Table::new("t");
        table.columns = vec![Column::new("a", ColumnType::new("text")).default("NULL")];
        forget_null_defaults(&mut table);
        assert_eq!(table.columns[0].default, None);
    }
}
