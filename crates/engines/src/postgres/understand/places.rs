//! Where in a statement each of its steps is said.

use std::ops::Range;

use whimbrel_plan::Step;

use super::tree::{Is, Node};
use super::{alter_table, drops, steps, tables};

/// The bytes of each step's clause, one for each step; nothing where the statement is one step, or is not understood.
pub(in crate::postgres) fn places(statement: &str) -> Vec<Range<usize>> {
    // What cannot be read has no steps.
    let Some(tree) = super::sound(statement) else { return Vec::new() };
    let mut statements = tree.statements();
    let (Some(node), None) = (statements.next(), statements.next()) else { return Vec::new() };
    let places = read(node).unwrap_or_default();
    if places.len() < 2 { Vec::new() } else { places }
}

fn read(node: Node<'_>) -> Option<Vec<Range<usize>>> {
    match node.kind() {
        Is::ALTER_TABLE => {
            let relation = node.child(Is::TABLE_RELATION_NAME)?;
            let table = tables::relation(node).ok()?;
            let mut places = Vec::new();
            for action in alter_table::actions(node, relation) {
                let taken = alter_table::action(action, relation, &table).ok()?.len();
                places.extend(std::iter::repeat_n(action.start()..action.end(), taken));
            }
            Some(places)
        }
        Is::DROP_TABLE
        | Is::DROP_INDEX
        | Is::DROP_SEQUENCE
        | Is::DROP_VIEW
        | Is::DROP_MATERIALIZED_VIEW
        | Is::DROP_TYPE
        | Is::DROP_DOMAIN
        | Is::DROP_EXTENSION
        | Is::DROP_SCHEMA
        | Is::DROP_FUNCTION
        | Is::DROP_PROCEDURE
        | Is::DROP_ROUTINE
        | Is::DROP_AGGREGATE => Some(drops::names(node).map(|name| name.start()..name.end()).collect()),
        _ => {
            let taken: Vec<Step> = steps(node).ok()?;
            // One thing said, taken in several steps: each of them is said by all of it.
            let whole = node.start()..node.end();
            Some(vec![whole; taken.len()])
        }
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_plan::Understanding;

    use super::*;

    fn said(statement: &str) -> Vec<&str> {
        places(statement).into_iter().map(|range| &statement[range]).collect()
    }

    #[test]
    fn each_clause_stands_where_it_is_written() {
        let altered = "ALTER TABLE t ADD COLUMN a int DEFAULT (1), -- one, two\n DROP COLUMN b, ALTER c SET NOT NULL;";
        assert_eq!(said(altered), ["ADD COLUMN a int DEFAULT (1)", "DROP COLUMN b", "ALTER c SET NOT NULL"]);
        assert_eq!(said("DROP TABLE IF EXISTS a, s.b CASCADE"), ["a", "s.b"]);
        assert_eq!(said("DROP FUNCTION f(int, text), g()"), ["f(int, text)", "g()"]);
        assert!(said("DROP TABLE a").is_empty());
        assert!(said("nonsense").is_empty());
    }

    #[test]
    fn there_is_a_place_for_every_step() {
        let statements = [
            "ALTER TABLE t ADD a int CONSTRAINT u UNIQUE WITH (fillfactor = 70), ADD b int",
            "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a) WITH (fillfactor = 70) USING INDEX TABLESPACE x",
            "ALTER TABLE t OWNER TO r, SET (fillfactor = 70), ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE t ALTER a TYPE bigint, ALTER a SET DEFAULT 1, VALIDATE CONSTRAINT c",
            "CREATE OR REPLACE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE TABLE t (a int CONSTRAINT u UNIQUE WITH (fillfactor = 70))",
            "WITH d AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM d",
            "DROP INDEX a, b, s.c",
            "DROP VIEW a, b",
            "DROP SEQUENCE a, b",
            "DROP MATERIALIZED VIEW a, b",
            "DROP TYPE a, s.b CASCADE",
            "DROP DOMAIN a, b",
            "DROP EXTENSION a, b",
            "DROP SCHEMA a, b",
            "DROP AGGREGATE a(int), b(text)",
            "DROP PROCEDURE a(int), b(s.kind)",
            "DROP FUNCTION f(my_type), g(x my_type[])",
            "DROP STATISTICS a, b",
        ];
        for statement in statements {
            let Understanding::Known { steps, .. } = super::super::understand(statement) else {
                panic!("{statement} is not understood");
            };
            assert!(steps.len() > 1, "{statement} is one step");
            assert_eq!(places(statement).len(), steps.len(), "{statement}");
        }
    }
}
