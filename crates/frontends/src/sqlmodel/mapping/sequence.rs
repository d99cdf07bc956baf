//! `Sequence(…)`, and the numbers of identities.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::assembly::Assembly;
use crate::sqlmodel::model::{SequenceModel, SequenceNumbers};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::{Place, Reading};
use crate::sqlmodel::value::{Call, Value};

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    pub(super) fn sequence(&self, at: usize, column: &str, call: &Rc<Call<'a>>) {
        if let Err(trouble) = self.sequence_construct(call, self.drafts[at].metadata.schema.as_deref()) {
            self.tell(at, Some(column), None, trouble);
        }
    }

    /// `Sequence(…)`, where SQLAlchemy makes it: for a column, or for a `MetaData`.
    pub fn sequence_construct(&self, call: &Rc<Call<'a>>, schema: Option<&str>) -> Result<(), Trouble<'a>> {
        let reading = Reading { arguments: &call.arguments, span: call.span };
        if reading.flag(usize::MAX, "optional")? {
            return Ok(());
        }
        let Some(name) = reading.text(0, "name")? else { return Ok(()) };
        let in_metadata = call.arguments.keyword("metadata").is_some_and(|value| !value.is_none());
        let namespace = match reading.text(usize::MAX, "schema")? {
            Some(schema) => Some(schema),
            None => schema.filter(|_| in_metadata).map(str::to_string),
        };
        let ty = match reading.value(usize::MAX, "data_type") {
            None | Some(Value::None) => None,
            Some(ty) => Some(self.types.read(ty, Engine::Postgres, Place::default(), call.span)?.model.sql),
        };
        let sequence = SequenceModel { name, namespace, ty, numbers: numbers(&reading, 1)? };
        let mut sequences = self.sequences.borrow_mut();
        if !sequences.contains(&sequence) {
            sequences.push(sequence);
        }
        Ok(())
    }
}

pub fn numbers<'a>(reading: &Reading<'_, 'a>, start: usize) -> Result<SequenceNumbers, Trouble<'a>> {
    let number = |position: usize, name: &str| -> Result<Option<i64>, Trouble<'a>> {
        Ok(reading.number(position, name)?.and_then(|number| i64::try_from(number).ok()))
    };
    Ok(SequenceNumbers {
        start: number(start, "start")?,
        increment: number(start + 1, "increment")?,
        minimum: number(start + 2, "minvalue")?,
        maximum: number(start + 3, "maxvalue")?,
        cycle: match reading.value(usize::MAX, "cycle") {
            None | Some(Value::None) => None,
            Some(_) => Some(reading.flag(usize::MAX, "cycle")?),
        },
        cache: number(usize::MAX, "cache")?,
    })
}
