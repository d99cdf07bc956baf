//! Where one statement ends and the next begins.

use std::ops::Range;

use super::token::{Kind, Token, tokens};

/// Byte ranges from the first token of each statement to its last one.
///
/// `DELIMITER` is a word of the client, so its lines are left out. Where nobody says it, the body of a routine or a
/// trigger is kept together by its `BEGIN` and `END`, as tools that know no `DELIMITER` do.
pub(super) fn split(script: &str) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut current: Option<Statement> = None;
    let mut delimiter: Option<&str> = None;
    let mut rest = tokens(script);
    while let Some(token) = rest.next() {
        if current.is_none() && token.is_word("DELIMITER") {
            let wanted = rest.rest_of_line().split_whitespace().next();
            delimiter = wanted.filter(|wanted| *wanted != ";");
            rest.set_delimiter(delimiter);
        } else if token.kind == Kind::Symbol && token.text == delimiter.unwrap_or(";") {
            let inside = delimiter.is_none() && current.as_ref().is_some_and(Statement::is_within_a_body);
            match &mut current {
                Some(statement) if inside => statement.push(&token),
                Some(_) | None => statements.extend(current.take().map(|statement| statement.range)),
            }
        } else {
            current.get_or_insert_with(|| Statement::beginning(token.start)).push(&token);
        }
    }
    statements.extend(current.map(|statement| statement.range));
    statements
}

struct Statement {
    range: Range<usize>,
    head: Head,
    /// How many `BEGIN` and `CASE` are open.
    depth: usize,
    /// The last word was `END`, and it is not yet known of what.
    ended: bool,
}

/// Whether the statement can hold others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Start,
    Create,
    Body,
    Other,
}

const WITH_BODY: [&str; 5] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"];

impl Statement {
    fn beginning(start: usize) -> Self {
        Statement { range: start..start, head: Head::Start, depth: 0, ended: false }
    }

    fn push(&mut self, token: &Token<'_>) {
        self.range.end = token.end();
        if token.kind == Kind::Executable {
            return;
        }
        self.head = match self.head {
            Head::Start if token.is_word("CREATE") => Head::Create,
            // `BEGIN NOT ATOMIC` holds others, `BEGIN` alone begins a transaction.
            Head::Start if token.is_word("BEGIN") => Head::Create,
            Head::Create if token.is_word("NOT") || WITH_BODY.iter().any(|word| token.is_word(word)) => {
                self.depth = usize::from(token.is_word("NOT"));
                Head::Body
            }
            Head::Create if ends_the_head(token) => Head::Other,
            Head::Start | Head::Other => Head::Other,
            Head::Create => Head::Create,
            Head::Body => Head::Body,
        };
        if self.head == Head::Body {
            self.follow(token);
        }
    }

    /// `END IF`, `END WHILE` and the like close what was not counted.
    fn follow(&mut self, token: &Token<'_>) {
        let uncounted = ["IF", "WHILE", "LOOP", "REPEAT", "FOR"].iter().any(|word| token.is_word(word));
        if std::mem::take(&mut self.ended) && !uncounted {
            self.depth = self.depth.saturating_sub(1);
            if token.is_word("CASE") {
                return;
            }
        }
        if token.is_word("BEGIN") || token.is_word("CASE") {
            self.depth += 1;
        } else if token.is_word("END") {
            self.ended = true;
        }
    }

    /// Whether a semicolon here belongs to the statement.
    fn is_within_a_body(&self) -> bool {
        self.head == Head::Body && self.depth > usize::from(self.ended)
    }
}

/// What stands in a `CREATE` of something without statements of its own.
fn ends_the_head(token: &Token<'_>) -> bool {
    ["TABLE", "INDEX", "VIEW", "DATABASE", "SCHEMA", "USER", "ROLE", "SEQUENCE", "SERVER", "WORK"]
        .iter()
        .any(|word| token.is_word(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(script: &str) -> Vec<&str> {
        split(script).into_iter().map(|range| &script[range]).collect()
    }

    #[test]
    fn comments_and_quotes_hide_semicolons() {
        assert_eq!(
            parts("-- a;\nSELECT ';', \"\\\";\", `;` /* ; */ # ;\n;; \n SELECT 2 -- tail;"),
            ["SELECT ';', \"\\\";\", `;`", "SELECT 2"]
        );
        assert!(parts(" -- nothing\n;;/* */#").is_empty());
        assert_eq!(parts("/*!40101 SET a = 1 */;\nSELECT 1"), ["/*!40101 SET a = 1 */", "SELECT 1"]);
    }

    #[test]
    fn delimiters_are_the_clients_words() {
        let body = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; SET NEW.c = 2; END";
        let script = format!("DELIMITER $$\n{body}$$\nSELECT 1 $$\ndelimiter ;\nSELECT 2; SELECT 3;");
        assert_eq!(parts(&script), [body, "SELECT 1", "SELECT 2", "SELECT 3"]);
    }

    #[test]
    fn a_body_is_one_statement_without_them_too() {
        let body = "CREATE DEFINER=`a`@`b` PROCEDURE p() BEGIN IF x THEN SELECT CASE 1 WHEN 1 THEN 2 END; END IF; \
                    CASE y WHEN 1 THEN SELECT 1; END CASE; BEGIN SELECT 4; END; END";
        let script = format!("{body};\nBEGIN; SELECT 1; COMMIT");
        assert_eq!(parts(&script), [body, "BEGIN", "SELECT 1", "COMMIT"]);
        let simple = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1; SELECT 1";
        assert_eq!(parts(simple).len(), 2);
    }

    proptest! {
        #[test]
        fn never_panics_and_never_overlaps(script in "(?s)[a-zA-Z '\"\\\\`;()\\-/*!#@$\n\u{e9}0-9.xBEGINDLMTR]{0,80}") {
            let ranges = split(&script);
            for pair in ranges.windows(2) {
                prop_assert!(pair[0].end < pair[1].start);
            }
            for range in ranges {
                prop_assert!(!range.is_empty() && script.get(range).is_some());
            }
        }

        #[test]
        fn joined_statements_come_apart_again(
            statements in prop::collection::vec("SELECT ('[a-z;]{0,5}'|`[a-z;]{1,5}`|[a-z]{1,5}), 1", 1..6)
        ) {
            let script = statements.join(" ;\n-- ;\n");
            prop_assert_eq!(parts(&script), statements);
        }
    }
}
