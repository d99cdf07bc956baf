use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// What is known of a row, by names of the story's own.
pub type Fields = BTreeMap<String, String>;

/// A statement of an application: `{id}` is the row's key, `{v}` a value that nothing else has.
#[derive(Debug, Clone)]
pub struct Statement {
    pub verb: Verb,
    sql: String,
    /// What a row is afterwards; of a SELECT, what it reads, without a name.
    means: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Insert,
    /// An INSERT that may find its row there.
    Upsert,
    Update,
    Delete,
    Select,
    /// Something about which the model has nothing to say.
    Beside,
}

/// `SQL;  -- field = value, field = value`, `SELECT …;  -- {field}`, `SQL;  -- beside`, over one line or several.
pub fn read(text: &str) -> Result<Vec<Statement>> {
    let (mut statements, mut open) = (Vec::new(), String::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Some((sql, meaning)) = line.rsplit_once(';') else {
            open.push_str(line.trim());
            open.push(' ');
            continue;
        };
        open.push_str(sql.trim());
        let meaning = meaning.trim().trim_start_matches('-').trim();
        statements.push(Statement::read(std::mem::take(&mut open), meaning).with_context(|| line.to_owned())?);
    }
    ensure!(open.is_empty(), "a statement does not end: {open}");
    Ok(statements)
}

impl Statement {
    fn read(sql: String, meaning: &str) -> Result<Statement> {
        let first = sql.split_whitespace().next().unwrap_or_default();
        let verb = match first {
            _ if meaning == "beside" => Verb::Beside,
            "INSERT" if sql.contains("ON CONFLICT") => Verb::Upsert,
            "INSERT" => Verb::Insert,
            "UPDATE" => Verb::Update,
            "DELETE" => Verb::Delete,
            "SELECT" => Verb::Select,
            other => bail!("`{other}` is nothing that an application says here"),
        };
        let means = match verb {
            Verb::Beside | Verb::Delete => Vec::new(),
            Verb::Select => vec![(String::new(), meaning.to_owned())],
            Verb::Insert | Verb::Upsert | Verb::Update => meaning
                .split(", ")
                .filter(|part| !part.is_empty())
                .map(|part| {
                    let (field, value) = part.split_once(" = ").context("a meaning is `FIELD = VALUE`")?;
                    Ok((field.to_owned(), value.to_owned()))
                })
                .collect::<Result<_>>()?,
        };
        ensure!(
            verb != Verb::Select || key(&sql).is_some(),
            "a SELECT ends in `WHERE KEY = {{id}}`, so that all rows can be read by it as well"
        );
        Ok(Statement { verb, sql, means })
    }

    pub fn sql(&self, id: u64, value: u64) -> String {
        self.sql.replace("{id}", &id.to_string()).replace("{v}", &value.to_string())
    }

    /// A SELECT of one row as something to be prepared.
    pub fn prepared(&self) -> String {
        self.sql.replace("{id}", "$1")
    }

    /// Whether a SELECT looks for its row by that column: one that the backfill fills finds it later.
    pub fn finds_by(&self, column: &str) -> bool {
        key(&self.sql) == Some(column)
    }

    /// A SELECT of every row with its key.
    pub fn of_all(&self) -> String {
        let key = key(&self.sql).unwrap_or_default();
        let all = self.sql.replace(&format!(" WHERE {key} = {{id}}"), "");
        all.replacen("SELECT ", &format!("SELECT {key}, "), 1)
    }

    /// Whether no row is another one by it, as far as the story goes.
    pub fn says_nothing(&self) -> bool {
        self.means.is_empty()
    }

    /// The row as it is after this.
    pub fn leaves(&self, id: u64, value: u64, before: &Fields) -> Fields {
        let mut after = before.clone();
        after.extend(self.means.iter().map(|(field, text)| (field.clone(), filled(text, id, value, before))));
        after
    }

    /// What is read of such a row.
    pub fn reads(&self, id: u64, row: &Fields) -> Option<String> {
        self.means.first().map(|(_, text)| filled(text, id, 0, row))
    }
}

/// The column by which a SELECT finds its row.
fn key(sql: &str) -> Option<&str> {
    let (_, condition) = sql.split_once(" WHERE ")?;
    condition.strip_suffix(" = {id}").filter(|key| key.chars().all(char::is_alphanumeric))
}

fn filled(template: &str, id: u64, value: u64, row: &Fields) -> String {
    let own = template.replace("{id}", &id.to_string()).replace("{v}", &value.to_string());
    row.iter().fold(own, |text, (field, value)| text.replace(&format!("{{{field}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_say_what_they_mean() -> Result<()> {
        let code = read(
            "INSERT INTO t (id, a, b)\n  VALUES ({id}, '{v}', 'x');  -- a = {v}, b = x\nSELECT a FROM t WHERE id = {id};  -- {a}{b}\n",
        )?;
        let [insert, select] = code.as_slice() else { bail!("{code:?}") };
        assert_eq!(insert.sql(7, 9), "INSERT INTO t (id, a, b) VALUES (7, '9', 'x')");
        let row = insert.leaves(7, 9, &Fields::new());
        assert_eq!(select.reads(7, &row).as_deref(), Some("9x"));
        assert_eq!(select.of_all(), "SELECT id, a FROM t");
        assert!(read("SELECT a FROM t;  -- {a}").is_err(), "of all rows at once");
        assert!(read("INSERT INTO t VALUES (1)").is_err(), "no end");
        Ok(())
    }
}
