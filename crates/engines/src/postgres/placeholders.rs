use super::bind::opaque_length;

/// A query with the placeholders of its driver as PostgreSQL's own, and how many there are: `$1` as it is, `%s` and
/// `%(name)s` of psycopg, `:name` of SQLAlchemy, `?` where no operator can stand.
pub(super) fn numbered(query: &str) -> (String, usize) {
    let (mut text, mut names, mut most) = (String::with_capacity(query.len()), Vec::new(), 0_usize);
    let mut rest = query;
    while let Some(at) = rest.find(['$', '\'', '"', '-', '/', '%', ':', '?']) {
        let (before, found) = rest.split_at(at);
        text.push_str(before);
        let taken = match found.as_bytes() {
            [b'%', b'%', ..] => {
                text.push('%');
                2
            }
            [b'%', ..] => match formatted(found) {
                Some((name, length)) => {
                    most += 1;
                    number(&mut text, &mut names, name.unwrap_or_else(|| format!("%{most}")));
                    length
                }
                None => keep(&mut text, found, 1),
            },
            [b':', b':', ..] => keep(&mut text, found, 2),
            [b':', ..] => match named(found) {
                Some(name) => {
                    let length = name.len() + 1;
                    number(&mut text, &mut names, name.to_string());
                    length
                }
                None => keep(&mut text, found, 1),
            },
            [b'?', ..] if wants_value(&text) => {
                most += 1;
                number(&mut text, &mut names, format!("?{most}"));
                1
            }
            [b'?', ..] => keep(&mut text, found, 1),
            [b'$', digit, ..] if digit.is_ascii_digit() => {
                let digits: String = found[1..].chars().take_while(char::is_ascii_digit).collect();
                let length = digits.len() + 1;
                while names.len() < digits.parse().unwrap_or(0) {
                    names.push(format!("${}", names.len() + 1));
                }
                keep(&mut text, found, length)
            }
            _ => {
                let escapes = text.ends_with(['e', 'E']);
                keep(&mut text, found, opaque_length(found, escapes))
            }
        };
        rest = found.get(taken..).unwrap_or_default();
    }
    text.push_str(rest);
    (text, names.len())
}

fn keep(text: &mut String, found: &str, length: usize) -> usize {
    text.push_str(found.get(..length).unwrap_or(found));
    length
}

/// One name has one number, wherever it stands.
fn number(text: &mut String, names: &mut Vec<String>, name: String) {
    let at = names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    });
    text.push_str(&format!("${}", at + 1));
}

/// `%s` or `%(name)s`: its name, where it has one, and its length.
fn formatted(text: &str) -> Option<(Option<String>, usize)> {
    if let Some(rest) = text.strip_prefix("%s") {
        return (!rest.starts_with(|next: char| next.is_alphanumeric())).then_some((None, 2));
    }
    let name = text.strip_prefix("%(")?;
    let end = name.find(")s")?;
    Some((name.get(..end).map(str::to_string), end + 4))
}

fn named(text: &str) -> Option<&str> {
    let name = text.get(1..)?;
    let end = name.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(name.len());
    name.get(..end).filter(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

/// Whether a value may come here, and no operator.
fn wants_value(before: &str) -> bool {
    const WORDS: [&str; 14] = [
        "like", "ilike", "limit", "offset", "and", "or", "between", "select", "when", "then", "else", "not", "in",
        "any",
    ];
    let before = before.trim_end();
    let word = before.rsplit(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap_or_default();
    before.ends_with(['=', '<', '>', '(', ',', '+', '-', '*', '/']) || WORDS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_every_driver_are_numbered() {
        let cases = [
            ("SELECT $2::int, $1", "SELECT $2::int, $1", 2),
            (
                "SELECT a FROM t WHERE b = %s AND c LIKE '100%%' AND d = %(x)s",
                "SELECT a FROM t WHERE b = $1 AND c LIKE '100%%' AND d = $2",
                2,
            ),
            (
                "SELECT a::text FROM t WHERE b = :b AND c = :c OR d = :b",
                "SELECT a::text FROM t WHERE b = $1 AND c = $2 OR d = $1",
                2,
            ),
            (
                "SELECT a[1:2] FROM t WHERE b = ? AND data ? 'x' LIMIT ?",
                "SELECT a[1:2] FROM t WHERE b = $1 AND data ? 'x' LIMIT $2",
                2,
            ),
            ("SELECT ':x', \"a:b\" -- :y\nFROM t", "SELECT ':x', \"a:b\" -- :y\nFROM t", 0),
            ("SELECT a % 2 FROM t", "SELECT a % 2 FROM t", 0),
        ];
        for (query, expected, count) in cases {
            assert_eq!(numbered(query), (expected.to_string(), count), "{query}");
        }
    }
}
