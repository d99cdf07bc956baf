//! The column that counts by itself.

use whimbrel_schema::Engine;

use super::assembly::Assembly;
use super::column::{Autoincrement, ColumnSpec, construct_name};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::{ENGINES, Integral, TableModel};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::Value;

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    /// The column that counts by itself: a single integer key without a default, by SQLAlchemy's rule.
    pub(super) fn autoincrement(&self, at: usize, table: &mut TableModel) {
        let draft = &self.drafts[at];
        let Some(key) = &table.primary_key else { return };
        let specs: Vec<&ColumnSpec<'a>> =
            key.columns.iter().filter_map(|name| draft.columns.iter().find(|column| column.name() == name)).collect();
        if specs.len() > 1
            && let Some(counted) = specs.iter().find(|column| column.autoincrement == Autoincrement::Yes)
        {
            let message = "SQLAlchemy refuses `autoincrement=True` in a key of several columns on SQLite";
            self.tell(at, None, Some(Engine::Sqlite), Trouble::new(Code::SqlalchemyRefuses, message, counted.span));
        }
        let chosen = match specs.as_slice() {
            [one] => match one.autoincrement {
                Autoincrement::No => None,
                Autoincrement::Yes => Some(*one),
                Autoincrement::Auto | Autoincrement::IgnoreForeignKey => {
                    let sequence = matches!(&one.default, Some(Value::Call(call)) if construct_name(&call.callee) == Some("Sequence"));
                    let own_default = one.default.is_some() && !sequence;
                    let server = one.server_default.as_ref().is_some_and(
                        |value| !matches!(value, Value::Call(call) if construct_name(&call.callee) == Some("Identity")),
                    );
                    let refers = self.refers(at, one) && one.autoincrement != Autoincrement::IgnoreForeignKey;
                    let computed = one.argument("Computed").next().is_some();
                    (!own_default && !server && !refers && !computed).then_some(*one)
                }
            },
            many => many.iter().find(|column| column.autoincrement == Autoincrement::Yes).copied(),
        };
        let Some(chosen) = chosen else { return };
        let sequence = chosen.argument("Sequence").next().or(match &chosen.default {
            Some(Value::Call(call)) if construct_name(&call.callee) == Some("Sequence") => Some(call),
            _ => None,
        });
        // An explicit sequence takes the place of `serial`, unless it is optional.
        let explicit =
            sequence.is_some_and(|call| call.arguments.keyword("optional").and_then(Value::truth) != Some(true));
        let name = chosen.name().to_string();
        if let Some(column) = table.columns.iter_mut().find(|column| column.name == name) {
            let integral =
                ENGINES.iter().any(|engine| column.ty.get(*engine).is_some_and(|ty| ty.kind != Integral::No));
            column.autoincrement = integral && !explicit && column.identity.is_none();
        }
    }

    fn refers(&self, at: usize, column: &ColumnSpec<'a>) -> bool {
        column.has_foreign_key()
            || self.drafts[at].arguments.iter().any(|argument| {
                let Value::Call(call) = argument else { return false };
                construct_name(&call.callee) == Some("ForeignKeyConstraint")
                    && call.arguments.get(0, "columns").and_then(Value::elements).is_some_and(|columns| {
                        columns.iter().any(|value| {
                            value.as_text().is_some_and(|text| *text == *column.key || *text == *column.name())
                                || self.drafts[at]
                                    .column_of(value)
                                    .is_some_and(|found| self.drafts[at].columns[found].key == column.key)
                        })
                    })
            })
    }
}
