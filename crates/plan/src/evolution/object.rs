use whimbrel_schema::{Domain, EnumType, Object, Pair};

use super::middle::Middle;

/// Old code may use it until the contract.
pub(super) fn drop(middle: &mut Middle<'_>, object: &Object) {
    middle.schema.insert_object(object.clone());
}

pub(super) fn alter(middle: &mut Middle<'_>, object: &Pair<Object>) {
    let between = match (&object.from, &object.to) {
        (Object::View(from), Object::View(_)) if middle.mentions_dropped(from.query.text()) => object.from.clone(),
        (Object::Enum(from), Object::Enum(to)) => Object::Enum(of_both(Pair::new(from, to))),
        (Object::Domain(from), Object::Domain(to)) if is_tightened(Pair::new(from, to)) => object.from.clone(),
        (
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Opaque(_),
            _,
        ) => return,
    };
    middle.schema.insert_object(between);
}

/// The values of both, where the order of those that stay lets that be: what goes is written by old code until then.
fn of_both(values: Pair<&EnumType>) -> EnumType {
    let Pair { from, to } = values;
    let stay = |values: &[String], others: &[String]| -> Vec<String> {
        values.iter().filter(|value| others.contains(value)).cloned().collect()
    };
    if stay(&from.values, &to.values) != stay(&to.values, &from.values) {
        return to.clone();
    }
    let mut both = to.values.clone();
    let mut after = 0;
    for value in &from.values {
        match both.iter().position(|other| other == value) {
            Some(at) => after = at + 1,
            None => {
                both.insert(after, value.clone());
                after += 1;
            }
        }
    }
    EnumType { values: both, ..to.clone() }
}

fn is_tightened(domains: Pair<&Domain>) -> bool {
    let Pair { from, to } = domains;
    (from.nullable && !to.nullable) || to.checks.iter().any(|check| !from.checks.contains(check))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(from: &[&str], to: &[&str]) -> Vec<String> {
        let of = |values: &[&str]| EnumType {
            name: "mood".into(),
            values: values.iter().map(ToString::to_string).collect(),
            comment: None,
        };
        of_both(Pair::new(&of(from), &of(to))).values
    }

    #[test]
    fn an_enum_between_two_has_the_values_of_both() {
        assert_eq!(both(&["a", "b", "c"], &["a", "x", "c"]), ["a", "b", "x", "c"]);
        assert_eq!(both(&["a"], &["a", "b"]), ["a", "b"]);
        assert_eq!(both(&["a", "b"], &["b", "a"]), ["b", "a"]);
        assert_eq!(both(&["a", "b"], &["c"]), ["a", "b", "c"]);
    }
}
