use crate::Dialect;
use crate::backfill::{Cutter, Piece};

/// The parts of a plain DELETE of some rows of one table, as they are written.
pub(super) struct Deletion {
    /// `ONLY email AS e`.
    pub target: String,
    /// What its columns are qualified with.
    pub name: String,
    /// What a row has to be for it to go.
    pub condition: String,
    /// What the condition asks.
    pub asked: Vec<Piece>,
}

/// `None` where it has another form, or takes every row. The engine's grammar has vouched for it.
pub(super) fn read(sql: &str, dialect: &dyn Dialect) -> Option<Deletion> {
    let batching = dialect.batching()?;
    let lexemes = batching.lexemes(sql);
    let cutter = Cutter::new(&lexemes);
    if !cutter.is(0, "DELETE") || !cutter.is(1, "FROM") {
        return None;
    }
    let all = 2..lexemes.len();
    if ["ORDER", "LIMIT"].iter().any(|word| cutter.find(all.clone(), word).is_some()) {
        return None;
    }
    let end = cutter.find(all.clone(), "RETURNING").unwrap_or(all.end);
    let filter = cutter.find(all.clone(), "WHERE")?;
    if cutter.is(filter + 1, "CURRENT") && cutter.is(filter + 2, "OF") {
        return None;
    }
    let using = cutter.find(2..filter, "USING");
    let target = 2..using.unwrap_or(filter);
    let name = cutter.name(target.clone())?;
    let text = |span: std::ops::Range<usize>| sql.get(span).map(str::to_string);
    let using = using.map(|at| cutter.piece(at + 1..filter, true));
    let filter = cutter.piece(filter + 1..end, false);
    let mut condition = text(filter.span.clone())?;
    // A row goes once, however many rows of the others it is joined with.
    if let Some(using) = &using {
        condition = format!("EXISTS (SELECT 1 FROM {}\nWHERE {condition}\n)", text(using.span.clone())?);
    }
    Some(Deletion {
        target: text(cutter.span(target))?,
        name: text(cutter.span(name..name + 1))?,
        condition,
        asked: using.into_iter().chain([filter]).collect(),
    })
}
