//! The SQL that code holds as text.

use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Language, Wanted, sql};
use crate::sqlmodel::Source;

/// One text that is a query, as far as its words tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlText {
    /// One-based.
    pub line: usize,
    pub sql: String,
}

/// What there is of SQL in one file of code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SqlTexts {
    pub texts: Vec<SqlText>,
    /// Lines of texts that code puts together as it runs: what they say is not known.
    pub unknown: Vec<usize>,
}

/// Words of which one is in every file that holds a query.
pub fn beginnings() -> Vec<Wanted> {
    ["select", "insert", "update", "delete"].map(|word| Wanted { table: word.to_string(), column: None }).to_vec()
}

/// The queries of a file of Python, or all of a file of SQL. Other languages are not taken apart.
pub fn sql_texts(path: &str, text: &str) -> SqlTexts {
    match Language::of(path) {
        Language::Sql => SqlTexts { texts: vec![SqlText { line: 1, sql: text.to_string() }], unknown: Vec::new() },
        Language::Python => {
            let source = Source::parse(Arc::from(Path::new("")), Arc::from(text));
            let mut reading = Reading { text, found: SqlTexts::default() };
            source.module.body.iter().for_each(|statement| reading.visit_stmt(statement));
            reading.found
        }
        Language::Template | Language::Code(_) | Language::Data | Language::Prose => SqlTexts::default(),
    }
}

struct Reading<'t> {
    text: &'t str,
    found: SqlTexts,
}

impl Reading<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or_default().matches('\n').count() + 1
    }
}

/// Whether it says what it is about, as prose that begins with the same word does not.
fn is_query(text: &str) -> bool {
    if !sql::is_sql(text) {
        return false;
    }
    let words: Vec<String> = text
        .split(|it: char| !it.is_alphanumeric() && it != '_')
        .map(str::to_lowercase)
        .filter(|it| !it.is_empty())
        .collect();
    let has = |word: &str| words.iter().any(|it| it == word);
    match words.first().map(String::as_str) {
        Some("select") => has("from"),
        Some("with") => has("as") && has("select"),
        Some("insert" | "replace") => has("into"),
        Some("update") => has("set"),
        Some("delete") => has("from"),
        Some(_) | None => false,
    }
}

impl<'a> Visitor<'a> for Reading<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        // A text that nobody takes is a comment.
        if let Stmt::Expr(expression) = statement
            && matches!(*expression.value, Expr::StringLiteral(_))
        {
            return;
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let line = self.line(expression.range().start().to_usize());
        match expression {
            Expr::StringLiteral(literal) if is_query(literal.value.to_str()) => {
                self.found.texts.push(SqlText { line, sql: literal.value.to_str().to_string() });
            }
            Expr::FString(_) => {
                let range = expression.range();
                let raw = self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
                if is_query(raw.trim_start_matches(['f', 'F', 'r', 'R', '"', '\''])) {
                    self.found.unknown.push(line);
                }
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_and_prose_and_put_together_texts_are_not_taken_for_one() {
        let code = "\
\"\"\"Select one from here.\"\"\"
def one(cursor, table):
    cursor.execute('SELECT id '
                   'FROM email WHERE subject = %s', (1,))
    cursor.execute(f\"SELECT id FROM {table}\")
    log('Update your password')
    text(\"\"\"
        UPDATE email SET subject = :subject
    \"\"\")
";
        let found = sql_texts("app/one.py", code);
        let told: Vec<(usize, &str)> = found.texts.iter().map(|it| (it.line, it.sql.trim())).collect();
        assert_eq!(told, [(3, "SELECT id FROM email WHERE subject = %s"), (7, "UPDATE email SET subject = :subject")]);
        assert_eq!(found.unknown, [5]);
        assert_eq!(sql_texts("a.js", "'SELECT 1 FROM a'"), SqlTexts::default());
    }
}
