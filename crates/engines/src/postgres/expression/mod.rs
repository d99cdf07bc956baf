//! Expressions compared by text alone.
//!
//! The catalogue prints an expression with every parenthesis and every implied cast. Both sides are read into one
//! form, in which `a IN ('x', 'y')` and `(a = ANY (ARRAY['x'::text, 'y'::text]))` are the same; only what is certain
//! without knowing a column's type is treated as equal, the rest is for the server to say.

mod parse;

use super::lexer::{self, Kind, Token};
use super::quote;

pub(super) use parse::{Literal, Node};

/// Whether the two certainly mean the same.
pub(super) fn same(from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    match (parse::parse(from), parse::parse(to)) {
        (Some(from), Some(to)) => alike(&from, &to, Place::Value),
        _ => same_words(from, to),
    }
}

/// Where a literal stands decides which of its casts say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The whole expression: the value is brought to the column's type in any case.
    Value,
    /// One side of a comparison, whose other side has the type.
    Compared,
    /// An argument, where a bare literal is a text.
    Argument,
}

fn alike(from: &Node, to: &Node, place: Place) -> bool {
    match (from, to) {
        (Node::Literal(from), Node::Literal(to)) => literals_alike(from, to, place),
        (Node::Operator { name, operands }, Node::Operator { name: other, operands: others }) => {
            let place = if is_comparison(name) { Place::Compared } else { Place::Argument };
            // The type of a comparison comes from a side that is no literal; without one nothing is certain.
            let typed = operands.iter().any(|operand| !matches!(operand, Node::Literal(_)));
            let place = if typed { place } else { Place::Argument };
            name == other && all_alike(operands, others, place)
        }
        (Node::Call { name, arguments }, Node::Call { name: other, arguments: others }) => {
            name == other && all_alike(arguments, others, Place::Argument)
        }
        (Node::Array(elements), Node::Array(others)) => all_alike(elements, others, place),
        (Node::Cast { value, ty }, Node::Cast { value: other, ty: other_ty }) => {
            ty == other_ty && alike(value, other, Place::Argument)
        }
        (Node::Case { parts }, Node::Case { parts: others }) => all_alike(parts, others, Place::Argument),
        (Node::Name(from), Node::Name(to)) => from == to,
        _ => false,
    }
}

fn all_alike(from: &[Node], to: &[Node], place: Place) -> bool {
    from.len() == to.len() && from.iter().zip(to).all(|(from, to)| alike(from, to, place))
}

fn is_comparison(operator: &str) -> bool {
    matches!(operator, "=" | "<>" | "<" | ">" | "<=" | ">=" | "any =" | "all <>")
}

fn literals_alike(from: &Literal, to: &Literal, place: Place) -> bool {
    let casts = match (&from.cast, &to.cast) {
        (None, None) => true,
        (Some(from), Some(to)) => from == to,
        (Some(cast), None) | (None, Some(cast)) => says_nothing(cast, from, place),
    };
    // A bare text among arguments is a text, even if it reads like a number.
    let kinds = from.number == to.number || place != Place::Argument;
    casts && kinds && from.value == to.value
}

/// Whether a cast of a literal, written on one side only, is what the server adds.
fn says_nothing(cast: &str, literal: &Literal, place: Place) -> bool {
    // A length changes the value.
    if cast.contains('(') {
        return false;
    }
    let whole = literal.value.starts_with(|first: char| first.is_ascii_digit() || first == '-') && literal.number;
    match place {
        Place::Value => true,
        Place::Compared if whole => {
            matches!(cast, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
        }
        Place::Compared => true,
        Place::Argument if whole => cast == "integer",
        Place::Argument => matches!(cast, "text" | "character varying" | "regclass" | "regconfig"),
    }
}

/// The same words in the same order, whatever the case and the spacing.
fn same_words(from: &str, to: &str) -> bool {
    let mut from = lexer::words(from);
    let mut to = lexer::words(to);
    loop {
        match (from.next(), to.next()) {
            (None, None) => return true,
            (Some(from), Some(to)) if same_word(&from, &to) => {}
            _ => return false,
        }
    }
}

fn same_word(from: &Token<'_>, to: &Token<'_>) -> bool {
    match (from.kind, to.kind) {
        (Kind::Word, Kind::Word) => from.text.eq_ignore_ascii_case(to.text),
        (Kind::Word | Kind::Quoted, Kind::Word | Kind::Quoted) => {
            let (from, to) = (quote::quote(&quote::fold(from.text)), quote::quote(&quote::fold(to.text)));
            from == to && !from.starts_with('"')
        }
        (Kind::Text | Kind::Dollar, Kind::Text | Kind::Dollar) => {
            from.text == to.text
                || quote::text_value(from.text).is_some_and(|text| quote::text_value(to.text) == Some(text))
        }
        _ => from.text == to.text,
    }
}

/// Whether the expression can follow DEFAULT in a column's definition without parentheses.
pub(super) fn stands_alone(text: &str) -> bool {
    !matches!(parse::parse(text), Some(Node::Operator { .. }) | None)
}

/// Whether the expression is a call of a function, which an index takes without parentheses.
pub(super) fn is_call(text: &str) -> bool {
    let called = lexer::words(text).take(2).last().is_some_and(|token| token.is("(") || token.is("."));
    called && text.ends_with(')') && matches!(parse::parse(text), Some(Node::Call { .. }))
}

/// A literal default without its cast: `'new'::text` is `'new'`.
pub(super) fn bare_literal(text: &str) -> Option<String> {
    let first = lexer::words(text).next()?;
    match parse::parse(text)? {
        Node::Literal(_) if matches!(first.kind, Kind::Text | Kind::Dollar) => Some(first.text.to_string()),
        _ => None,
    }
}

/// The functions that an expression calls, without their namespaces; `None` where it cannot be read.
pub(super) fn functions_in(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut queue = vec![parse::parse(text)?];
    while let Some(node) = queue.pop() {
        match node {
            Node::Literal(_) | Node::Name(_) => {}
            Node::Operator { operands, .. } => queue.extend(operands),
            Node::Call { name, arguments } => {
                found.push(name);
                queue.extend(arguments);
            }
            Node::Cast { value, .. } => queue.push(*value),
            Node::Array(elements) => queue.extend(elements),
            Node::Case { parts } => queue.extend(parts),
        }
    }
    Some(found)
}

/// Whether the expression is a value written down, and not NULL: a literal, perhaps cast, or an array of them.
pub(super) fn is_value(text: &str) -> bool {
    fn is(node: &Node) -> bool {
        match node {
            Node::Literal(_) => !parse::is_null(node),
            Node::Cast { value, .. } => is(value),
            Node::Array(elements) => elements.iter().all(is),
            Node::Operator { name, operands } => name == "-" && operands.len() == 1 && operands.iter().all(is),
            Node::Name(_) | Node::Call { .. } | Node::Case { .. } => false,
        }
    }
    parse::parse(text).is_some_and(|node| is(&node))
}

/// Whether whatever satisfies the one expression satisfies the other, judged by its parts joined with AND.
pub(super) fn includes(whole: &str, part: &str) -> bool {
    let (Some(whole), Some(part)) = (parse::parse(whole), parse::parse(part)) else { return false };
    let parts = match whole {
        Node::Operator { name, operands } if name == "and" => operands,
        other => vec![other],
    };
    parts.iter().any(|candidate| alike(candidate, &part, Place::Value))
}

/// Which of the columns an expression names, each once.
pub(super) fn columns_in<'c>(text: &str, columns: impl Iterator<Item = &'c str> + Clone) -> Vec<&'c str> {
    let tokens: Vec<Token<'_>> = lexer::words(text).collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let called = tokens.get(at + 1).is_some_and(|next| next.is("(") || next.kind == Kind::Text);
        let typed = at > 0 && (tokens[at - 1].is("::") || tokens[at - 1].is_word("as"));
        if !matches!(token.kind, Kind::Word | Kind::Quoted) || called || typed {
            continue;
        }
        let name = quote::fold(token.text);
        let keyword = token.kind == Kind::Word && quote::is_keyword(&name);
        let column = columns.clone().find(|column| *column == name).filter(|_| !keyword);
        found.extend(column.filter(|column| !found.contains(column)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_prints_is_what_was_written() {
        let same_pairs = [
            ("a > 0", "(a > 0)"),
            ("A>0 and B < 5", "((a > 0) AND (b < 5))"),
            ("a > 0 AND b > 0 AND c > 0", "((a > 0) AND (b > 0) AND (c > 0))"),
            ("a > 0 OR b > 0 AND c > 0", "((a > 0) OR ((b > 0) AND (c > 0)))"),
            ("'x'", "'x'::text"),
            ("'x'", "'x'::character varying"),
            ("'it''s'", "E'it\\'s'::text"),
            ("'{}'", "'{}'::jsonb"),
            ("a IN ('x', 'y')", "(a = ANY (ARRAY['x'::text, 'y'::text]))"),
            ("a NOT IN (1, 2)", "(a <> ALL (ARRAY[1, 2]))"),
            ("a IN ('x')", "(a = 'x'::text)"),
            ("a != 1", "(a <> 1)"),
            ("now()", "CURRENT_TIMESTAMP"),
            ("CURRENT_TIMESTAMP", "transaction_timestamp()"),
            ("true", "'true'"),
            ("TRUE", "'t'::boolean"),
            ("-1", "'-1'::integer"),
            ("-1", "(-1)"),
            ("1", "'1'::integer"),
            ("0", "(0)::numeric"),
            ("a > 0", "(a > (0)::numeric)"),
            ("a > 0", "((a) > (0)::double precision)"),
            ("a BETWEEN 1 AND 10", "((a >= 1) AND (a <= 10))"),
            ("a LIKE 'x%'", "(a ~~ 'x%'::text)"),
            ("a NOT ILIKE 'x%'", "(a !~~* 'x%'::text)"),
            ("a IS NOT NULL", "(a IS NOT NULL)"),
            ("a NOTNULL", "(a IS NOT NULL)"),
            ("NOT a", "(NOT a)"),
            ("not (a or b)", "(NOT (a OR b))"),
            ("length(a) > 3", "(length(a) > 3)"),
            ("CAST(a AS int)", "(a)::integer"),
            ("a::int", "(a)::integer"),
            ("nextval('s')", "nextval('s'::regclass)"),
            ("to_tsvector('english', a)", "to_tsvector('english'::regconfig, a)"),
            ("interval '1 day'", "'1 day'::interval"),
            ("now() AT TIME ZONE 'utc'", "timezone('utc'::text, now())"),
            ("now() AT TIME ZONE 'utc'", "(now() AT TIME ZONE 'utc'::text)"),
            ("CASE WHEN a > 0 THEN 'x' ELSE 'y' END", "CASE\n    WHEN (a > 0) THEN 'x'::text\n    ELSE 'y'::text\nEND"),
            ("CASE WHEN a THEN 'x' END", "CASE\n    WHEN a THEN 'x'::text\n    ELSE NULL::text\nEND"),
            ("a || ' ' || b", "((a || ' '::text) || b)"),
            ("a + b * 2", "(a + (b * 2))"),
            ("(a + b) * 2", "((a + b) * 2)"),
            ("coalesce(a, 0)", "COALESCE(a, 0)"),
            ("\"a\" = 1", "(a = 1)"),
            ("data->>'x' = 'y'", "((data ->> 'x'::text) = 'y'::text)"),
            ("a IS DISTINCT FROM b", "(a IS DISTINCT FROM b)"),
            ("lower(\"Name\")", "lower(\"Name\")"),
            ("status = 'a'", "(status = 'a'::mood)"),
            ("VALUE > 0", "(VALUE > 0)"),
            ("ARRAY[1,2]", "ARRAY[1, 2]"),
            ("a[1] = 2", "(a[1] = 2)"),
            ("pg_catalog.now()", "now()"),
            ("left(a, 1)", "\"left\"(a, 1)"),
            ("NULL", "NULL::character varying"),
        ];
        for (written, printed) in same_pairs {
            assert!(same(written, printed), "{written} is not {printed}");
            assert!(same(printed, written), "{printed} is not {written}");
        }
    }

    #[test]
    fn what_may_differ_is_not_the_same() {
        let different = [
            ("a > 0", "a >= 0"),
            ("'x'", "'X'"),
            ("'{}'::json", "'{}'::jsonb"),
            ("'abc'", "'abc'::character varying(2)"),
            ("a / 2", "a / 2::numeric"),
            ("5 / 2", "(5)::numeric / (2)::numeric"),
            ("data -> '0'", "data -> '0'::integer"),
            ("(a)::text = 'x'", "a = 'x'"),
            ("now()", "LOCALTIMESTAMP"),
            ("now()", "clock_timestamp()"),
            ("CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP"),
            ("\"A\" = 1", "a = 1"),
            ("a - b - c", "a - (b - c)"),
            ("a OR b AND c", "(a OR b) AND c"),
            ("NOT a = b", "(NOT a) = b"),
            ("'01'", "1"),
            ("CASE WHEN a THEN 1 END", "CASE WHEN a THEN 1 ELSE 0 END"),
            ("x.f(a)", "f(a)"),
            ("\"user\"", "user"),
            ("'t'", "true"),
            ("a::int", "a::bigint"),
        ];
        for (from, to) in different {
            assert!(!same(from, to), "{from} is taken for {to}");
        }
    }

    #[test]
    fn columns_are_found_and_functions_are_not() {
        let columns = ["a", "lower", "text", "B"];
        let found = |text: &str| columns_in(text, columns.iter().copied());
        assert_eq!(found("lower(a) = 'B' AND A::text <> ''"), ["a"]);
        assert_eq!(found("\"B\" > lower"), ["B", "lower"]);
        assert!(found("now()").is_empty());
    }
}
