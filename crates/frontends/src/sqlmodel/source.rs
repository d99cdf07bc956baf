//! The files that were read, parsed once and kept for as long as one reading lasts.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Expr, ModModule};
use ruff_python_parser::{Parsed, parse_expression, parse_unchecked_source};
use ruff_text_size::TextRange;

use crate::diagnostic::Position;

/// How deep one statement may be nested. Dropping a syntax tree takes stack for each level; no hand-written file
/// comes near this.
const DEEPEST: usize = 4_000;

/// One Python file.
#[derive(Debug)]
pub struct Source {
    pub path: Arc<Path>,
    pub text: Arc<str>,
    pub module: ModModule,
    pub faults: Vec<Fault>,
    /// The path once more, as what was read keeps it.
    pub file: Arc<PathBuf>,
    lines: OnceCell<Vec<usize>>,
}

/// A place that the parser did not understand.
#[derive(Debug, Clone)]
pub struct Fault {
    pub message: String,
    pub range: TextRange,
}

impl Source {
    pub fn parse(path: Arc<Path>, text: Arc<str>) -> Self {
        // The parser's offsets are 32 bits wide.
        if u32::try_from(text.len()).is_err() {
            let fault = Fault { message: "the file is larger than 4 GB".to_string(), range: TextRange::default() };
            return Source::with(path, Arc::from(""), empty(), vec![fault]);
        }
        let parsed = parse_unchecked_source(&text, ruff_python_ast::PySourceType::Python);
        if let Some(range) = too_deep(parsed.tokens()) {
            // Dropping what is nested this deeply would overflow the stack.
            std::mem::forget(parsed);
            let fault = Fault { message: "the code is nested too deeply to be read".to_string(), range };
            return Source::with(path, text, empty(), vec![fault]);
        }
        let faults = parsed
            .errors()
            .iter()
            .map(|error| Fault { message: error.error.to_string(), range: error.location })
            .collect();
        Source::with(path, text, parsed.into_syntax(), faults)
    }

    fn with(path: Arc<Path>, text: Arc<str>, module: ModModule, faults: Vec<Fault>) -> Self {
        let file = Arc::new(path.to_path_buf());
        Source { path, text, module, faults, file, lines: OnceCell::new() }
    }

    /// The line and the column of a byte, without counting from the start of the file each time.
    pub fn position(&self, offset: usize) -> Position {
        let starts = self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }
}

fn empty() -> ModModule {
    ModModule { range: TextRange::default(), node_index: Default::default(), body: Default::default() }
}

/// An upper bound of a syntax tree's depth, from its tokens: what has no comma between it can nest.
fn too_deep(tokens: &Tokens) -> Option<TextRange> {
    let mut levels = vec![0usize];
    let mut total = 0usize;
    let mut indentation = 0usize;
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                levels.push(1);
                total += 1;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if levels.len() > 1 {
                    total -= levels.pop().unwrap_or(0);
                }
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                    total += 1;
                }
            }
            TokenKind::Comma => {
                if let Some(level) = levels.last_mut() {
                    total -= *level;
                    *level = 0;
                }
            }
            TokenKind::Newline | TokenKind::Semi => {
                levels.clear();
                levels.push(0);
                total = 0;
            }
            TokenKind::Indent => indentation += 1,
            TokenKind::Dedent => indentation = indentation.saturating_sub(1),
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::String => {}
            _ => {
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                    total += 1;
                }
            }
        }
        if total + indentation * 4 > DEEPEST {
            use ruff_text_size::Ranged;
            return Some(token.range());
        }
    }
    None
}

/// Keeps values at one address for as long as the arena lives.
struct Chunk<T> {
    slots: Vec<OnceCell<T>>,
    next: OnceCell<Box<Chunk<T>>>,
}

impl<T> Chunk<T> {
    fn new(size: usize) -> Self {
        Chunk { slots: (0..size).map(|_| OnceCell::new()).collect(), next: OnceCell::new() }
    }
}

/// What grows while it is being borrowed.
struct Growing<T> {
    first: Chunk<T>,
    count: Cell<usize>,
}

impl<T> Growing<T> {
    fn new() -> Self {
        Growing { first: Chunk::new(32), count: Cell::new(0) }
    }

    fn push(&self, value: T) -> &T {
        let mut at = self.count.get();
        self.count.set(at + 1);
        let mut chunk = &self.first;
        while at >= chunk.slots.len() {
            at -= chunk.slots.len();
            let double = chunk.slots.len() * 2;
            chunk = chunk.next.get_or_init(|| Box::new(Chunk::new(double)));
        }
        chunk.slots[at].get_or_init(|| value)
    }
}

/// Everything that values borrow from while modules are being read.
pub struct Arena {
    sources: Growing<Source>,
    expressions: Growing<Expr>,
    names: Growing<String>,
}

impl Arena {
    pub fn new() -> Self {
        Arena { sources: Growing::new(), expressions: Growing::new(), names: Growing::new() }
    }

    pub fn source(&self, source: Source) -> &Source {
        self.sources.push(source)
    }

    /// A name that stands in no file: made by a call, by `setattr`, by a format.
    pub fn name(&self, name: &str) -> &str {
        self.names.push(name.to_string())
    }

    /// Code within a string: the annotation `"Optional[int]"`.
    pub fn expression(&self, text: &str) -> Option<&Expr> {
        if text.len() > 10_000 {
            return None;
        }
        let parsed: Parsed<ruff_python_ast::ModExpression> = parse_expression(text.trim()).ok()?;
        if too_deep(parsed.tokens()).is_some() {
            std::mem::forget(parsed);
            return None;
        }
        Some(self.expressions.push(*parsed.into_syntax().body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Source {
        Source::parse(Arc::from(Path::new("x.py")), Arc::from(text))
    }

    #[test]
    fn what_is_nested_too_deeply_is_a_fault() {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("-", ""), ("a.", ""), ("not ", ""), ("lambda: ", ""), ("f(1, ", ")")]
        {
            let text = format!("x = {}a{}\n", open.repeat(100_000), close.repeat(100_000));
            assert_eq!(parse(&text).faults.len(), 1, "{open}");
        }
        let calls = format!("x = f{}\n", "(1, 2)".repeat(100_000));
        assert_eq!(parse(&calls).faults.len(), 1);
    }

    #[test]
    fn long_is_not_deep() {
        let list = format!("x = [{}]\n", "f(a.b, 1), ".repeat(100_000));
        assert!(parse(&list).faults.is_empty());
        let words = format!("x = ({})\n", "'word' ".repeat(10_000));
        assert!(parse(&words).faults.is_empty());
    }

    #[test]
    fn pushed_values_stay_where_they_are() {
        let growing = Growing::new();
        let kept: Vec<&usize> = (0..1_000).map(|number| growing.push(number)).collect();
        assert!(kept.iter().enumerate().all(|(at, number)| at == **number));
    }
}
