//! Where the statements of a script begin and end.

use std::ops::Range;

use super::lexer::{self, Kind, Token};

/// Byte ranges of the statements: without leading white space and comments, without the closing semicolon.
///
/// A line of psql's own (`\connect db`) is a range by itself, so that nobody skips it in silence; the rows under a
/// `COPY … FROM stdin` belong to their statement.
pub(super) fn split(script: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut statement = Statement::default();
    let mut at = 0;
    while let Some(token) = lexer::next(script, at) {
        at = token.end();
        if token.kind.is_trivia() {
            continue;
        }
        if token.is("\\") {
            ranges.extend(statement.take());
            let end = line_end(script, token.start);
            ranges.push(token.start..token.start + script[token.start..end].trim_end().len());
            at = end;
        } else if token.is(";") && statement.is_whole() {
            let copies = statement.copies_rows;
            let Some(mut range) = statement.take() else { continue };
            if copies {
                at = rows_end(script, token.end());
                range.end = at;
            }
            ranges.push(range);
        } else {
            statement.see(&token);
        }
    }
    ranges.extend(statement.take());
    ranges
}

/// What has been seen of the statement so far.
#[derive(Default)]
struct Statement {
    range: Option<Range<usize>>,
    words: usize,
    parentheses: usize,
    /// `BEGIN ATOMIC … END` and the `CASE … END` within.
    blocks: usize,
    is_copy: bool,
    is_create: bool,
    is_routine: bool,
    after_begin: bool,
    after_from: bool,
    copies_rows: bool,
}

impl Statement {
    fn is_whole(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn take(&mut self) -> Option<Range<usize>> {
        std::mem::take(self).range
    }

    fn see(&mut self, token: &Token<'_>) {
        match &mut self.range {
            Some(range) => range.end = token.end(),
            None => self.range = Some(token.start..token.end()),
        }
        match token.kind {
            Kind::Punctuation if token.text == "(" => self.parentheses += 1,
            Kind::Punctuation if token.text == ")" => self.parentheses = self.parentheses.saturating_sub(1),
            Kind::Word => self.see_word(token),
            Kind::Punctuation
            | Kind::Space
            | Kind::Comment
            | Kind::Quoted
            | Kind::Text
            | Kind::Dollar
            | Kind::Number
            | Kind::Parameter
            | Kind::Operator
            | Kind::Other => {}
        }
    }

    fn see_word(&mut self, token: &Token<'_>) {
        self.words += 1;
        match self.words {
            1 => {
                self.is_create = token.is_word("create");
                self.is_copy = token.is_word("copy");
            }
            2..=4 if self.is_create => self.is_routine |= token.is_word("function") || token.is_word("procedure"),
            _ => {}
        }
        if self.is_copy && self.parentheses == 0 {
            self.copies_rows |= self.after_from && token.is_word("stdin");
            self.after_from = token.is_word("from");
        }
        if self.is_routine {
            if (self.after_begin && token.is_word("atomic")) || (self.blocks > 0 && token.is_word("case")) {
                self.blocks += 1;
            } else if self.blocks > 0 && token.is_word("end") {
                self.blocks -= 1;
            }
            self.after_begin = token.is_word("begin");
        }
    }
}

/// The end of the line, its line break outside.
fn line_end(script: &str, from: usize) -> usize {
    script[from..].find('\n').map_or(script.len(), |length| from + length)
}

/// The end of the line that is `\.` and closes the rows of a COPY.
fn rows_end(script: &str, from: usize) -> usize {
    let mut at = line_end(script, from);
    while at < script.len() {
        let end = line_end(script, at + 1);
        if script[at + 1..end].trim_end() == "\\." {
            return end;
        }
        at = end;
    }
    script.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(script: &str) -> Vec<&str> {
        split(script).into_iter().map(|range| &script[range]).collect()
    }

    #[test]
    fn semicolons_inside_are_not_ends() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ;; -- nothing\n ;", &[]),
            ("SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]),
            ("-- first\nSELECT ';' ; /* ; /* ; */ */ SELECT $$;$$;", &["SELECT ';'", "SELECT $$;$$"]),
            (r"SELECT E'\';'; SELECT 2", &[r"SELECT E'\';'", "SELECT 2"]),
            ("SELECT \";\"; x", &["SELECT \";\"", "x"]),
            (
                "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); x",
                &["CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)", "x"],
            ),
            ("BEGIN; COMMIT;", &["BEGIN", "COMMIT"]),
            (
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; x",
                &[
                    "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                    "x",
                ],
            ),
            ("SELECT 'open; x", &["SELECT 'open; x"]),
            ("\\connect db\nSELECT 1;", &["\\connect db", "SELECT 1"]),
            ("COPY t (a) FROM stdin;\n1;2\n\\.\nSELECT 1;", &["COPY t (a) FROM stdin;\n1;2\n\\.", "SELECT 1"]),
            ("SELECT 1 /* trailing */ ;", &["SELECT 1"]),
        ];
        for (script, expected) in cases {
            assert_eq!(&cut(script), expected, "{script}");
        }
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_on_boundaries(script in "([a-z$'\"();\\\\é\n/*-]|BEGIN|ATOMIC|CREATE FUNCTION |COPY |FROM stdin|\\$\\$|E'){0,60}") {
            let mut end = 0;
            for range in split(&script) {
                prop_assert!(end <= range.start && range.start < range.end && range.end <= script.len());
                prop_assert!(script.get(range.clone()).is_some());
                end = range.end;
            }
        }

        #[test]
        fn any_text_can_be_cut(script in any::<String>()) {
            for range in split(&script) {
                prop_assert!(script.get(range).is_some());
            }
        }
    }
}
