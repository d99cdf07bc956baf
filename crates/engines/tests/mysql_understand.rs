//! How statements of MySQL and MariaDB are read, and how much of what people write is.

#![cfg(feature = "mysql")]

use whimbrel_engines::mysql::dialect;
use whimbrel_plan::Understanding;
use whimbrel_plan::fold::{self, FoldError};
use whimbrel_schema::{Engine, Generation, Schema};

/// The schema that a script makes.
fn fold_all(script: &str) -> Result<Schema, FoldError> {
    let mut schema = Schema::new(Engine::Mysql);
    for range in dialect().split(script) {
        let sql = &script[range];
        match dialect().understand(sql) {
            Understanding::Known { steps, .. } => {
                steps.iter().try_for_each(|step| fold::apply(&mut schema, step, dialect()))?;
            }
            Understanding::Unknown { reason, .. } => return Err(FoldError::Unfollowed { reason }),
        }
    }
    Ok(schema)
}

/// What people write, one statement a line, and what is in migrations of published projects in kind.
const READ: &str = include_str!("mysql_understand/read.sql");

#[test]
fn what_people_write_is_read_to_its_end() {
    let statements = dialect().split(READ);
    let refused: Vec<String> = statements
        .iter()
        .filter_map(|range| match dialect().understand(&READ[range.clone()]) {
            Understanding::Known { .. } => None,
            Understanding::Unknown { reason, at, .. } => Some(format!("{}: at {at}, {reason}", &READ[range.clone()])),
        })
        .collect();
    assert!(statements.len() > 100, "only {} statements", statements.len());
    assert!(refused.is_empty(), "{} of {}:\n{}", refused.len(), statements.len(), refused.join("\n"));
}

#[test]
fn what_is_not_followed_says_where_it_stops() {
    for (sql, place) in [
        ("ALTER TABLE t ADD COLUMN a int FROBNICATED", "FROBNICATED"),
        ("ALTER TABLE t MODIFY COLUMN IF EXISTS a int", "IF EXISTS"),
        ("CREATE TABLE t LIKE u", "LIKE"),
        ("CREATE TABLE t (a int, PERIOD FOR system_time (a, b))", "PERIOD"),
        ("ALTER TABLE t ADD CHECK (a", "(a"),
        ("CALL p()", "CALL"),
        ("UPDATE t SET a 5", "5"),
    ] {
        let Understanding::Unknown { at, .. } = dialect().understand(sql) else { panic!("`{sql}` is understood") };
        assert_eq!(sql.find(place), Some(at), "{sql}");
    }
}

#[test]
fn a_table_is_folded_with_all_that_belongs_to_it() -> Result<(), FoldError> {
    let schema = fold_all(
        "CREATE TABLE `Person` (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(50) COMMENT 'x',
            email varchar(100) CHARACTER SET latin1 NOT NULL UNIQUE, at timestamp DEFAULT now() ON UPDATE now(),
            KEY (name), KEY (name, id), FULLTEXT KEY words (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='people';
         CREATE TABLE letter (id int PRIMARY KEY, person_id bigint unsigned,
            CONSTRAINT fk FOREIGN KEY (person_id) REFERENCES Person (id) ON DELETE CASCADE, CHECK (id > 0));
         ALTER TABLE person MODIFY Name varchar(60) NOT NULL, RENAME INDEX name_2 TO both_names, DROP INDEX words;
         ALTER TABLE letter DROP FOREIGN KEY fk, DROP PRIMARY KEY, ADD PRIMARY KEY (id, person_id), RENAME TO post;",
    )?;
    let person = schema.table(&"person".into()).unwrap_or_else(|| panic!("no person"));
    let [id, name, email, at] = person.columns.as_slice() else { panic!("{:?}", person.columns) };
    assert_eq!(id.generation, Some(Generation::AutoIncrement));
    assert!(!id.nullable && !name.nullable && !email.nullable);
    assert_eq!((name.comment.as_deref(), name.ty.to_string().as_str()), (None, "varchar(60)"));
    assert_eq!(email.collation.as_deref(), Some("latin1"));
    assert_eq!(at.default.as_ref().map(|it| it.text()), Some("now() ON UPDATE now()"));
    let indexes: Vec<_> = person.indexes.iter().map(|index| (index.name.as_str(), index.unique)).collect();
    assert_eq!(indexes, [("email", true), ("name", false), ("both_names", false)]);
    assert_eq!(person.comment.as_deref(), Some("people"));
    let post = schema.table(&"post".into()).unwrap_or_else(|| panic!("no post"));
    assert!(post.foreign_keys.is_empty());
    assert_eq!(post.checks[0].name.as_deref(), Some("letter_chk_1"));
    assert_eq!(post.primary_key.as_ref().map(|key| key.columns.len()), Some(2));
    Ok(())
}

#[test]
fn places_are_those_of_the_clauses() {
    let sql = "ALTER TABLE t ADD COLUMN a int COMMENT 'a', DROP INDEX b, ALGORITHM=INPLACE";
    let places: Vec<&str> = dialect().places(sql).into_iter().map(|place| &sql[place]).collect();
    assert_eq!(places, ["ADD COLUMN a int COMMENT 'a'", "ADD COLUMN a int COMMENT 'a'", "DROP INDEX b"]);
}
