//! Foreign keys, and what they refer to.

use std::rc::Rc;

use whimbrel_schema::{Action, Match};

use super::assembly::Assembly;
use super::column::ColumnSpec;
use super::constraint::Parts;
use super::naming::Named;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::ForeignKeyModel;
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::Reading;
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

/// What a foreign key refers to.
pub struct Target {
    /// Among the models.
    pub table: Option<usize>,
    pub namespace: Option<String>,
    pub name: String,
    /// The column's key, or its name where the table is not among the models.
    pub column: String,
    pub written: String,
}

/// `"user.id"`, `"schema.user.id"`, `User.id`, `users.c.id`.
pub fn foreign_key_target<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    at: usize,
    value: Option<&Value<'a>>,
    own_column: &str,
) -> Target {
    let nowhere =
        |written: String| Target { table: None, namespace: None, name: String::new(), column: String::new(), written };
    let Some(value) = value else { return nowhere("nothing".to_string()) };
    if let Some(text) = value.as_text() {
        let parts: Vec<&str> = text.split('.').collect();
        let (namespace, name, column) = match parts.as_slice() {
            [table] => (None, table.to_string(), own_column.to_string()),
            [table, column] => (None, table.to_string(), column.to_string()),
            [schema @ .., table, column] => (Some(schema.join(".")), table.to_string(), column.to_string()),
            [] => return nowhere(text.to_string()),
        };
        let namespace = namespace.or_else(|| assembly.drafts[at].metadata.schema.clone());
        let key = (namespace, name);
        let tables = assembly.by_metadata.get(&assembly.drafts[at].metadata.identity);
        let table = tables.and_then(|tables| tables.get(&key)).copied();
        let (namespace, name) = key;
        return Target { table, namespace, name, column, written: text.to_string() };
    }
    // An attribute names its class, so that not every table has to be asked.
    let found = assembly
        .owner_of(value)
        .and_then(|table| assembly.drafts[table].column_of(value).map(|column| (table, column)));
    match found {
        Some((table, column)) => {
            let draft = &assembly.drafts[table];
            let key = draft.columns[column].key.clone();
            let written = format!("{}.{key}", draft.name);
            Target {
                table: Some(table),
                namespace: draft.namespace.clone(),
                name: draft.name.clone(),
                column: key,
                written,
            }
        }
        None => nowhere(value.dotted().unwrap_or_else(|| value.describe())),
    }
}

impl<'p, 's, 'i, 'a> Parts<'p, 's, 'i, 'a> {
    pub(super) fn foreign_key(
        &mut self,
        columns: &[&ColumnSpec<'a>],
        targets: Vec<Target>,
        given: Option<String>,
        is_final: bool,
        arguments: &Arguments<'a>,
        span: Span<'a>,
    ) {
        let Some(first) = targets.first() else { return };
        if first.name.is_empty() {
            let message = format!("the foreign key's target is not known: it is {}", first.written);
            return self.tell(Trouble::new(Code::Undecided, message, span));
        }
        let mut referred = Vec::new();
        for target in &targets {
            referred.push(match target.table {
                Some(table) => match self.assembly.drafts[table].column_named(&target.column) {
                    Some(column) => column.name().to_string(),
                    None => {
                        let message =
                            format!("the foreign key's target `{}` has no column `{}`", target.name, target.column);
                        self.tell(Trouble::new(Code::NoSuchColumn, message, span));
                        target.column.clone()
                    }
                },
                None => target.column.clone(),
            });
        }
        if first.table.is_none() {
            let message = format!("the foreign key's target `{}` is not among the models", first.written);
            self.tell(Trouble::new(Code::ForeignKeyTargetMissing, message, span));
        }
        let name = self.assembly.name(
            self.at,
            Named::ForeignKey,
            columns,
            given.as_deref(),
            is_final,
            Some(&first.name),
            &referred,
            span,
        );
        let reading = Reading { arguments, span };
        let mut set_columns = Vec::new();
        let mut action = |name: &str| match reading.text(usize::MAX, name) {
            Ok(None) => Action::NoAction,
            Ok(Some(words)) => {
                // `SET NULL (a, b)` names the columns that are set.
                let (words, list) = match words.split_once('(') {
                    Some((words, list)) => (words.trim().to_string(), Some(list.trim_end_matches(')').to_string())),
                    None => (words.trim().to_string(), None),
                };
                if let Some(list) = list {
                    set_columns = list.split(',').map(|name| name.trim().trim_matches('"').to_string()).collect();
                }
                match Action::from_sql(&words) {
                    Some(action) => action,
                    None => {
                        self.tell(Trouble::new(
                            Code::Undecided,
                            format!("`{name}={words}` is no action that is understood"),
                            span,
                        ));
                        Action::NoAction
                    }
                }
            }
            Err(trouble) => {
                self.tell(trouble);
                Action::NoAction
            }
        };
        let on_delete = action("ondelete");
        let on_update = action("onupdate");
        let matching = match reading.text(usize::MAX, "match").ok().flatten().map(|text| text.to_uppercase()).as_deref()
        {
            Some("FULL") => Match::Full,
            Some("PARTIAL") => Match::Partial,
            _ => Match::Simple,
        };
        self.odd_keywords(arguments, span);
        let key = ForeignKeyModel {
            name,
            columns: columns.iter().map(|column| column.name().to_string()).collect(),
            namespace: first.namespace.clone(),
            table: first.name.clone(),
            referenced_columns: referred,
            on_delete,
            on_update,
            set_columns,
            matching,
            deferrable: self.deferrable(arguments, span),
            not_valid: reading.flag(usize::MAX, "postgresql_not_valid").unwrap_or(false),
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        };
        self.table.foreign_keys.push(key);
    }

    pub(super) fn foreign_key_constraint(&mut self, call: &Rc<Call<'a>>) {
        let list = |position: usize, name: &str| call.arguments.get(position, name).and_then(Value::elements);
        let (Some(columns), Some(referred)) = (list(0, "columns"), list(1, "refcolumns")) else {
            return self.tell(Trouble::new(Code::Undecided, "the columns of a foreign key are not known", call.span));
        };
        let columns = self.columns(&columns, call.span);
        let targets: Vec<Target> = referred
            .iter()
            .enumerate()
            .map(|(position, value)| {
                let own = columns.get(position).map_or("", |column| column.key.as_str());
                foreign_key_target(self.assembly, self.at, Some(value), own)
            })
            .collect();
        let (given, is_final) = self.assembly.given_name(self.at, &call.arguments, 2, call.span);
        self.foreign_key(&columns, targets, given, is_final, &call.arguments, call.span);
    }
}
