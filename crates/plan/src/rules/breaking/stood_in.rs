//! Whether a view of a table's old name, made in the transaction that renames it, does for old code what the table did.
//!
//! It does if each column is there under its old name and from its own column, nothing else is in the way of writing
//! through it (no WHERE, no join, no expression for a column), and it is not gone again at the end. SQLite writes
//! through no view by itself; there it needs a trigger for each way of writing.

use whimbrel_schema::{Engine, Object, ObjectId, ObjectKind, ObjectName, Pair, View};

use crate::Step;
use crate::review::Seen;
use crate::words::{Word, words};

pub(super) fn is_stood_in(seen: &Seen<'_>, at: usize, from: &ObjectName, to: &ObjectName) -> bool {
    let columns = seen.table(from).map(|table| table.columns.iter().map(|column| column.name.clone()).collect());
    does_as(seen, at, from, to, columns, Vec::new())
}

/// The same of a column that gets another name after its table did, in one transaction: the view shows it by the old one.
pub(super) fn is_column_stood_in(seen: &Seen<'_>, at: usize, table: &ObjectName, column: Pair<&str>) -> bool {
    let earlier = seen.transaction.iter().flat_map(|passed| passed.steps).chain(seen.steps().iter().take(at));
    let mut names =
        earlier.filter_map(|step| if let Step::RenameTable { from, to } = step { Some((from, to)) } else { None });
    let old = names.find(|(_, to)| *to == table).map(|(from, _)| from);
    let Some(old) = old else { return false };
    let renamed = Changed::Renamed(column.from.to_string(), column.to.to_string());
    does_as(seen, at, old, table, Some(vec![column.from.to_string()]), vec![renamed])
}

/// Whether a view does for `columns` of the table under its old name what the table did; `None` is all of them, which are
/// not known.
fn does_as(
    seen: &Seen<'_>,
    at: usize,
    old: &ObjectName,
    table: &ObjectName,
    columns: Option<Vec<String>>,
    mut changes: Vec<Changed>,
) -> bool {
    let engine = seen.dialect.engine();
    let rest = seen.steps().iter().skip(at + 1).cloned();
    let together = later(seen, true);
    let steps: Vec<Step> = rest.chain(together.iter().flat_map(|sql| steps_of(seen, sql))).collect();
    let Some((made, view)) = steps.iter().enumerate().find_map(|(at, step)| Some((at, view_of(step, old, engine)?)))
    else {
        return false;
    };
    changes.extend(changed(steps.iter().take(made), table, engine));
    let columns = Columns { before: columns, changed: changes, engine };
    let shown = shown(&view.query.to_string(), table, engine);
    !view.materialized
        && shown.is_some_and(|shown| columns.are_all_in(&shown, &view.columns))
        && (engine != Engine::Sqlite || is_written_through(&steps, old, engine))
        && !later(seen, false).iter().flat_map(|sql| steps_of(seen, sql)).any(|step| drops(&step, old, engine))
}

/// What comes after the statement: in the same transaction, or at all.
fn later<'a>(seen: &Seen<'a>, together: bool) -> Vec<&'a str> {
    let start = seen.statement.span.start;
    let after = seen.script.statements.iter().filter(|other| other.span.start > start);
    let ends = |sql: &str| {
        let first = words(sql.get(..16).unwrap_or(sql)).first().map(|word| word.text.to_ascii_uppercase());
        first.is_some_and(|word| ["COMMIT", "END", "ROLLBACK", "ABORT"].contains(&word.as_str()))
    };
    let own = seen.statement.transaction;
    let begun = seen.session().has_begun();
    let texts = after.map(|other| (other.transaction, seen.script.sql(other)));
    if !together {
        return texts.map(|(_, sql)| sql).collect();
    }
    if !seen.dialect.transactional_ddl() {
        return Vec::new();
    }
    let same = |transaction: Option<u32>| match own {
        Some(_) => transaction == own,
        None => begun,
    };
    texts.take_while(|(transaction, sql)| same(*transaction) && !ends(sql)).map(|(_, sql)| sql).collect()
}

fn steps_of(seen: &Seen<'_>, sql: &str) -> Vec<Step> {
    seen.dialect.understand(sql).steps().to_vec()
}

fn view_of<'s>(step: &'s Step, name: &ObjectName, engine: Engine) -> Option<&'s View> {
    let Step::CreateObject { object, .. } = step else { return None };
    let Object::View(view) = &**object else { return None };
    view.name.is(name, engine).then_some(view)
}

fn drops(step: &Step, name: &ObjectName, engine: Engine) -> bool {
    let is_it = |object: &ObjectId| object.kind == ObjectKind::View && object.name.is(name, engine);
    matches!(step, Step::DropObject { object, .. } | Step::RenameObject { object, .. } if is_it(object))
}

/// Whether a trigger of the view does each way of writing.
fn is_written_through(steps: &[Step], view: &ObjectName, engine: Engine) -> bool {
    let of_view = |step: &Step| {
        if let Step::CreateTrigger { table, trigger } = step
            && table.is(view, engine)
        {
            Some(trigger.definition.clone())
        } else {
            None
        }
    };
    let triggers: Vec<String> = steps.iter().filter_map(of_view).collect();
    ["INSERT", "UPDATE", "DELETE"].iter().all(|way| {
        let does = |text: &String| {
            let words = words(text);
            words
                .windows(3)
                .any(|row| row.iter().zip(["INSTEAD", "OF", way]).all(|(word, keyword)| word.is_keyword(keyword)))
        };
        triggers.iter().any(does)
    })
}

/// What became of the table's columns between its new name and the view.
enum Changed {
    Renamed(String, String),
    Gone(String),
}

fn changed<'s>(steps: impl Iterator<Item = &'s Step>, table: &ObjectName, engine: Engine) -> Vec<Changed> {
    let change = |step: &Step| {
        if let Step::RenameColumn { table: on, from, to } = step
            && on.is(table, engine)
        {
            Some(Changed::Renamed(from.clone(), to.clone()))
        } else if let Step::DropColumn { table: on, column, .. } = step
            && on.is(table, engine)
        {
            Some(Changed::Gone(column.clone()))
        } else {
            None
        }
    };
    steps.filter_map(change).collect()
}

struct Columns {
    /// Those of the table under its old name, where they are known.
    before: Option<Vec<String>>,
    changed: Vec<Changed>,
    engine: Engine,
}

impl Columns {
    /// Whether old code finds each of its columns. `named` are the names that the view gives, where it lists them.
    fn are_all_in(&self, shown: &Shown, named: &[String]) -> bool {
        match (shown, &self.before) {
            (Shown::All, _) => self.changed.is_empty() && named.is_empty(),
            // Which columns there are is not known, so that one may be missing.
            (Shown::Listed(_), None) => false,
            (Shown::Listed(list), Some(before)) => before.iter().all(|column| {
                let Some(now) = self.now(column) else { return false };
                let called = |at: usize, own: &str| named.get(at).map_or(own.to_string(), Clone::clone);
                let is_it = |(at, (source, own)): (usize, &(String, String))| {
                    self.engine.same_name(source, &now) && self.engine.same_name(&called(at, own), column)
                };
                list.iter().enumerate().any(is_it)
            }),
        }
    }

    /// What the column is called when the view is made; `None` where it is gone.
    fn now(&self, column: &str) -> Option<String> {
        self.changed.iter().try_fold(column.to_string(), |name, change| match change {
            Changed::Renamed(from, to) if self.engine.same_name(from, &name) => Some(to.clone()),
            Changed::Gone(gone) if self.engine.same_name(gone, &name) => None,
            Changed::Renamed(..) | Changed::Gone(_) => Some(name),
        })
    }
}

/// What a view shows that is nothing but columns of one table.
enum Shown {
    All,
    /// Each column, and what it is called.
    Listed(Vec<(String, String)>),
}

fn shown(query: &str, table: &ObjectName, engine: Engine) -> Option<Shown> {
    let words = words(query);
    let (first, rest) = words.split_first()?;
    let from = rest.iter().position(|word| word.is_keyword("FROM"))?;
    if !first.is_keyword("SELECT") || !is_only(rest.get(from + 1..)?, table, engine) {
        return None;
    }
    let list = rest.get(..from)?;
    let items: Vec<&[Word<'_>]> = list.split(|word| word.is_symbol(",")).collect();
    if let [all] = items.as_slice()
        && unqualified(all).is_some_and(|all| matches!(all, [star] if star.is_symbol("*")))
    {
        return Some(Shown::All);
    }
    let item = |item: &&[Word<'_>]| {
        let column = |word: &Word<'_>| word.is_identifier().then(|| name_of(word));
        match unqualified(item)? {
            [own] => Some((column(own)?, column(own)?)),
            [own, called] => Some((column(own)?, column(called)?)),
            [own, as_word, called] if as_word.is_keyword("AS") => Some((column(own)?, column(called)?)),
            _ => None,
        }
    };
    items.iter().map(item).collect::<Option<_>>().map(Shown::Listed)
}

/// Without the name of the table before it.
fn unqualified<'w, 't>(words: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
    match words {
        [table, dot, rest @ ..] if dot.is_symbol(".") && table.is_identifier() => Some(rest),
        [] => None,
        rest => Some(rest),
    }
}

/// Whether the rest of the query is the table's name and nothing more; another name for it may follow.
fn is_only(words: &[Word<'_>], table: &ObjectName, engine: Engine) -> bool {
    let name = |word: &Word<'_>| word.names(&table.name, engine);
    let rest = match words {
        [_, dot, own, rest @ ..] if dot.is_symbol(".") && name(own) => rest,
        [own, rest @ ..] if name(own) => rest,
        _ => return false,
    };
    match rest {
        [] => true,
        [alias] => alias.is_identifier(),
        [as_word, alias] => as_word.is_keyword("AS") && alias.is_identifier(),
        _ => false,
    }
}

fn name_of(word: &Word<'_>) -> String {
    match word.kind {
        crate::words::WordKind::Bare => word.text.to_ascii_lowercase(),
        _ => word.text.to_string(),
    }
}
