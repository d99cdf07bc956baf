//! Changes of rows, as `sqlparser` reads them.

use std::ops::ControlFlow;

use sqlparser::ast::{
    self, BinaryOperator, Expr, FromTable, SetExpr, TableFactor, TableObject, TableWithJoins, visit_relations,
};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;
use whimbrel_plan::DataChange;
use whimbrel_plan::review::Extent;
use whimbrel_schema::ObjectName;

use super::super::naming::same;
use super::super::reader::{Read, Stop};
use super::super::statement::{Data, Rows, Statement};

/// Deeper than people write, and far from what the stack holds.
const DEEPEST: usize = 40;

/// One statement that `sqlparser` reads, which must be a query or a change of rows.
pub(super) fn read(text: &str) -> Read<Statement> {
    let parsed = Parser::new(&MySqlDialect {})
        .with_recursion_limit(DEEPEST)
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_statements());
    let statements = match parsed {
        Ok(statements) => statements,
        Err(error) => return Err(refusal(text, &error.to_string())),
    };
    let [statement] = statements.as_slice() else {
        return Err(Stop { at: 0, reason: "there is more than one statement here".to_string() });
    };
    match statement {
        ast::Statement::Query(query) if writes(&query.body) => {
            Err(Stop { at: 0, reason: "a query that changes rows is not followed".to_string() })
        }
        ast::Statement::Query(_) => Ok(super::inert("SELECT")),
        ast::Statement::Insert(insert) => read_insert(statement, insert),
        ast::Statement::Update(update) => read_update(statement, update),
        ast::Statement::Delete(delete) => read_delete(statement, delete),
        _ => Err(Stop { at: 0, reason: "this kind of statement is not followed".to_string() }),
    }
}

fn writes(body: &SetExpr) -> bool {
    matches!(body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_))
}

/// `… at Line: 1, Column: 18`: where it is, in bytes.
fn refusal(text: &str, message: &str) -> Stop {
    let message = message.trim_start_matches("sql parser error: ");
    let (reason, place) = message.split_once(" at Line: ").unwrap_or((message, ""));
    let mut numbers = place.split(", Column: ").map(|part| part.trim().parse::<usize>().unwrap_or(1));
    let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    let mut reason = reason.trim().to_string();
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Stop { at: (start + within).min(text.len()), reason }
}

fn read_insert(statement: &ast::Statement, insert: &ast::Insert) -> Read<Statement> {
    let TableObject::TableName(name) = &insert.table else {
        return Err(Stop { at: 0, reason: "what is inserted into is no table".to_string() });
    };
    let listed = match &insert.source {
        Some(query) => matches!(&*query.body, SetExpr::Values(_)),
        None => true,
    };
    let rows = Rows::Known(if listed { Extent::Listed } else { Extent::Found });
    Ok(data(statement, DataChange::Insert, vec![object_name(name)], rows))
}

fn read_update(statement: &ast::Statement, update: &ast::Update) -> Read<Statement> {
    let (named, joined) = sources(std::slice::from_ref(&update.table));
    let rows = rows(joined, update.selection.as_ref(), update.limit.as_ref());
    // Of joined tables, those that are assigned to; where that is not said, any of them.
    let assigned: Vec<String> = update
        .assignments
        .iter()
        .filter_map(|assignment| match &assignment.target {
            ast::AssignmentTarget::ColumnName(name) => {
                let parts: Vec<String> = name.0.iter().map(part).collect();
                parts.len().checked_sub(2).and_then(|at| parts.get(at).cloned())
            }
            ast::AssignmentTarget::Tuple(_) => None,
        })
        .collect();
    let meant: Vec<ObjectName> = match assigned.len() == update.assignments.len() {
        true => named
            .iter()
            .filter(|(alias, _)| assigned.iter().any(|it| same(it, alias)))
            .map(|(_, it)| it.clone())
            .collect(),
        false => named.iter().map(|(_, it)| it.clone()).collect(),
    };
    Ok(data(statement, DataChange::Update, meant, rows))
}

fn read_delete(statement: &ast::Statement, delete: &ast::Delete) -> Read<Statement> {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let (mut named, mut joined) = sources(from);
    if let Some(using) = &delete.using {
        let (more, _) = sources(using);
        named.extend(more);
        joined = true;
    }
    let rows = rows(joined, delete.selection.as_ref(), delete.limit.as_ref());
    let targets: Vec<ObjectName> = match delete.tables.is_empty() {
        true => sources(from).0.into_iter().map(|(_, name)| name).collect(),
        false => delete.tables.iter().map(object_name).collect(),
    };
    let meant = |target: ObjectName| {
        let found = named.iter().find(|(alias, _)| same(alias, &target.name));
        found.map_or(target, |(_, name)| name.clone())
    };
    Ok(data(statement, DataChange::Delete, targets.into_iter().map(meant).collect(), rows))
}

fn data(statement: &ast::Statement, change: DataChange, tables: Vec<ObjectName>, rows: Rows) -> Statement {
    let mut reads = Vec::new();
    let _ = visit_relations(statement, |relation| {
        let name = object_name(relation);
        if !tables.contains(&name) && !reads.contains(&name) {
            reads.push(name);
        }
        ControlFlow::<()>::Continue(())
    });
    Statement::Data(Data { change, tables, rows, reads })
}

/// The tables by their aliases, and whether there are several.
fn sources(from: &[TableWithJoins]) -> (Vec<(String, ObjectName)>, bool) {
    let factors = from
        .iter()
        .flat_map(|item| std::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation)));
    let mut named = Vec::new();
    let mut count = 0;
    for factor in factors {
        count += 1;
        if let TableFactor::Table { name, alias, .. } = factor {
            let name = object_name(name);
            let alias = alias.as_ref().map_or_else(|| name.name.clone(), |alias| alias.name.value.clone());
            named.push((alias, name));
        }
    }
    (named, count > 1)
}

fn rows(joined: bool, condition: Option<&Expr>, limit: Option<&Expr>) -> Rows {
    match (condition, limit) {
        (_, Some(_)) => Rows::Known(Extent::Listed),
        (None, None) if joined => Rows::Known(Extent::Found),
        (None, None) => Rows::Known(Extent::All),
        (Some(condition), None) => {
            let mut columns = Vec::new();
            if !joined {
                listed(condition, &mut columns);
            }
            if columns.is_empty() { Rows::Known(Extent::Found) } else { Rows::Of(columns) }
        }
    }
}

/// The columns that must equal something that the statement lists.
fn listed(condition: &Expr, columns: &mut Vec<String>) {
    match condition {
        Expr::Nested(inner) => listed(inner, columns),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            listed(left, columns);
            listed(right, columns);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let pair = [(left, right), (right, left)];
            columns.extend(pair.into_iter().filter(|(_, value)| is_value(value)).filter_map(|(it, _)| column(it)));
        }
        Expr::InList { expr, list, negated: false } if list.iter().all(is_value) => columns.extend(column(expr)),
        _ => {}
    }
}

fn is_value(expression: &Expr) -> bool {
    match expression {
        Expr::Value(_) => true,
        Expr::UnaryOp { expr, .. } => is_value(expr),
        _ => false,
    }
}

fn column(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.clone()),
        _ => None,
    }
}

fn object_name(name: &ast::ObjectName) -> ObjectName {
    let mut parts: Vec<String> = name.0.iter().map(part).collect();
    let last = parts.pop().unwrap_or_default();
    ObjectName { namespace: parts.pop(), name: last }
}

fn part(part: &ast::ObjectNamePart) -> String {
    part.as_ident().map_or_else(|| part.to_string(), |name| name.value.clone())
}
