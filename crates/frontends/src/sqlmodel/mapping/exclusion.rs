//! `ExcludeConstraint`.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::constraint::Parts;
use crate::sqlmodel::model::{ExclusionElementModel, ExclusionModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::Reading;
use crate::sqlmodel::value::Call;

impl<'p, 's, 'i, 'a> Parts<'p, 's, 'i, 'a> {
    pub(super) fn exclusion(&mut self, call: &Rc<Call<'a>>) {
        let span = call.span;
        let reading = Reading { arguments: &call.arguments, span };
        let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, usize::MAX, span);
        let mut elements = Vec::new();
        for pair in &call.arguments.positional {
            let parts = pair.elements().unwrap_or_default();
            let [target, operator] = parts.as_slice() else {
                return self.tell(Trouble::undecided(pair, "a part of the exclusion constraint", span));
            };
            let Some(operator) = operator.as_text() else {
                return self.tell(Trouble::undecided(operator, "an operator", span));
            };
            let mut classes = call.arguments.clone();
            classes.keywords.retain(|(name, _)| *name != "postgresql_ops");
            if let Some(ops) = call.arguments.keyword("ops") {
                classes.keywords.push(("postgresql_ops", ops.clone()));
            }
            match self.key(target, Engine::Postgres, &classes, span) {
                Ok(key) => elements.push(ExclusionElementModel { key, operator: operator.to_string() }),
                Err(trouble) => return self.tell(trouble),
            }
        }
        let predicate = match call.arguments.keyword("where").filter(|value| !value.is_none()) {
            None => None,
            Some(value) => match self.predicate(value, Engine::Postgres, span) {
                Ok(text) => Some(text),
                Err(trouble) => return self.tell(trouble),
            },
        };
        let method = match reading.text(usize::MAX, "using") {
            Ok(method) => method.unwrap_or_else(|| "gist".to_string()).to_lowercase(),
            Err(trouble) => return self.tell(trouble),
        };
        let name = if is_final || given.is_some() { given } else { None };
        let exclusion = ExclusionModel {
            name,
            method,
            elements,
            predicate,
            deferrable: self.deferrable(&call.arguments, span),
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        };
        self.table.exclusions.push(exclusion);
    }
}
