//! `__table_args__`, and the schema that it names.

use std::rc::Rc;

use super::Mapper;
use super::draft::TableDraft;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::value::{Kind, Value};

impl<'i, 'a> Mapper<'i, 'a> {
    /// `__table_args__`: a tuple, a dictionary, or a tuple that ends in one.
    pub(super) fn table_arguments(&self, class: &Rc<Class<'a>>, draft: &mut TableDraft<'a>) {
        let found = Class::line(class).find_map(|owner| {
            let value = owner.own("__table_args__")?;
            let parents = !Rc::ptr_eq(&owner, class) && self.by_class.contains_key(&Rc::as_ptr(&owner));
            let declared =
                matches!(&value, Value::Function(function) if matches!(function.kind.get(), Kind::Declared { .. }));
            (!parents || declared).then_some(value)
        });
        let Some(value) = found else { return };
        let value = match &value {
            Value::Function(function) => self.interpreter.invoke_for(function, class),
            value => value.clone(),
        };
        let undecided =
            |value: &Value<'a>| Trouble::undecided(value, &format!("`__table_args__` of `{}`", class.name), class.span);
        let keywords = |value: &Value<'a>, draft: &mut TableDraft<'a>| {
            let Value::Dict(dict) = value else { return false };
            let dict = dict.borrow();
            for (key, value) in dict.entries() {
                match key.as_text() {
                    Some(key) => draft.keywords.push((self.interpreter.arena.name(&key), value.clone())),
                    None => draft.troubles.push(undecided(key)),
                }
            }
            if let Some(open) = &dict.open {
                draft.troubles.push(undecided(&Value::Unknown(open.clone())));
            }
            true
        };
        match &value {
            Value::None => {}
            Value::Dict(_) => {
                keywords(&value, draft);
            }
            Value::Tuple(parts) => {
                let (last, parts) = match parts.split_last() {
                    Some((last @ Value::Dict(_), rest)) => (Some(last), rest),
                    _ => (None, &parts[..]),
                };
                draft.arguments.extend(parts.iter().cloned());
                if let Some(last) = last {
                    keywords(last, draft);
                }
            }
            value => draft.troubles.push(undecided(value)),
        }
        self.schema_keyword(draft);
    }

    pub(super) fn schema_keyword(&self, draft: &mut TableDraft<'a>) {
        let schema = draft.keywords.iter().rev().find(|(name, _)| *name == "schema").map(|(_, value)| value.clone());
        match schema {
            None => {}
            Some(Value::None) => draft.namespace = None,
            Some(Value::External(path)) if path.ends_with("BLANK_SCHEMA") => draft.namespace = None,
            Some(value) => match value.as_text() {
                Some(text) => draft.namespace = Some(text.to_string()),
                None => draft
                    .troubles
                    .push(Trouble::undecided(&value, "the table's schema", draft.span).touching(Touches::Namespace)),
            },
        }
    }
}
