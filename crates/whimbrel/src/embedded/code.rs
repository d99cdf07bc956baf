use std::path::Path;

use whimbrel_run::apply::{Code, Dropped, Place, Whose};

/// The code gate of a binary that has neither sources nor git with it: nothing can be searched, so nothing is known but
/// what somebody gives their word for, name by name.
#[derive(Debug)]
pub(super) struct Word {
    /// `email.subject`, and why no running code names it.
    pub unused: Vec<(String, String)>,
}

impl Word {
    fn given_for(&self, dropped: &Dropped) -> Option<&str> {
        let named = |name: &str| name == dropped.to_string() || name == dropped.table.name;
        self.unused.iter().find(|(name, _)| named(name)).map(|(_, reason)| reason.as_str())
    }
}

impl Code for Word {
    fn places(&self, _: Whose<'_>, dropped: &[Dropped]) -> Result<Vec<Place>, String> {
        let open: Vec<String> = dropped
            .iter()
            .filter(|dropped| self.given_for(dropped).is_none())
            .map(|dropped| format!("`{dropped}`"))
            .collect();
        match open.first() {
            None => Ok(Vec::new()),
            Some(first) => Err(format!(
                "a binary has no sources to search for {} (`whimbrel refs` searches them; then \
                 Options::unused(\"{}\", \"reason\"))",
                open.join(", "),
                first.trim_matches('`')
            )),
        }
    }

    fn has(&self, _: &str, _: &Path) -> Result<bool, String> {
        Err("a binary has no history of its sources (Options::contract_now(\"reason\") goes through)".to_string())
    }

    fn word(&self, dropped: &[Dropped]) -> Option<String> {
        let given = dropped.iter().filter_map(|it| Some(format!("no code names `{it}`: {}", self.given_for(it)?)));
        let given: Vec<String> = given.collect();
        (!given.is_empty()).then(|| given.join("; "))
    }
}
