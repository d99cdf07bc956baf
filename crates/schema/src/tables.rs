use std::collections::HashMap;
use std::collections::btree_map::{self, BTreeMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ObjectName, Table};

/// The tables of a schema in the order of their names, each of which is also found by another spelling of its name,
/// as SQLite finds it.
///
/// Copies share their tables until one of them changes a table: planning keeps several schemas that differ in a few of
/// their thousands.
#[derive(Clone, Default)]
pub struct Tables {
    by_name: BTreeMap<ObjectName, Arc<Table>>,
    /// The name that goes with a spelling in lower case: made when it is first asked for, and kept true after that, so
    /// that a table that is not there costs no walk over those that are.
    spellings: OnceLock<HashMap<Spelling, ObjectName>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Spelling(Option<String>, String);

impl Spelling {
    fn of(name: &ObjectName) -> Self {
        Spelling(name.namespace.as_deref().map(str::to_ascii_lowercase), name.name.to_ascii_lowercase())
    }
}

impl Tables {
    /// The name under which the table stands, if it does so in this spelling or another.
    pub fn spelled(&self, name: &ObjectName) -> Option<&ObjectName> {
        let spellings =
            self.spellings.get_or_init(|| self.by_name.keys().map(|it| (Spelling::of(it), it.clone())).collect());
        spellings.get(&Spelling::of(name))
    }

    /// Whether both have the very same table under that name: a quick yes, and no more than "perhaps not" otherwise.
    pub fn share(&self, other: &Tables, name: &ObjectName) -> bool {
        match (self.by_name.get(name), other.by_name.get(name)) {
            (Some(own), Some(others)) => Arc::ptr_eq(own, others),
            (None, _) | (_, None) => false,
        }
    }

    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub fn contains_key(&self, name: &ObjectName) -> bool {
        self.by_name.contains_key(name)
    }

    pub fn get(&self, name: &ObjectName) -> Option<&Table> {
        self.by_name.get(name).map(Arc::as_ref)
    }

    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.by_name.get_mut(name).map(Arc::make_mut)
    }

    pub fn insert(&mut self, name: ObjectName, table: Table) -> Option<Table> {
        if let Some(spellings) = self.spellings.get_mut() {
            spellings.insert(Spelling::of(&name), name.clone());
        }
        self.by_name.insert(name, Arc::new(table)).map(Arc::unwrap_or_clone)
    }

    pub fn remove(&mut self, name: &ObjectName) -> Option<Table> {
        if self.by_name.contains_key(name) {
            self.forget(name);
        }
        self.by_name.remove(name).map(Arc::unwrap_or_clone)
    }

    /// Where two spellings of one name are two tables, the other one is found when it is next asked for.
    fn forget(&mut self, name: &ObjectName) {
        let Some(spellings) = self.spellings.get_mut() else { return };
        if spellings.len() == self.by_name.len() {
            spellings.remove(&Spelling::of(name));
        } else {
            self.spellings.take();
        }
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&ObjectName, &Table) -> bool) {
        self.spellings.take();
        self.by_name.retain(|name, table| keep(name, table));
    }

    pub fn keys(&self) -> btree_map::Keys<'_, ObjectName, Arc<Table>> {
        self.by_name.keys()
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Table> + Clone {
        self.by_name.values().map(Arc::as_ref)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ObjectName, &Table)> + Clone {
        self.by_name.iter().map(|(name, table)| (name, table.as_ref()))
    }

    /// The tables from that name on.
    pub fn starting_at<'a>(&'a self, first: &ObjectName) -> impl Iterator<Item = &'a Table> + use<'a> {
        self.by_name.range(first..).map(|(_, table)| table.as_ref())
    }

    /// Every table as this schema's own. Who changes few of them asks for those by their names.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.by_name.values_mut().map(Arc::make_mut)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&ObjectName, &mut Table)> {
        self.by_name.iter_mut().map(|(name, table)| (name, Arc::make_mut(table)))
    }

    pub fn into_values(self) -> impl Iterator<Item = Table> {
        self.by_name.into_values().map(Arc::unwrap_or_clone)
    }

    /// Changes those that `wanted` picks, and leaves the others shared.
    pub fn change(&mut self, wanted: impl Fn(&Table) -> bool, mut change: impl FnMut(&mut Table)) {
        for table in self.by_name.values_mut().filter(|table| wanted(table)) {
            change(Arc::make_mut(table));
        }
    }
}

impl FromIterator<(ObjectName, Table)> for Tables {
    fn from_iter<I: IntoIterator<Item = (ObjectName, Table)>>(tables: I) -> Self {
        let by_name = tables.into_iter().map(|(name, table)| (name, Arc::new(table))).collect();
        Tables { by_name, spellings: OnceLock::new() }
    }
}

impl PartialEq for Tables {
    fn eq(&self, other: &Self) -> bool {
        self.by_name == other.by_name
    }
}

impl Eq for Tables {}

impl Hash for Tables {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.by_name.hash(state);
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.by_name.fmt(f)
    }
}

/// As a plain list: the names are within the tables.
impl Serialize for Tables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values())
    }
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tables = Vec::<Table>::deserialize(deserializer)?;
        Ok(tables.into_iter().map(|table| (table.name.clone(), table)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(names: &[&str]) -> Tables {
        names.iter().map(|name| (ObjectName::from(*name), Table::new(*name))).collect()
    }

    #[test]
    fn a_table_is_found_by_any_spelling_while_tables_come_and_go() {
        let mut tables = tables(&["Email", "user"]);
        let spelled = |tables: &Tables, name: &str| tables.spelled(&name.into()).map(ToString::to_string);
        assert_eq!(spelled(&tables, "EMAIL").as_deref(), Some("Email"));
        assert_eq!(spelled(&tables, "post"), None);
        tables.insert("Post".into(), Table::new("Post"));
        assert_eq!(spelled(&tables, "post").as_deref(), Some("Post"));
        assert!(tables.remove(&"Email".into()).is_some());
        assert_eq!(spelled(&tables, "email"), None);
        tables.retain(|name, _| name.name != "user");
        assert_eq!(spelled(&tables, "user"), None);
        assert_eq!(spelled(&tables, "POST").as_deref(), Some("Post"));
    }

    #[test]
    fn of_two_spellings_that_are_two_tables_the_one_that_stays_is_found() {
        let mut tables = tables(&["A", "a"]);
        assert!(tables.spelled(&"a".into()).is_some());
        assert!(tables.remove(&"a".into()).is_some());
        assert_eq!(tables.spelled(&"a".into()), Some(&"A".into()));
    }

    #[test]
    fn copies_share_a_table_until_one_of_them_changes_it() {
        let mut copy = tables(&["email", "user"]);
        let first = copy.clone();
        copy.get_mut(&"user".into()).unwrap().comment = Some("changed".to_string());
        assert!(copy.share(&first, &"email".into()) && !copy.share(&first, &"user".into()));
        assert_eq!(first.get(&"user".into()).unwrap().comment, None);
        copy.change(|table| table.comment.is_some(), |table| table.comment = None);
        assert!(copy == first && copy.share(&first, &"email".into()));
    }
}
