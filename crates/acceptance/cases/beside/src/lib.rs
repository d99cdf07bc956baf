//! Structs that carry the derives of others beside ours.
#![allow(dead_code)]

mod clocks;
mod expected;
mod of_diesel;
mod of_sqlx;
mod wrapped;

#[cfg(test)]
mod tests {
    use whimbrel::Table;

    use super::*;

    /// What the macro wrote, compiled beside the others, is what the command is held to as well.
    #[test]
    fn every_table_is_what_it_is_expected_to_be() {
        let tables = [
            of_sqlx::Author::model(),
            of_sqlx::Letter::model(),
            of_diesel::Book::model(),
            clocks::Moment::model(),
            wrapped::Parcel::model(),
        ];
        let mut found: Vec<String> = tables.iter().flat_map(expected::lines).collect();
        found.sort();
        assert_eq!(found, expected::LINES);
    }

    #[test]
    fn the_others_are_there_too() {
        fn both_ways<T: serde::Serialize + for<'de> serde::Deserialize<'de>>() {}
        fn identified<'a, T>()
        where
            &'a T: diesel::Identifiable,
            T: 'a,
        {
        }
        both_ways::<of_sqlx::Author>();
        identified::<of_diesel::Book>();
    }
}
