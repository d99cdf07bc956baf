//! `Table("name", metadata, Column(…), …)`.

use super::Mapper;
use super::column::{ColumnSpec, construct_name};
use super::draft::TableDraft;
use crate::sqlmodel::classes::constructor;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Made;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::Value;

impl<'i, 'a> Mapper<'i, 'a> {
    /// `Table("name", metadata, Column(…), …)`.
    pub(super) fn table_construct(&mut self, made: &Made<'a>) {
        let call = &made.call;
        let is_table = match &call.callee {
            Value::External(path) => known(path) == (Family::Sqlalchemy, "Table"),
            Value::Attribute(attribute) => {
                attribute.name == "Table" && crate::sqlmodel::classes::is_flask(&attribute.of)
            }
            _ => false,
        };
        if !is_table {
            return;
        }
        self.interpreter.refuel();
        let flask = matches!(&call.callee, Value::Attribute(_));
        let mut positional = call.arguments.positional.iter();
        let name = positional.next().or_else(|| call.arguments.keyword("name"));
        let Some(name) = name.and_then(Value::as_text) else {
            let value = call.arguments.positional.first().cloned().unwrap_or(Value::None);
            self.troubles.push((None, Trouble::undecided(&value, "the name of a table", call.span)));
            return;
        };
        let mut rest: Vec<Value<'a>> = positional.cloned().collect();
        let metadata = match rest.first() {
            Some(Value::Call(column))
                if matches!(construct_name(&column.callee), Some("Column" | "ForeignKeyConstraint")) =>
            {
                None
            }
            Some(_) => Some(rest.remove(0)),
            None => call.arguments.keyword("metadata").cloned(),
        };
        let metadata = match (metadata, flask) {
            (Some(value), _) => value,
            (None, true) => match &call.callee {
                Value::Attribute(attribute) => self.interpreter.attribute(attribute.of.clone(), "metadata", call.span),
                _ => Value::None,
            },
            (None, false) => Value::None,
        };
        // `Base.metadata` and `Model.metadata` are whatever the class has.
        let metadata = match &metadata {
            Value::Attribute(attribute) if attribute.name == "metadata" => match &attribute.of {
                Value::Class(class) => self.metadata_value(&class.clone()).0,
                // A declarative base of the function kind keeps the `MetaData` that it was given.
                Value::Call(base) => base
                    .arguments
                    .keyword("metadata")
                    .filter(|value| !value.is_none())
                    .cloned()
                    .or_else(|| match constructor(&base.callee) {
                        Some(("generate_base", Some(Value::Call(registry)))) => {
                            registry.arguments.keyword("metadata").cloned()
                        }
                        _ => None,
                    })
                    .unwrap_or(metadata),
                _ => metadata,
            },
            _ => metadata,
        };
        let metadata = self.metadata_from(&metadata, call.span);
        let mut draft = TableDraft {
            name: name.to_string(),
            namespace: metadata.schema.clone(),
            metadata,
            columns: Vec::new(),
            arguments: Vec::new(),
            keywords: call.arguments.keywords.clone(),
            span: call.span,
            classes: Vec::new(),
            call: Some(call.clone()),
            troubles: Vec::new(),
            conditional: made.conditional,
            left_out: false,
        };
        draft.keywords.retain(|(name, _)| !matches!(*name, "name" | "metadata"));
        if let Some(open) = &call.arguments.open {
            let trouble = Trouble::undecided(&Value::Unknown(open.clone()), "what the table is made of", call.span);
            draft.troubles.push(trouble);
        }
        for value in rest {
            match &value {
                Value::Call(column) if construct_name(&column.callee) == Some("Column") => {
                    let mut spec = ColumnSpec::read(self.interpreter, "", column);
                    let name = spec.name.clone().unwrap_or_default();
                    if spec.key.is_empty() {
                        spec.key = name.clone();
                    }
                    if name.is_empty() {
                        spec.troubles.push(Trouble::new(
                            Code::Undecided,
                            "a column of the table has no name",
                            column.span,
                        ));
                    }
                    draft.columns.push(spec);
                }
                _ => draft.arguments.push(value),
            }
        }
        self.schema_keyword(&mut draft);
        self.add(draft);
    }
}
