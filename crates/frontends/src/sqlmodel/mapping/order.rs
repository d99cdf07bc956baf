//! The order in which SQLAlchemy looks at a class's attributes, which becomes the order of columns.

use rustc_hash::FxHashSet;

/// A class's own attributes and its annotations as one list: each is followed up to a name that both have, then the
/// other goes on.
pub fn merged<'n>(attributes: &[&'n str], annotations: &[&'n str]) -> Vec<&'n str> {
    let known: FxHashSet<&str> = attributes.iter().copied().collect();
    let mut shared: FxHashSet<&str> = annotations.iter().copied().filter(|name| known.contains(name)).collect();
    let mut result = Vec::with_capacity(attributes.len() + annotations.len());
    let mut current = attributes.iter();
    let mut other = annotations.iter();
    'switch: loop {
        while let Some(name) = current.next() {
            if shared.remove(name) {
                // The name itself comes when the other list reaches it.
                std::mem::swap(&mut current, &mut other);
                continue 'switch;
            }
            result.push(*name);
        }
        result.extend(other);
        return result;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_followed_in_turn() {
        let attributes = ["__tablename__", "id", "x", "created_at"];
        let annotations = ["id", "name", "data", "y", "created_at"];
        let expected = ["__tablename__", "id", "name", "data", "y", "x", "created_at"];
        assert_eq!(merged(&attributes, &annotations), expected);
        assert_eq!(merged(&["a"], &[]), ["a"]);
        assert_eq!(merged(&[], &["b"]), ["b"]);
    }
}
