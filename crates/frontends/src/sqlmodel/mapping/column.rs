//! `Column(…)` and `mapped_column(…)`, taken apart.

use std::rc::Rc;

use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::types::is_type;
use crate::sqlmodel::value::{Arguments, Call, Span, Value};

/// Everything that is said of one column, before it is known which table it is in.
#[derive(Clone)]
pub struct ColumnSpec<'a> {
    /// The attribute of the class, or the key within a `Table`.
    pub key: String,
    pub name: Option<String>,
    /// `None` is left to the annotation, or to the column that a foreign key refers to.
    pub ty: Option<Value<'a>>,
    /// `ForeignKey`, `Computed`, `Identity`, `CheckConstraint`, ….
    pub arguments: Vec<Value<'a>>,
    pub nullable: Option<bool>,
    pub primary_key: bool,
    pub unique: bool,
    pub index: bool,
    pub autoincrement: Autoincrement,
    pub default: Option<Value<'a>>,
    pub server_default: Option<Value<'a>>,
    pub comment: Option<String>,
    pub sort_order: i128,
    pub system: bool,
    pub span: Span<'a>,
    /// The objects that stand for this column in expressions.
    pub objects: Vec<Rc<Call<'a>>>,
    pub troubles: Vec<Trouble<'a>>,
    /// `use_existing_column=True`: the parent's column of this name, where it has one.
    pub use_existing: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Autoincrement {
    Auto,
    Yes,
    No,
    IgnoreForeignKey,
}

impl<'a> ColumnSpec<'a> {
    pub fn new(key: &str, span: Span<'a>) -> Self {
        ColumnSpec {
            key: key.to_string(),
            name: None,
            ty: None,
            arguments: Vec::new(),
            nullable: None,
            primary_key: false,
            unique: false,
            index: false,
            autoincrement: Autoincrement::Auto,
            default: None,
            server_default: None,
            comment: None,
            sort_order: 0,
            system: false,
            span,
            objects: Vec::new(),
            troubles: Vec::new(),
            use_existing: false,
        }
    }

    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.key)
    }

    /// Reads the arguments of `Column` or of what passes them on.
    pub fn read(interpreter: &Interpreter<'a>, key: &str, call: &Rc<Call<'a>>) -> Self {
        let mut spec = ColumnSpec::new(key, call.span);
        spec.objects.push(call.clone());
        let arguments = &call.arguments;
        let mut positional = arguments.positional.as_slice();
        // `name` and `type` come first, each only if it is one.
        match positional.first() {
            Some(Value::Str(name)) => {
                spec.name = Some(name.to_string());
                positional = &positional[1..];
            }
            Some(Value::None) => positional = &positional[1..],
            Some(value @ Value::Member(_)) if value.as_text().is_some() => {
                spec.name = value.as_text().map(|text| text.to_string());
                positional = &positional[1..];
            }
            _ => {}
        }
        match positional.first() {
            Some(value) if is_type(value) => {
                spec.ty = Some(value.clone());
                positional = &positional[1..];
            }
            Some(Value::None) => positional = &positional[1..],
            _ => {}
        }
        for argument in positional {
            spec.add_argument(argument);
        }
        spec.read_keywords(interpreter, arguments);
        spec
    }

    fn add_argument(&mut self, argument: &Value<'a>) {
        if is_type(argument) && self.ty.is_none() {
            self.ty = Some(argument.clone());
            return;
        }
        match argument {
            Value::None => {}
            Value::Unknown(_) => {
                self.troubles.push(Trouble::undecided(argument, "an argument of the column", self.span));
            }
            argument => self.arguments.push(argument.clone()),
        }
    }

    pub fn read_keywords(&mut self, interpreter: &Interpreter<'a>, arguments: &Arguments<'a>) {
        if let Some(open) = &arguments.open {
            self.troubles.push(Trouble::undecided(
                &Value::Unknown(open.clone()),
                "what the column is given",
                self.span,
            ));
        }
        for (name, value) in &arguments.keywords {
            self.keyword(interpreter, name, value);
        }
    }

    /// One keyword of `Column`; later ones take the place of earlier ones.
    pub fn keyword(&mut self, interpreter: &Interpreter<'a>, name: &str, value: &Value<'a>) {
        let span = self.span;
        let mut troubles = Vec::new();
        let mut truth = |value: &Value<'a>| match value.truth() {
            Some(truth) => truth,
            None => {
                troubles.push(Trouble::undecided(value, &format!("`{name}`"), span));
                false
            }
        };
        let text = |value: &Value<'a>| value.as_text().map(|text| text.to_string());
        match name {
            "name" | "key" | "comment" => {
                let read = text(value);
                if read.is_none() && !value.is_none() {
                    troubles.push(Trouble::undecided(value, &format!("`{name}`"), span));
                }
                match name {
                    "name" => self.name = read.or(self.name.take()),
                    "key" => {
                        if let Some(key) = read {
                            self.key = key;
                        }
                    }
                    _ => self.comment = read,
                }
            }
            "type_" => self.ty = if value.is_none() { None } else { Some(value.clone()) },
            "nullable" => {
                if !value.is_none() {
                    self.nullable = Some(truth(value));
                }
            }
            "primary_key" => self.primary_key = truth(value),
            "unique" => self.unique = truth(value),
            "index" => self.index = truth(value),
            "system" => self.system = truth(value),
            "use_existing_column" => self.use_existing = truth(value),
            "autoincrement" => {
                self.autoincrement = match value {
                    Value::Bool(true) => Autoincrement::Yes,
                    Value::Bool(false) => Autoincrement::No,
                    value => match value.as_text().as_deref() {
                        Some("auto") => Autoincrement::Auto,
                        Some("ignore_fk") => Autoincrement::IgnoreForeignKey,
                        _ => {
                            troubles.push(Trouble::undecided(value, "`autoincrement`", span));
                            Autoincrement::Auto
                        }
                    },
                }
            }
            "default" | "insert_default" => {
                // `insert_default` is the column's; `default` beside it is the dataclass's.
                if name == "insert_default" || self.default.is_none() {
                    self.default = (!value.is_none()).then(|| value.clone());
                }
            }
            "server_default" => self.server_default = (!value.is_none()).then(|| value.clone()),
            "sort_order" => self.sort_order = value.as_int().unwrap_or(0),
            "quote" | "onupdate" | "server_onupdate" | "doc" | "info" | "init" | "repr" | "default_factory"
            | "compare" | "kw_only" | "hash" | "deferred" | "deferred_group" | "deferred_raiseload"
            | "active_history" | "insert_sentinel" | "dataclass_metadata" | "_proxies" => {}
            "sqlite_on_conflict_not_null" | "sqlite_on_conflict_primary_key" | "sqlite_on_conflict_unique" => {
                troubles.push(Trouble::new(Code::Undecided, format!("`{name}` is not read"), span));
            }
            name if name.starts_with("mysql_")
                || name.starts_with("mariadb_")
                || name.starts_with("mssql_")
                || name.starts_with("oracle_") => {}
            name => {
                troubles.push(Trouble::new(Code::Undecided, format!("`{name}` of a column is not understood"), span));
            }
        }
        let _ = interpreter;
        self.troubles.extend(troubles);
    }

    /// What `Annotated[int, mapped_column(…)]` says, where the attribute itself says nothing else.
    pub fn fill_from(&mut self, other: &ColumnSpec<'a>) {
        if self.ty.is_none() {
            self.ty = other.ty.clone();
        }
        self.nullable = self.nullable.or(other.nullable);
        self.primary_key |= other.primary_key;
        self.unique |= other.unique;
        self.index |= other.index;
        if self.autoincrement == Autoincrement::Auto {
            self.autoincrement = other.autoincrement;
        }
        if self.default.is_none() {
            self.default = other.default.clone();
        }
        if self.server_default.is_none() {
            self.server_default = other.server_default.clone();
        }
        if self.comment.is_none() {
            self.comment = other.comment.clone();
        }
        if self.sort_order == 0 {
            self.sort_order = other.sort_order;
        }
        self.arguments.extend(other.arguments.iter().cloned());
        self.troubles.extend(other.troubles.iter().cloned());
    }

    pub fn argument(&self, name: &str) -> impl Iterator<Item = &Rc<Call<'a>>> {
        self.arguments.iter().filter_map(move |argument| match argument {
            Value::Call(call) if construct_name(&call.callee) == Some(name) => Some(call),
            _ => None,
        })
    }

    pub fn has_foreign_key(&self) -> bool {
        self.argument("ForeignKey").next().is_some()
    }
}

/// The name of a construct of SQLAlchemy: `ForeignKey` of `sqlalchemy.ForeignKey`, of `db.ForeignKey`.
pub fn construct_name<'a>(callee: &Value<'a>) -> Option<&'a str> {
    match callee {
        Value::External(path) => match known(path) {
            (Family::Sqlalchemy | Family::Postgresql | Family::Sqlmodel, name) => Some(name),
            _ => None,
        },
        Value::Attribute(attribute) if crate::sqlmodel::classes::is_flask(&attribute.of) => Some(attribute.name),
        _ => None,
    }
}

/// The call that makes a column, looked for within what only wraps it: `deferred(Column(…))`.
pub fn column_call<'a>(value: &Value<'a>) -> Option<Rc<Call<'a>>> {
    let Value::Call(call) = value else { return None };
    match construct_name(&call.callee)? {
        "Column" | "mapped_column" => Some(call.clone()),
        "deferred" | "column_property" | "with_expression" => {
            let inner = call.arguments.positional.first()?;
            let found = column_call(inner)?;
            // A property over an expression is no column; over a column it is that column.
            matches!(construct_name(&found.callee), Some("Column" | "mapped_column")).then_some(found)
        }
        _ => None,
    }
}
