use std::ops::Range;

use whimbrel_schema::ObjectName;

use super::{Assignment, Lexeme, NotBatched, Piece, Update, Value, Word};
use crate::{DataChange, Dialect, Step, Understanding};

/// Cuts an UPDATE into its parts. The engine's grammar has vouched for it; where its clauses begin is certain then,
/// because the words that begin them are reserved and stand in no brackets.
pub(super) fn cut(statement: &str, dialect: &dyn Dialect) -> Result<Update, NotBatched> {
    let Some(batching) = dialect.batching() else {
        let reason = format!("whimbrel runs no batches on {}", dialect.engine().title());
        return Err(NotBatched::new(reason, "delete `-- backfill`, and change the rows in batches by other means"));
    };
    let table = changed(dialect.understand(statement))?;
    let lexemes = batching.lexemes(statement);
    Cutter::new(&lexemes).update(table)
}

fn changed(understanding: Understanding) -> Result<ObjectName, NotBatched> {
    let steps = match understanding {
        Understanding::Known { steps, .. } => steps,
        Understanding::Unknown { reason, .. } => {
            return Err(NotBatched::form(format!("it is not understood: {reason}")));
        }
    };
    match steps.as_slice() {
        [Step::ChangeData { change: DataChange::Update, tables }] => match tables.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(NotBatched::form("it changes several tables")),
        },
        [_] => Err(NotBatched::new("it is no UPDATE", "delete `-- backfill`: only an UPDATE runs in batches")),
        _ => Err(NotBatched::form("it is more than an UPDATE")),
    }
}

/// A statement as words, and how deep within brackets each stands.
pub(crate) struct Cutter<'l> {
    lexemes: &'l [Lexeme],
    depths: Vec<usize>,
}

/// Brackets of both kinds stand at the outer depth.
fn depths(lexemes: &[Lexeme]) -> Vec<usize> {
    let mut depth = 0_usize;
    let depth_of = |lexeme: &Lexeme| {
        if lexeme.is_symbol("(") || lexeme.is_symbol("[") {
            depth += 1;
            depth - 1
        } else if lexeme.is_symbol(")") || lexeme.is_symbol("]") {
            depth = depth.saturating_sub(1);
            depth
        } else {
            depth
        }
    };
    lexemes.iter().map(depth_of).collect()
}

impl<'l> Cutter<'l> {
    pub fn new(lexemes: &'l [Lexeme]) -> Self {
        Cutter { lexemes, depths: depths(lexemes) }
    }

    fn update(&self, table: ObjectName) -> Result<Update, NotBatched> {
        if !self.is(0, "UPDATE") {
            return Err(NotBatched::form("something stands before UPDATE"));
        }
        if self.is(1, "OR") {
            return Err(NotBatched::form("`UPDATE OR …` decides row by row what becomes of it"));
        }
        let all = 0..self.lexemes.len();
        let Some(set) = self.find(all, "SET") else { return Err(NotBatched::form("there is no SET")) };
        let Some(name) = self.name(1..set) else {
            return Err(NotBatched::form("there is more than a table between UPDATE and SET"));
        };
        let known_as = self.lexemes.get(name).map(|lexeme| lexeme.text.clone()).unwrap_or_default();
        let rest = set + 1..self.lexemes.len();
        for (word, what) in
            [("RETURNING", "nobody reads what it returns"), ("ORDER", "it has an order"), ("LIMIT", "it has a limit")]
        {
            if self.find(rest.clone(), word).is_some() {
                return Err(NotBatched::form(what));
            }
        }
        let from = self.find(rest.clone(), "FROM");
        let condition = self.find(rest.clone(), "WHERE");
        let end = self.lexemes.len();
        if condition.is_some_and(|at| self.is(at + 1, "CURRENT") && self.is(at + 2, "OF")) {
            return Err(NotBatched::form("`WHERE CURRENT OF` means the row of a cursor"));
        }
        let assigned = set + 1..from.or(condition).unwrap_or(end);
        let assignments = self.split(assigned.clone(), 0).into_iter().map(|range| self.assignment(range));
        Ok(Update {
            table,
            target: self.span(1..set),
            name: self.span(name..name + 1),
            known_as,
            set: self.span(assigned),
            assignments: assignments.collect::<Result<_, _>>()?,
            from: from.map(|at| self.piece(at + 1..condition.unwrap_or(end), true)),
            condition: condition.map(|at| self.piece(at + 1..end, false)),
        })
    }

    /// The word by which the statement calls the table's rows.
    pub fn name(&self, target: Range<usize>) -> Option<usize> {
        let mut at = target.start;
        let mut closing = 0;
        if self.is(at, "ONLY") {
            at += 1;
            while self.symbol(at, "(") {
                (at, closing) = (at + 1, closing + 1);
            }
        }
        let mut name = at;
        at += 1;
        while self.symbol(at, ".") {
            (name, at) = (at + 1, at + 2);
        }
        at += closing;
        if self.symbol(at, "*") {
            at += 1;
        }
        if self.is(at, "AS") {
            at += 1;
            name = at;
        } else if at + 1 == target.end {
            name = at;
        } else if at == target.end {
            return Some(name);
        }
        Some(name).filter(|name| at + 1 == target.end && self.lexemes.get(*name).is_some_and(Lexeme::is_name))
    }

    fn assignment(&self, range: Range<usize>) -> Result<Assignment, NotBatched> {
        let equals = range.clone().find(|at| self.depths[*at] == 0 && self.symbol(*at, "="));
        let Some(equals) = equals else { return Err(NotBatched::form("what SET says cannot be read")) };
        let value = equals + 1..range.end;
        let left = range.start..equals;
        let name = |at: usize| self.lexemes.get(at).map(|lexeme| lexeme.text.clone()).unwrap_or_default();
        if self.symbol(left.start, "(") {
            let columns = self.split(left.start + 1..equals - 1, 1).into_iter().map(|one| name(one.start)).collect();
            return Ok(Assignment { columns, value: Value::Several(self.piece(value, false)) });
        }
        let columns = vec![name(left.start)];
        let value = match (left.len(), value.len()) {
            (1, 1) if self.is(value.start, "DEFAULT") => Value::Default,
            (1, _) => Value::Expression(self.piece(value, false)),
            _ => Value::Part(self.piece(value, false)),
        };
        Ok(Assignment { columns, value })
    }

    /// The stretches between commas at that depth.
    fn split(&self, range: Range<usize>, depth: usize) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut from = range.start;
        for at in range.clone() {
            if self.depths[at] == depth && self.symbol(at, ",") {
                parts.push(from..at);
                from = at + 1;
            }
        }
        parts.push(from..range.end);
        parts
    }

    pub fn piece(&self, range: Range<usize>, nested: bool) -> Piece {
        let mut words = Vec::new();
        // For each bracket that is open, whether a query is in it.
        let mut open: Vec<bool> = Vec::new();
        for at in range.clone() {
            let lexeme = &self.lexemes[at];
            if lexeme.is_symbol("(") {
                open.push(["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|word| self.is(at + 1, word)));
            } else if lexeme.is_symbol(")") {
                open.pop();
            }
            let qualified = at > range.start && self.symbol(at - 1, ".");
            if lexeme.is_name() || (qualified && lexeme.is_symbol("*")) {
                words.push(Word {
                    qualifier: qualified.then(|| self.lexemes[at.saturating_sub(2)].text.clone()),
                    name: lexeme.text.clone(),
                    quoted: !lexeme.is_word(&lexeme.text),
                    nested: nested || open.contains(&true),
                    called: self.symbol(at + 1, "("),
                    qualifies: self.symbol(at + 1, "."),
                });
            }
        }
        Piece { span: self.span(range), words }
    }

    /// The first such word that begins a clause: `IS DISTINCT FROM` begins none.
    pub fn find(&self, range: Range<usize>, word: &str) -> Option<usize> {
        let mut range = range;
        range.find(|at| self.depths[*at] == 0 && self.is(*at, word) && !(*at > 0 && self.is(*at - 1, "DISTINCT")))
    }

    pub fn is(&self, at: usize, word: &str) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_word(word))
    }

    fn symbol(&self, at: usize, symbol: &str) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| lexeme.is_symbol(symbol))
    }

    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        match self.lexemes.get(range).unwrap_or_default() {
            [first, .., last] => first.span.start..last.span.end,
            [only] => only.span.clone(),
            [] => 0..0,
        }
    }
}
