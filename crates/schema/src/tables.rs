use std::collections::HashMap;
use std::collections::btree_map::{self, BTreeMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ObjectName, Table};

/// The tables of a schema in the order of their names, each of which is also found by another spelling of its name,
/// as SQLite finds it.
#[derive(Clone, Default)]
pub struct Tables {
    by_name: BTreeMap<ObjectName, Table>,
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

    pub fn insert(&mut self, name: ObjectName, table: Table) -> Option<Table> {
        if let Some(spellings) = self.spellings.get_mut() {
            spellings.insert(Spelling::of(&name), name.clone());
        }
        self.by_name.insert(name, table)
    }

    pub fn remove(&mut self, name: &ObjectName) -> Option<Table> {
        if self.by_name.contains_key(name) {
            self.forget(name);
        }
        self.by_name.remove(name)
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

    pub fn get_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.by_name.get_mut(name)
    }

    pub fn values_mut(&mut self) -> btree_map::ValuesMut<'_, ObjectName, Table> {
        self.by_name.values_mut()
    }

    pub fn iter_mut(&mut self) -> btree_map::IterMut<'_, ObjectName, Table> {
        self.by_name.iter_mut()
    }

    pub fn retain(&mut self, keep: impl FnMut(&ObjectName, &mut Table) -> bool) {
        self.spellings.take();
        self.by_name.retain(keep);
    }

    pub fn into_values(self) -> btree_map::IntoValues<ObjectName, Table> {
        self.by_name.into_values()
    }
}

impl Deref for Tables {
    type Target = BTreeMap<ObjectName, Table>;

    fn deref(&self) -> &Self::Target {
        &self.by_name
    }
}

impl FromIterator<(ObjectName, Table)> for Tables {
    fn from_iter<I: IntoIterator<Item = (ObjectName, Table)>>(tables: I) -> Self {
        Tables { by_name: tables.into_iter().collect(), spellings: OnceLock::new() }
    }
}

impl<'a> IntoIterator for &'a Tables {
    type Item = (&'a ObjectName, &'a Table);
    type IntoIter = btree_map::Iter<'a, ObjectName, Table>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_name.iter()
    }
}

impl<'a> IntoIterator for &'a mut Tables {
    type Item = (&'a ObjectName, &'a mut Table);
    type IntoIter = btree_map::IterMut<'a, ObjectName, Table>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_name.iter_mut()
    }
}

impl IntoIterator for Tables {
    type Item = (ObjectName, Table);
    type IntoIter = btree_map::IntoIter<ObjectName, Table>;

    fn into_iter(self) -> Self::IntoIter {
        self.by_name.into_iter()
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
        serializer.collect_seq(self.by_name.values())
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
}
