use std::ops::Range;
use std::time::Duration;

use whimbrel_schema::{Column, ColumnType, Table};

/// What an engine has to say about changing a table in batches.
pub trait Batching: Send + Sync {
    /// The statement's words without comments and white space.
    fn lexemes(&self, statement: &str) -> Vec<Lexeme>;

    /// The column that every row of the table has by itself, as SQL; `None` where there is none.
    fn row_number(&self, _table: &Table) -> Option<String> {
        None
    }

    /// Whether rows without any key can be taken by the blocks of the file that they lie in.
    fn has_blocks(&self, _table: &Table) -> bool {
        false
    }

    /// The columns by which a row without any key is told from all others for a moment, each with what makes a text of its
    /// value; none where nothing does.
    fn row_place(&self, _table: &Table) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// The number of the block behind the last of up to `rows` rows from the block `from` on and before `to`, as a query
    /// with one row, or none behind the end.
    fn block_after(&self, _target: &str, _from: u64, _to: Option<u64>, _rows: u64) -> String {
        String::new()
    }

    /// The numbers of the blocks at which the file is cut into so many parts, its end among them, as a query.
    fn block_cuts(&self, _target: &str, _from: u64, _to: Option<u64>, _parts: u64) -> String {
        String::new()
    }

    /// Some of the table's rows, drawn without reading all of them, as it stands behind FROM.
    fn sample(&self, target: &str, _percent: f64) -> String {
        target.to_string()
    }

    /// The condition that a row lies in these blocks.
    fn in_blocks(&self, _name: &str, _blocks: Range<u64>) -> String {
        String::new()
    }

    /// The value of a key column as text that [`key_literal`](Batching::key_literal) turns back into SQL.
    fn key_text(&self, column: &str, ty: Option<&ColumnType>) -> String;

    fn key_literal(&self, text: &str) -> String;

    /// The condition that the column's value is another one than the expression, as it would be once stored.
    fn differs(&self, qualified: &str, column: &Column, value: &str) -> String;

    /// Whether a function gives the same for the same arguments, wherever and whenever it is asked. What is not
    /// certain does not.
    fn is_steady(&self, function: &str) -> bool;

    /// Whether an expression gives the same for the same row, as far as its words tell.
    fn is_steady_text(&self, text: &str) -> bool {
        let lexemes = self.lexemes(text);
        let called =
            lexemes.windows(2).filter(|pair| matches!(pair, [name, next] if name.is_name() && next.is_symbol("(")));
        let mut called = called.filter_map(|pair| pair.first());
        called.all(|name| self.is_steady(&name.text)) && !lexemes.iter().any(|word| self.is_moment(&word.text))
    }

    /// A word that stands for another value in every transaction, without looking like a function.
    fn is_moment(&self, word: &str) -> bool;

    fn pacing(&self) -> Pacing;
}

/// How large and how close together batches are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// Rows of the first batch.
    pub first: u64,
    /// Rows that a batch is never smaller than, unless it fails.
    pub least: u64,
    /// Rows that a batch is never larger than.
    pub most: u64,
    /// How long a batch should take until it is kept.
    pub target: Duration,
    /// Time between two batches in which others write.
    pub pause: Duration,
    /// How many times as long as the batch before the pause is at least.
    pub rest: u32,
    /// Changed rows after which the engine clears up what they left, as a share of the table in percent.
    pub upkeep_percent: u64,
    /// Whether several connections write at once.
    pub side_by_side: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexeme {
    pub kind: LexemeKind,
    /// A name as the engine compares it, in lower case where it does not tell case apart; other text as it is.
    pub text: String,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexemeKind {
    /// A keyword, or a name without quotes.
    Word,
    Quoted,
    Symbol,
    /// A literal.
    Value,
}

impl Lexeme {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == LexemeKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == LexemeKind::Symbol && self.text == symbol
    }

    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, LexemeKind::Word | LexemeKind::Quoted)
    }
}
