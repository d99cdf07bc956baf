use std::str::FromStr;

use tokio_postgres::SimpleQueryRow;
use whimbrel_run::{DriverError, DriverErrorKind};

pub type Oid = u32;
type Result<T> = std::result::Result<T, DriverError>;

/// One row of a catalogue query, read from left to right.
pub struct Fields<'a> {
    row: &'a SimpleQueryRow,
    at: usize,
}

impl<'a> Fields<'a> {
    pub fn of(row: &'a SimpleQueryRow) -> Self {
        Fields { row, at: 0 }
    }

    pub fn optional(&mut self) -> Result<Option<&'a str>> {
        let value = self.row.try_get(self.at).map_err(|_| self.unexpected("one column more"))?;
        self.at += 1;
        Ok(value)
    }

    pub fn text(&mut self) -> Result<&'a str> {
        self.optional()?.ok_or_else(|| self.unexpected("a value"))
    }

    pub fn string(&mut self) -> Result<String> {
        self.text().map(str::to_string)
    }

    pub fn number<T: FromStr>(&mut self) -> Result<T> {
        self.text()?.parse().map_err(|_| self.unexpected("a number"))
    }

    /// Zero is how the catalogue says that there is none.
    pub fn oid(&mut self) -> Result<Option<Oid>> {
        match self.optional()? {
            Some(text) => {
                let oid: Oid = text.parse().map_err(|_| self.unexpected("a number"))?;
                Ok(Some(oid).filter(|oid| *oid != 0))
            }
            None => Ok(None),
        }
    }

    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.text()? == "t")
    }

    /// A value of the catalogue's one-byte type.
    pub fn letter(&mut self) -> Result<char> {
        Ok(self.text()?.chars().next().unwrap_or(' '))
    }

    /// `1 2 3` as well as `{1,2,3}`; nothing is empty.
    pub fn numbers<T: FromStr>(&mut self) -> Result<Vec<T>> {
        let text = self.optional()?.unwrap_or_default();
        text.trim_matches(['{', '}'])
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().map_err(|_| self.unexpected("numbers")))
            .collect()
    }

    /// An array of texts, NULL among them; nothing is empty.
    pub fn list(&mut self) -> Result<Vec<Option<String>>> {
        Ok(self.optional()?.map(array).unwrap_or_default())
    }

    fn unexpected(&self, wanted: &str) -> DriverError {
        let columns: Vec<&str> = self.row.columns().iter().map(|column| column.name()).collect();
        let message = format!("the catalogue gave no {wanted} in column {} of {}", self.at, columns.join(", "));
        DriverError::new(DriverErrorKind::Unsupported, message)
    }
}

/// `{a,"b,c",NULL}`.
fn array(text: &str) -> Vec<Option<String>> {
    let mut items = Vec::new();
    let mut rest = text.strip_prefix('{').unwrap_or(text);
    while !rest.is_empty() && !rest.starts_with('}') {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut item = String::new();
            let mut characters = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, character)) = characters.next() {
                match character {
                    '\\' => item.extend(characters.next().map(|(_, escaped)| escaped)),
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    other => item.push(other),
                }
            }
            items.push(Some(item));
            rest = &quoted[end..];
        } else {
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            items.push(Some(rest[..end].to_string()).filter(|item| item != "NULL"));
            rest = &rest[end..];
        }
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    items
}

/// `fillfactor=70` as a pair.
pub fn options(list: Vec<Option<String>>) -> impl Iterator<Item = (String, String)> {
    list.into_iter().flatten().map(|option| match option.split_once('=') {
        Some((name, value)) => (name.to_string(), value.to_string()),
        None => (option, String::new()),
    })
}

/// The text without the parentheses around all of it, if there are any: the catalogue prints operators in them.
pub fn without_parentheses(text: &str) -> &str {
    let inner = without_pair(text);
    if inner.len() == text.len() { text } else { without_parentheses(inner) }
}

fn without_pair(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else {
        return text;
    };
    let mut depth = 0_usize;
    let mut quote = None;
    for byte in inner.bytes() {
        match (quote, byte) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return text,
            (None, b')') => depth -= 1,
            (None, _) => {}
        }
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_read_with_quotes_and_nulls() {
        let expected = ["a", "b,\"c\"", "", "NULL"].map(|item| Some(item.to_string()));
        assert_eq!(array(r#"{a,"b,\"c\"","","NULL"}"#), expected);
        assert_eq!(array("{a,NULL}"), [Some("a".to_string()), None]);
        assert_eq!(array("{}"), []);
    }

    #[test]
    fn only_the_pair_around_everything_goes() {
        assert_eq!(without_parentheses("(a > (0)::numeric)"), "a > (0)::numeric");
        assert_eq!(without_parentheses("(a) OR (b)"), "(a) OR (b)");
        assert_eq!(without_parentheses("(a = ')'::text)"), "a = ')'::text");
        assert_eq!(without_parentheses("lower(a)"), "lower(a)");
        assert_eq!(without_parentheses("((a + 1))"), "a + 1");
    }
}
