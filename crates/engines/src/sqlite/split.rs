//! Where one statement ends and the next begins.

use std::ops::Range;

use super::token::{Token, tokens};

/// Byte ranges from the first token of each statement to its last one.
///
/// A trigger's body has semicolons of its own. It ends, as SQLite's shell has it, at an `END` that follows a
/// semicolon: the `END` of a `CASE` never does.
pub(super) fn split(script: &str) -> Vec<Range<usize>> {
    let mut statements = Vec::new();
    let mut current: Option<Statement> = None;
    for token in tokens(script) {
        if token.is_symbol(";") {
            let inside = current.as_mut().is_some_and(Statement::semicolon_is_inside);
            if !inside && let Some(statement) = current.take() {
                statements.push(statement.range);
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
    after_semicolon: bool,
    ended: bool,
}

/// How much of `CREATE TEMP TRIGGER` has been read.
enum Head {
    Start,
    Create,
    Trigger,
    Other,
}

impl Statement {
    fn beginning(start: usize) -> Self {
        Statement { range: start..start, head: Head::Start, after_semicolon: false, ended: false }
    }

    fn push(&mut self, token: &Token<'_>) {
        self.range.end = token.end();
        self.ended = self.after_semicolon && token.is_word("END");
        self.after_semicolon = false;
        self.head = match self.head {
            Head::Start if ["EXPLAIN", "QUERY", "PLAN"].iter().any(|word| token.is_word(word)) => Head::Start,
            Head::Start if token.is_word("CREATE") => Head::Create,
            Head::Create if token.is_word("TEMP") || token.is_word("TEMPORARY") => Head::Create,
            Head::Create | Head::Trigger if token.is_word("TRIGGER") => Head::Trigger,
            Head::Trigger => Head::Trigger,
            Head::Start | Head::Create | Head::Other => Head::Other,
        };
    }

    /// Whether a semicolon here belongs to the statement.
    fn semicolon_is_inside(&mut self) -> bool {
        let inside = matches!(self.head, Head::Trigger) && !self.ended;
        self.after_semicolon = inside;
        inside
    }
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
            parts("-- a;\nSELECT ';' /* ; */, \";\", [;], `;` -- last;\n;; \n SELECT 2 -- tail"),
            ["SELECT ';' /* ; */, \";\", [;], `;`", "SELECT 2"]
        );
        assert!(parts(" -- nothing\n;;/* */").is_empty());
    }

    #[test]
    fn a_trigger_is_one_statement() {
        let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n\
                       UPDATE a SET b = CASE WHEN c THEN 1 ELSE 2 END; DELETE FROM d; END";
        let script = format!("{trigger};\nSELECT 1; CREATE TABLE trigger_log (a); SELECT 2");
        assert_eq!(parts(&script), [trigger, "SELECT 1", "CREATE TABLE trigger_log (a)", "SELECT 2"]);
    }

    #[test]
    fn an_unclosed_quote_runs_to_the_end() {
        assert_eq!(parts("SELECT 'a; SELECT 2"), ["SELECT 'a; SELECT 2"]);
    }

    proptest! {
        #[test]
        fn never_panics_and_never_overlaps(script in "[a-zA-Z '\"\\[\\]`;()\\-/*\n\u{e9}0-9.x]{0,80}") {
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
            statements in prop::collection::vec("SELECT ('[a-z;]{0,5}'|\"[a-z;]{1,5}\"|[a-z]{1,5}), 1", 1..6)
        ) {
            let script = statements.join(" ;\n-- ;\n");
            prop_assert_eq!(parts(&script), statements);
        }
    }
}
