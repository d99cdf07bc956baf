use std::collections::BTreeSet;

use super::Wanted;

/// The words under which code may know what is wanted.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// As in SQL, in small letters.
    pub table: String,
    pub column: Option<String>,
    /// Classes that stand for the table, as they are written.
    pub entities: BTreeSet<String>,
    /// Classes that other classes of the table take their attributes from, or give them to.
    pub relatives: BTreeSet<String>,
    /// What a value of the table, or the table itself, is usually called; in small letters.
    pub variables: BTreeSet<String>,
    /// Attributes that stand for the column.
    pub attributes: BTreeSet<String>,
}

impl Names {
    pub fn of(wanted: &Wanted) -> Self {
        let table = wanted.table.to_lowercase();
        let one = singular(&table);
        let entities = [pascal(&table), pascal(&one)].into_iter().collect();
        let many = format!("{one}s");
        let variables = [table.clone(), camel(&table).to_lowercase(), camel(&one).to_lowercase(), one, many];
        let attributes = wanted.column.iter().flat_map(|column| spellings(column)).collect();
        Names {
            table,
            column: wanted.column.as_ref().map(|column| column.to_lowercase()),
            entities,
            relatives: BTreeSet::new(),
            variables: variables.into_iter().collect(),
            attributes,
        }
    }

    /// One of them is in every file that names what is wanted, and in every model that tells more names.
    pub fn words(&self) -> BTreeSet<String> {
        let known = self.entities.iter().chain(&self.variables).chain(&self.attributes);
        let known: BTreeSet<String> = known.map(|word| word.to_lowercase()).chain([self.table.clone()]).collect();
        // Where a longer one stands, a shorter one that it contains does too.
        let is_shortest = |word: &&String| !known.iter().any(|other| other != *word && word.contains(other.as_str()));
        known.iter().filter(is_shortest).cloned().collect()
    }

    /// A class that stands for the table; one that begins small is a variable.
    pub fn take_entity(&mut self, name: &str) {
        if name.starts_with(|it: char| it.is_uppercase()) {
            self.entities.insert(name.to_string());
        }
        self.variables.extend(called_after(name));
    }

    /// A field that is the column under another name.
    pub fn take_attribute(&mut self, name: &str) {
        if !self.is_attribute(name) {
            self.attributes.extend(spellings(&snake(name)));
            self.attributes.insert(name.to_string());
        }
    }

    /// A class of the table, or one that is called after it: `NewEmail`, `EmailTable`.
    pub fn is_kin(&self, word: &str) -> bool {
        const BEFORE: [&str; 4] = ["New", "Create", "Update", "Insert"];
        const AFTER: [&str; 9] = ["Table", "Row", "Record", "Model", "Entity", "Schema", "Update", "Create", "Insert"];
        self.is_entity(word)
            || BEFORE.iter().any(|before| word.strip_prefix(before).is_some_and(|rest| self.entities.contains(rest)))
            || AFTER.iter().any(|after| word.strip_suffix(after).is_some_and(|rest| self.entities.contains(rest)))
    }

    pub fn is_entity(&self, word: &str) -> bool {
        self.entities.contains(word) || self.relatives.contains(word)
    }

    pub fn is_attribute(&self, word: &str) -> bool {
        self.attributes.contains(word)
    }

    /// Whether a variable of this name probably holds a row of the table: its name is the table's, or ends in it.
    pub fn is_variable(&self, word: &str) -> bool {
        let word = snake(word);
        let word = word.trim_matches('_');
        self.variables
            .iter()
            .any(|name| word == name || word.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('_')))
    }

    pub fn is_table(&self, word: &str) -> bool {
        word.eq_ignore_ascii_case(&self.table)
    }

    pub fn is_column(&self, word: &str) -> bool {
        self.column.as_ref().is_some_and(|column| word.eq_ignore_ascii_case(column))
    }
}

/// As languages and libraries write a column: `sentAt`, `SentAt`, `SENT_AT`, `getSentAt`, `find_by_sent_at`, `whereSentAt`.
fn spellings(column: &str) -> Vec<String> {
    let class = pascal(column);
    let made = ["get", "set", "is", "findBy", "where", "firstWhere", "orderBy"].map(|verb| format!("{verb}{class}"));
    let made = made.into_iter().chain([format!("find_by_{column}"), format!("where_{column}"), column.to_uppercase()]);
    [column.to_string(), camel(column), class.clone()].into_iter().chain(made).collect()
}

/// What a value of the class, and several of them, are usually called.
pub(super) fn called_after(class: &str) -> [String; 2] {
    let one = snake(class);
    let many = format!("{one}s");
    [one, many]
}

/// `email_log` as a class is called.
pub(super) fn pascal(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for part in word.split('_') {
        let mut letters = part.chars();
        if let Some(first) = letters.next() {
            out.extend(first.to_uppercase());
            out.push_str(letters.as_str());
        }
    }
    out
}

/// `email_log` as JavaScript calls it.
fn camel(word: &str) -> String {
    let out = pascal(word);
    let mut letters = out.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => out,
    }
}

/// `emailLog` as SQL calls it.
pub(super) fn snake(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mut small = false;
    for letter in word.chars() {
        if letter.is_uppercase() && small {
            out.push('_');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        out.extend(letter.to_lowercase());
    }
    out
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let es = ["sses", "xes", "ches", "shes"].into_iter().any(|end| word.ends_with(end));
    let stem = if es { word.strip_suffix("es") } else { word.strip_suffix('s').filter(|stem| !stem.ends_with('s')) };
    stem.filter(|stem| stem.len() > 1).unwrap_or(word).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled_as_each_language_does() {
        assert_eq!(
            (pascal("email_log"), camel("archived_at"), snake("emailLog")),
            ("EmailLog".into(), "archivedAt".into(), "email_log".into())
        );
        let singulars = [
            ("emails", "email"),
            ("categories", "category"),
            ("boxes", "box"),
            ("address", "address"),
            ("news", "new"),
        ];
        for (many, one) in singulars {
            assert_eq!(singular(many), one);
        }
    }

    #[test]
    fn a_variable_is_called_like_its_table() {
        let names = Names::of(&Wanted { table: "email_logs".into(), column: None });
        assert!(
            ["email_log", "email_logs", "new_email_log", "emailLog", "lastEmailLog"]
                .into_iter()
                .all(|it| names.is_variable(it))
        );
        assert!(!names.is_variable("log") && !names.is_variable("remail_log") && !names.is_variable("email"));
    }
}
