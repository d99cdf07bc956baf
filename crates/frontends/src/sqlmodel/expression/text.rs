//! Literals, and SQL that was written as text.

/// `text()` with its escapes undone; `None` where it has a parameter.
pub(super) fn text_without_parameters(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut result = String::with_capacity(text.len());
    let word = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_');
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '\\' if letters.get(at + 1) == Some(&':') => {
                result.push(':');
                at += 2;
                continue;
            }
            ':' if word(letters.get(at + 1)) => {
                let before = at.checked_sub(1).and_then(|before| letters.get(before));
                let glued = before.is_some_and(|letter| *letter == ':' || *letter == '\\') || word(before);
                let mut end = at + 1;
                while word(letters.get(end)) {
                    end += 1;
                }
                if !glued && letters.get(end) != Some(&':') {
                    return None;
                }
            }
            _ => {}
        }
        result.push(letters[at]);
        at += 1;
    }
    Some(result)
}

pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(super) fn float(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.1}") } else { format!("{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_are_parameters() {
        assert_eq!(text_without_parameters("'a'::text").unwrap(), "'a'::text");
        assert_eq!(text_without_parameters(r"x \:y '12:30'").unwrap(), "x :y '12:30'");
        assert_eq!(text_without_parameters("a = :b"), None);
    }
}
