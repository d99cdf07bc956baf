//! One column of a table: its type, and what its arguments say.

use std::rc::Rc;

use whimbrel_schema::{Engine, Notes};

use super::assembly::Assembly;
use super::column::{ColumnSpec, construct_name};
use super::foreign_key::foreign_key_target;
use super::naming::Named;
use super::place::origin;
use super::sequence::numbers;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::model::{ByEngine, CheckModel, ColumnModel, ComputedModel, IdentityModel, Sql};
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::types::{ReadType, Reading};
use crate::sqlmodel::value::{Call, Span, Value};

impl<'s, 'i, 'a> Assembly<'s, 'i, 'a> {
    /// The type of a column, which a foreign key can leave to the column it refers to.
    pub fn column_type(
        &self,
        at: usize,
        column: &ColumnSpec<'a>,
        engine: Engine,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        if let Some(ty) = &column.ty {
            let read = self.types.read(ty, engine, self.place(at), column.span);
            return read.map_err(|trouble| match trouble.touches {
                Touches::Table => trouble.touching(Touches::Column),
                Touches::Namespace | Touches::Column | Touches::Collation | Touches::Check => trouble,
            });
        }
        if let Some(trouble) = column.troubles.first() {
            return Err(trouble.clone());
        }
        if depth < 20 {
            if let Some(call) = column.argument("ForeignKey").next() {
                let target = foreign_key_target(self, at, call.arguments.positional.first(), column.key.as_str());
                if let Some(table) = target.table
                    && let Some(referred) = self.drafts[table].column_named(&target.column)
                {
                    let mut read = self.column_type(table, referred, engine, depth + 1)?;
                    read.check = None;
                    return Ok(read);
                }
                return Err(Trouble::new(
                    Code::Undecided,
                    format!("the column's type is that of `{}`, which is not among the models", target.written),
                    column.span,
                )
                .touching(Touches::Column));
            }
            // A composite foreign key brings types too.
            if let Some((table, referred)) = self.referred_by_constraint(at, column)
                && let Some(referred) = self.drafts[table].column_named(&referred)
            {
                return self.column_type(table, referred, engine, depth + 1);
            }
        }
        let message = format!("the column `{}` has no type", column.name());
        Err(Trouble::new(Code::ColumnWithoutType, message, column.span).touching(Touches::Column))
    }

    fn referred_by_constraint(&self, at: usize, column: &ColumnSpec<'a>) -> Option<(usize, String)> {
        for argument in &self.drafts[at].arguments {
            let Value::Call(call) = argument else { continue };
            if construct_name(&call.callee) != Some("ForeignKeyConstraint") {
                continue;
            }
            let columns = call.arguments.get(0, "columns")?.elements()?;
            let referred = call.arguments.get(1, "refcolumns")?.elements()?;
            let position = columns
                .iter()
                .position(|value| value.as_text().is_some_and(|text| *text == *column.key || *text == *column.name()));
            if let Some(target) = position.and_then(|position| referred.get(position)) {
                let target = foreign_key_target(self, at, Some(target), &column.key);
                return Some((target.table?, target.column));
            }
        }
        None
    }

    pub(super) fn column(&self, at: usize, spec: &ColumnSpec<'a>, checks: &mut Vec<CheckModel>) -> ColumnModel {
        let name = spec.name().to_string();
        let mut troubles = Vec::new();
        let mut type_check = ByEngine::<Option<(Option<String>, String)>>::default();
        let ty = ByEngine::each(|engine| match self.column_type(at, spec, engine, 0) {
            Ok(read) => {
                if let Some(check) = read.check {
                    let column = crate::sqlmodel::expression::quote(&name, engine);
                    let text = format!("{column} IN ({})", check.values.join(", "));
                    match engine {
                        Engine::Sqlite => type_check.sqlite = Some((check.name, text)),
                        Engine::Postgres => type_check.postgres = Some((check.name, text)),
                        Engine::Mysql => {}
                    }
                }
                read.model
            }
            Err(mut trouble) => {
                let partial = trouble.partial.take();
                troubles.push((engine, trouble));
                partial.map(|partial| *partial).unwrap_or_default()
            }
        });
        self.tell_both(at, Some(&name), troubles);
        for trouble in &spec.troubles {
            self.tell(at, Some(&name), None, trouble.clone());
        }
        if type_check.sqlite.is_some() || type_check.postgres.is_some() {
            let given = type_check.sqlite.as_ref().or(type_check.postgres.as_ref()).and_then(|check| check.0.clone());
            let check_name = match given {
                None => ByEngine::default(),
                Some(given) => self.check_name(at, Some(&given), false, spec.span),
            };
            checks.push(CheckModel {
                name: check_name,
                sql: ByEngine {
                    sqlite: type_check.sqlite.map(|check| check.1),
                    postgres: type_check.postgres.map(|check| check.1),
                },
                not_valid: false,
                no_inherit: false,
                comment: None,
            });
        }
        let mut model = ColumnModel {
            name: name.clone(),
            ty,
            nullable: spec.nullable.unwrap_or(!spec.primary_key),
            primary_key: spec.primary_key,
            autoincrement: false,
            default: Sql::default(),
            computed: None,
            identity: None,
            comment: spec.comment.clone(),
            client_default: self.client_default(spec),
            notes: Notes { origin: Some(origin(spec.span)), ..Notes::default() },
        };
        let generated = spec.server_default.iter().filter(|value| {
            matches!(value, Value::Call(call)
                if matches!(construct_name(&call.callee), Some("Identity" | "Computed" | "Sequence")))
        });
        for argument in spec.arguments.iter().chain(generated) {
            self.column_argument(at, spec, argument, &mut model, checks);
        }
        if let Some(value) = &spec.server_default {
            self.server_default(at, spec, value, &mut model);
        }
        if let Some(Value::Call(call)) = &spec.default
            && construct_name(&call.callee) == Some("Sequence")
        {
            self.sequence(at, &name, call);
        }
        model
    }

    fn column_argument(
        &self,
        at: usize,
        spec: &ColumnSpec<'a>,
        argument: &Value<'a>,
        model: &mut ColumnModel,
        checks: &mut Vec<CheckModel>,
    ) {
        let name = model.name.clone();
        let Value::Call(call) = argument else {
            let message = format!("an argument of the column is not understood: it is {}", argument.describe());
            return self.tell(at, Some(&name), None, Trouble::new(Code::Undecided, message, spec.span));
        };
        let reading = Reading { arguments: &call.arguments, span: call.span };
        match construct_name(&call.callee) {
            // Foreign keys are constraints of the table.
            Some("ForeignKey") => {}
            Some("Computed") => {
                let Some(expression) = call.arguments.get(0, "sqltext") else { return };
                let sql = match expression {
                    Value::Str(text) => ByEngine::each(|_| Some(text.to_string())),
                    value => self.compile_both(at, Some(&name), Touches::Column, value, call.span),
                };
                let persisted = match call.arguments.get(1, "persisted") {
                    None | Some(Value::None) => None,
                    Some(_) => match reading.flag(1, "persisted") {
                        Ok(persisted) => Some(persisted),
                        Err(trouble) => {
                            self.tell(at, Some(&name), None, trouble.touching(Touches::Column));
                            None
                        }
                    },
                };
                if persisted.is_none() && self.types.versions.computed_follows_server() {
                    let message = format!(
                        "`{name}` is stored by PostgreSQL before 18, and not since; whimbrel stores it: say \
                         `persisted=True` or `persisted=False`"
                    );
                    let trouble = Trouble::new(Code::ComputedKindByVersion, message, call.span);
                    self.tell(at, Some(&name), Some(Engine::Postgres), trouble);
                }
                model.computed = Some(ComputedModel { sql, persisted });
            }
            Some("Identity") => match numbers(&reading, 2) {
                Ok(numbers) => match reading.flag(0, "always") {
                    Ok(always) => {
                        model.identity = Some(Box::new(IdentityModel { always, numbers }));
                        if spec.nullable.is_none() {
                            model.nullable = false;
                        }
                    }
                    Err(trouble) => self.tell(at, Some(&name), None, trouble),
                },
                Err(trouble) => self.tell(at, Some(&name), None, trouble),
            },
            Some("Sequence") => self.sequence(at, &name, call),
            Some("CheckConstraint") => {
                if let Some(check) = self.check(at, call) {
                    checks.push(check);
                }
            }
            Some("FetchedValue" | "ColumnDefault" | "DefaultClause") => {}
            _ => {
                let message = format!("an argument of the column is not understood: it is {}", argument.describe());
                self.tell(at, Some(&name), None, Trouble::new(Code::Undecided, message, call.span));
            }
        }
    }

    pub fn check(&self, at: usize, call: &Rc<Call<'a>>) -> Option<CheckModel> {
        let reading = Reading { arguments: &call.arguments, span: call.span };
        let expression = call.arguments.get(0, "sqltext")?;
        let sql = match expression {
            Value::Str(text) => ByEngine::each(|_| Some(text.to_string())),
            value => self.compile_both(at, None, Touches::Check, value, call.span),
        };
        let (given, is_final) = self.given_name(at, &call.arguments, 1, call.span);
        let flag = |name: &str| match reading.flag(usize::MAX, name) {
            Ok(flag) => flag,
            Err(trouble) => {
                self.tell(at, None, None, trouble);
                false
            }
        };
        Some(CheckModel {
            name: self.check_name(at, given.as_deref(), is_final, call.span),
            sql,
            not_valid: flag("postgresql_not_valid"),
            no_inherit: false,
            comment: reading.text(usize::MAX, "comment").ok().flatten(),
        })
    }

    fn check_name(&self, at: usize, given: Option<&str>, is_final: bool, span: Span<'a>) -> ByEngine<Option<String>> {
        self.name(at, Named::Check, &[], given, is_final, None, &[], span)
    }
}
