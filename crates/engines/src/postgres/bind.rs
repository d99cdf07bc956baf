use whimbrel_run::Value;

/// The statement with its `$1`, `$2`, … written out as literals.
///
/// This way one message asks and every value comes back as the text that the server prints, which the extended
/// protocol's binary answers would not; a connection pooler in between sees nothing unusual.
pub fn bind(statement: &str, parameters: &[Value<'_>]) -> String {
    let mut bound = String::with_capacity(statement.len() + 32 * parameters.len());
    let mut rest = statement;
    while let Some(at) = rest.find(['$', '\'', '"', '-', '/']) {
        bound.push_str(&rest[..at]);
        rest = &rest[at..];
        let escapes = rest.starts_with('\'') && ends_in_escape_prefix(&bound);
        let length = match parameter(rest) {
            Some((number, length)) => match number.checked_sub(1).and_then(|index| parameters.get(index)) {
                Some(value) => {
                    push_literal(&mut bound, value);
                    rest = &rest[length..];
                    continue;
                }
                None => length,
            },
            None => opaque_length(rest, escapes),
        };
        bound.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    bound.push_str(rest);
    bound
}

fn parameter(text: &str) -> Option<(usize, usize)> {
    let digits = text.strip_prefix('$')?;
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    Some((digits[..length].parse().ok()?, length + 1))
}

fn push_literal(bound: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => bound.push_str("NULL"),
        // In parentheses, lest a minus before the parameter and the number's own become a comment.
        Value::Integer(number) => bound.push_str(&format!("({number})")),
        Value::Text(text) => bound.push_str(&literal(text)),
    }
}

/// A text as a literal that means the same whatever `standard_conforming_strings` is.
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') { format!(" E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn ends_in_escape_prefix(before: &str) -> bool {
    let mut characters = before.chars().rev();
    matches!(characters.next(), Some('e' | 'E'))
        && !characters.next().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// How long the string, quoted name or comment is that begins here; one byte for anything else.
pub(super) fn opaque_length(text: &str, escapes: bool) -> usize {
    let to_end = |found: Option<usize>| found.unwrap_or(text.len());
    match text.as_bytes() {
        [b'\'', ..] if escapes => {
            let mut bytes = text.bytes().enumerate().skip(1);
            while let Some((at, byte)) = bytes.next() {
                match byte {
                    b'\\' => drop(bytes.next()),
                    b'\'' => return at + 1,
                    _ => {}
                }
            }
            text.len()
        }
        [b'\'', ..] => to_end(text[1..].find('\'').map(|at| at + 2)),
        [b'"', ..] => to_end(text[1..].find('"').map(|at| at + 2)),
        [b'-', b'-', ..] => to_end(text.find('\n')),
        [b'/', b'*', ..] => {
            let mut depth = 0_usize;
            let mut at = 0;
            loop {
                match &text.as_bytes()[at..] {
                    [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
                    [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
                    [_, ..] => at += 1,
                    [] => return text.len(),
                }
                if depth == 0 {
                    return at;
                }
            }
        }
        [b'$', ..] => {
            let tag = text[1..].find('$').map(|at| &text[..at + 2]);
            let tag = tag.filter(|tag| tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_'));
            tag.map_or(1, |tag| to_end(text[tag.len()..].find(tag).map(|at| at + 2 * tag.len())))
        }
        _ => 1,
    }
}

/// The text with `qualifier.` taken away wherever it stands before a name.
pub fn without_qualifier(text: &str, qualifier: &str) -> String {
    let (plain, quoted) = (format!("{qualifier}."), format!("{}.", identifier(qualifier)));
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let within = kept.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '.' || c == '"');
        let found = [&plain, &quoted].into_iter().find(|prefix| !within && rest.starts_with(prefix.as_str()));
        if let Some(prefix) = found {
            rest = &rest[prefix.len()..];
            continue;
        }
        let escapes = first == '\'' && ends_in_escape_prefix(&kept);
        let length = if first.is_ascii() { opaque_length(rest, escapes) } else { first.len_utf8() };
        kept.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qualifier_goes_only_where_it_is_one() {
        let text =
            "CREATE TRIGGER t ON public.a WHEN ('public.b' <> $$public.c$$) x.public.y \"public\".d republic.e é";
        let expected = "CREATE TRIGGER t ON a WHEN ('public.b' <> $$public.c$$) x.public.y d republic.e é";
        assert_eq!(without_qualifier(text, "public"), expected);
    }

    #[test]
    fn parameters_become_literals_and_what_only_looks_like_one_stays() {
        let cases = [
            ("SELECT $1, $2", "SELECT 'it''s', (-7)"),
            ("SELECT -$2, '$1', \"$1\", e'\\'$1', $1", "SELECT -(-7), '$1', \"$1\", e'\\'$1', 'it''s'"),
            ("SELECT $$ $1 $$, $a$ $1 $a$, $3 -- $1", "SELECT $$ $1 $$, $a$ $1 $a$, NULL -- $1"),
            ("/* $1 /* $1 */ $1 */ SELECT $4, $9", "/* $1 /* $1 */ $1 */ SELECT  E'a\\\\b', $9"),
            ("SELECT 'open $1", "SELECT 'open $1"),
            ("SELECT 1-$2/2", "SELECT 1-(-7)/2"),
        ];
        let parameters = [Value::Text("it's"), Value::Integer(-7), Value::Null, Value::Text("a\\b")];
        for (statement, expected) in cases {
            assert_eq!(bind(statement, &parameters), expected, "{statement}");
        }
    }
}
