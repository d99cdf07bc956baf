use whimbrel_schema::{Schema, Table};

use super::{Batching, NotBatched, Piece, Update, Value, Word};

/// What is known when the batches are through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// No row that WHERE finds has another value than the one that SET gives it.
    Values,
    /// WHERE finds no row any more. What SET gave cannot be compared.
    Condition { why: String },
    /// Each row was passed once. A second time would give it another value, so that what is written behind stays.
    Once { why: String },
}

impl Proof {
    pub fn word(&self) -> &'static str {
        match self {
            Proof::Values => "values",
            Proof::Condition { .. } => "condition",
            Proof::Once { .. } => "once",
        }
    }
}

/// The statement with what its words can mean.
pub(super) struct Meaning<'u> {
    pub update: &'u Update,
    pub table: &'u Table,
    pub schema: &'u Schema,
    pub batching: &'u dyn Batching,
}

impl Meaning<'_> {
    pub fn proof(&self) -> Result<Proof, NotBatched> {
        self.refuse_reading_itself()?;
        let update = self.update;
        for assignment in &update.assignments {
            let column = assignment.columns.first().map(String::as_str).unwrap_or_default();
            match &assignment.value {
                Value::Part(_) => {
                    return Ok(Proof::Once { why: format!("a part of `{column}` is set") });
                }
                Value::Expression(piece) | Value::Several(piece) => {
                    if let Some(read) = self.read_of_set(piece) {
                        return Ok(Proof::Once { why: format!("`{column}` is made of `{read}`, which changes too") });
                    }
                }
                Value::Default => {}
            }
        }
        let why =
            update.assignments.iter().find_map(|assignment| self.not_compared(&assignment.columns, &assignment.value));
        let Some(why) = why else { return Ok(Proof::Values) };
        let ends = update.condition.as_ref().is_some_and(|piece| self.read_of_set(piece).is_some());
        Ok(if ends { Proof::Condition { why } } else { Proof::Once { why } })
    }

    /// Whether WHERE looks at what SET changes, so that it can tell whether a row was changed.
    pub fn condition_tells(&self) -> bool {
        self.update.condition.as_ref().is_some_and(|piece| self.read_of_set(piece).is_some())
    }

    /// Why what SET gives cannot be held against what is there.
    fn not_compared(&self, columns: &[String], value: &Value) -> Option<String> {
        match value {
            Value::Expression(piece) => self.unsteady(piece),
            Value::Default => columns.iter().find_map(|column| {
                let found = self.column(column)?;
                let text = found.default.as_ref().map(|default| default.text().to_string());
                let steady = |text: &String| self.batching.is_steady_text(text);
                let known = found.generation.is_none() && text.as_ref().is_none_or(steady);
                (!known).then(|| format!("the default of `{column}` is another one every time"))
            }),
            Value::Several(_) => Some("one query gives several columns their values".to_string()),
            Value::Part(_) => None,
        }
    }

    /// What in it gives another value every time, or may.
    fn unsteady(&self, piece: &Piece) -> Option<String> {
        let unsteady = piece.words.iter().find(|word| {
            let unsteady = word.called && !self.batching.is_steady(&word.name);
            unsteady || (!word.quoted && word.qualifier.is_none() && self.batching.is_moment(&word.name))
        })?;
        let call = if unsteady.called { "()" } else { "" };
        Some(format!("`{}{call}` may give another value each time it is asked", unsteady.name))
    }

    /// A column that SET changes and that the piece reads of the same row, as far as can be told; what cannot be told
    /// counts as read.
    fn read_of_set(&self, piece: &Piece) -> Option<String> {
        piece.words.iter().find(|word| self.reads_set(word, piece)).map(|word| word.name.clone())
    }

    fn reads_set(&self, word: &Word, piece: &Piece) -> bool {
        let own = |name: &str| name.eq_ignore_ascii_case(&self.update.known_as);
        match &word.qualifier {
            Some(qualifier) => own(qualifier) && (word.name == "*" || self.update.sets(&word.name)),
            // The whole row as a value.
            None if own(&word.name) => !word.qualifies && !word.nested && !word.called,
            None if word.called || word.qualifies || !self.update.sets(&word.name) => false,
            None => !(word.nested && self.belongs_elsewhere(&word.name, piece)),
        }
    }

    /// Whether a table that is named there has such a column: within a query, its own come first.
    fn belongs_elsewhere(&self, column: &str, piece: &Piece) -> bool {
        let named = piece.words.iter().filter(|word| word.nested && !word.qualifies);
        let mut tables = named.filter_map(|word| {
            let found = self.schema.tables.values().find(|table| table.name.name.eq_ignore_ascii_case(&word.name));
            found.filter(|table| table.name != self.table.name)
        });
        tables.any(|table| table.columns.iter().any(|own| own.name.eq_ignore_ascii_case(column)))
    }

    /// Later batches would read what earlier ones wrote, which one statement never does.
    fn refuse_reading_itself(&self) -> Result<(), NotBatched> {
        let name = &self.table.name.name;
        for piece in self.update.pieces() {
            let again =
                piece.words.iter().any(|word| word.nested && !word.qualifies && word.name.eq_ignore_ascii_case(name));
            let read =
                || piece.words.iter().find(|word| word.nested && (word.name == "*" || self.update.sets(&word.name)));
            // What FROM brings is read anywhere in the statement.
            let brought = self.update.from.as_ref().filter(|from| *from == piece).and(piece.words.first());
            if let Some(read) = read().or(brought).filter(|_| again) {
                let reason = format!(
                    "it reads `{}` of other rows of `{name}`, and batches would read what those before them wrote",
                    read.name
                );
                let next = "compute the values into another table first, or delete `-- backfill`";
                return Err(NotBatched::new(reason, next));
            }
        }
        Ok(())
    }

    pub fn column(&self, name: &str) -> Option<&whimbrel_schema::Column> {
        let exact = self.table.column(name);
        exact.or_else(|| self.table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }
}
