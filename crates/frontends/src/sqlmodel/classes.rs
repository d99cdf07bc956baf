//! Python classes: their namespaces, the order in which attributes are looked up, and what kind of class they are.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::Expr;

use super::library::{Family, known};
use super::value::{Function, Member, Names, Scope, Span, Value};

pub struct Class<'a> {
    pub name: &'a str,
    /// The name in `class Name`.
    pub span: Span<'a>,
    pub bases: Vec<Value<'a>>,
    /// Every class that attributes are inherited from, nearest first, without the class itself.
    pub ancestors: Vec<Value<'a>>,
    /// `table=True`, `metaclass=…`, `schema=…`.
    pub keywords: Vec<(&'a str, Value<'a>)>,
    pub decorators: Vec<Value<'a>>,
    pub scope: Rc<Scope<'a>>,
    pub annotations: RefCell<Vec<Annotation<'a>>>,
    /// Set where it is not known whether this class comes to be: it stands under a condition that cannot be decided.
    pub conditional: Option<Span<'a>>,
    pub traits: Traits,
}

/// `name: annotation`, in a class body.
#[derive(Clone)]
pub struct Annotation<'a> {
    pub name: &'a str,
    pub expression: &'a Expr,
    pub scope: Rc<Scope<'a>>,
    pub span: Span<'a>,
}

/// What a class is by its ancestors.
#[derive(Clone, Copy, Default, Debug)]
pub struct Traits {
    pub is_enum: bool,
    /// Members are strings: `StrEnum`, `str, Enum`.
    pub text: bool,
    /// `StrEnum` proper, whose members print as their values whatever the version of Python.
    pub prints_value: bool,
    pub integer: bool,
    pub flag: bool,
    pub sqlmodel: bool,
    /// `DeclarativeBase` or one of its elder forms.
    pub declarative: bool,
    /// `MappedAsDataclass`.
    pub dataclass: bool,
    /// `TypeDecorator`, `UserDefinedType` or any other type of SQLAlchemy.
    pub column_type: bool,
    /// Its attributes are filled from the environment.
    pub settings: bool,
    pub flask: bool,
}

impl Traits {
    pub fn of(ancestors: &[Value<'_>]) -> Self {
        let mut traits = Traits::default();
        for ancestor in ancestors {
            match ancestor {
                Value::External(path) => traits.add(path),
                Value::Class(class) => traits.join(class.traits),
                Value::Call(call) => {
                    if let Some(("declarative_base" | "generate_base" | "automap_base", _)) = constructor(&call.callee)
                    {
                        traits.declarative = true;
                    }
                }
                Value::Attribute(attribute) if attribute.name == "Model" && is_flask(&attribute.of) => {
                    traits.declarative = true;
                    traits.flask = true;
                }
                _ => {}
            }
        }
        traits
    }

    fn add(&mut self, path: &str) {
        match known(path) {
            (Family::Standard, "enum.Enum") => self.is_enum = true,
            (Family::Standard, "enum.StrEnum") => {
                self.is_enum = true;
                self.text = true;
                self.prints_value = true;
            }
            (Family::Standard, "enum.IntEnum") => {
                self.is_enum = true;
                self.integer = true;
            }
            (Family::Standard, "enum.Flag" | "enum.IntFlag") => {
                self.is_enum = true;
                self.flag = true;
            }
            (Family::Builtin, "str") => self.text = true,
            (Family::Builtin, "int") => self.integer = true,
            (Family::Sqlmodel, "SQLModel") => self.sqlmodel = true,
            (Family::Sqlalchemy, "DeclarativeBase" | "DeclarativeBaseNoMeta") => self.declarative = true,
            (Family::Sqlalchemy, "MappedAsDataclass") => self.dataclass = true,
            (Family::Sqlalchemy, name) if is_column_type(name) => self.column_type = true,
            (Family::Postgresql | Family::Sqlite | Family::Mysql | Family::OtherDialect, _) => self.column_type = true,
            (Family::Pgvector | Family::Geoalchemy, _) => self.column_type = true,
            (Family::SqlalchemyUtils, name) if name.ends_with("Type") => self.column_type = true,
            (Family::Sqlmodel, "AutoString" | "UTCDateTime") => self.column_type = true,
            (Family::Pydantic, "BaseSettings") => self.settings = true,
            (Family::Other, path) if path.ends_with(".StrEnum") => {
                self.is_enum = true;
                self.text = true;
                self.prints_value = true;
            }
            _ => {}
        }
    }

    fn join(&mut self, other: Traits) {
        self.is_enum |= other.is_enum;
        self.text |= other.text;
        self.prints_value |= other.prints_value;
        self.integer |= other.integer;
        self.flag |= other.flag;
        self.sqlmodel |= other.sqlmodel;
        self.declarative |= other.declarative;
        self.dataclass |= other.dataclass;
        self.column_type |= other.column_type;
        self.settings |= other.settings;
        self.flask |= other.flask;
    }
}

/// `db`, where `db = SQLAlchemy()` of Flask.
pub fn is_flask(value: &Value<'_>) -> bool {
    matches!(value, Value::Call(call)
        if matches!(&call.callee, Value::External(path) if known(path) == (Family::FlaskSqlalchemy, "SQLAlchemy")))
}

/// The name of a class of SQLAlchemy that a class of the project can extend to make a column type of its own.
fn is_column_type(name: &str) -> bool {
    matches!(
        name,
        "TypeDecorator"
            | "UserDefinedType"
            | "TypeEngine"
            | "SchemaType"
            | "Variant"
            | "ExternalType"
            | "Indexable"
            | "Concatenable"
            | "MutableType"
            | "PickleType"
            | "NullType"
    ) || super::types::is_generic_type(name)
}

/// The last name of a call's callee and what it is an attribute of: `registry.generate_base` of a registry.
pub fn constructor<'v, 'a>(callee: &'v Value<'a>) -> Option<(&'a str, Option<&'v Value<'a>>)> {
    match callee {
        Value::External(path) => Some((known(path).1, None)),
        Value::Attribute(attribute) => Some((attribute.name, Some(&attribute.of))),
        _ => None,
    }
}

impl<'a> Class<'a> {
    pub fn is_enum(&self) -> bool {
        self.traits.is_enum
    }

    pub fn is_text_enum(&self) -> bool {
        self.traits.is_enum && self.traits.text
    }

    pub fn is_int_enum(&self) -> bool {
        self.traits.is_enum && self.traits.integer
    }

    pub fn keyword(&self, name: &str) -> Option<&Value<'a>> {
        self.keywords.iter().find(|(keyword, _)| *keyword == name).map(|(_, value)| value)
    }

    /// What stands in this class's own body.
    pub fn own(&self, name: &str) -> Option<Value<'a>> {
        self.scope.names.borrow().get(name).cloned()
    }

    /// The value of an attribute and the class whose body it stands in.
    pub fn find(class: &Rc<Class<'a>>, name: &str) -> Option<(Value<'a>, Rc<Class<'a>>)> {
        Class::line(class).find_map(|owner| owner.own(name).map(|value| (value, owner.clone())))
    }

    /// The class and its ancestors within the project, nearest first.
    pub fn line(class: &Rc<Class<'a>>) -> impl Iterator<Item = Rc<Class<'a>>> {
        let ancestors: Vec<Rc<Class<'a>>> = class
            .ancestors
            .iter()
            .filter_map(|ancestor| match ancestor {
                Value::Class(class) => Some(class.clone()),
                _ => None,
            })
            .collect();
        std::iter::once(class.clone()).chain(ancestors)
    }

    pub fn descends_from(&self, other: &Rc<Class<'a>>) -> bool {
        self.ancestors.iter().any(|ancestor| matches!(ancestor, Value::Class(class) if Rc::ptr_eq(class, other)))
    }

    pub fn descends_from_external(&self, path_ends: impl Fn(&str) -> bool) -> bool {
        self.ancestors.iter().any(|ancestor| matches!(ancestor, Value::External(path) if path_ends(path)))
    }

    /// An enum's members in the order of their definition, aliases left out.
    pub fn members(class: &Rc<Class<'a>>) -> Vec<Member<'a>> {
        let mut members: Vec<Member<'a>> = Vec::new();
        // An enum with members cannot be extended, so that at most one class of the line has any; `auto` may be
        // told by a base how to count.
        let custom_values = Class::line(class).any(|owner| owner.own("_generate_next_value_").is_some());
        let custom_new = Class::line(class).any(|owner| owner.own("__new__").is_some());
        for (name, value) in class.scope.names.borrow().iter() {
            let hidden = name.starts_with("__") || (name.starts_with('_') && name.ends_with('_'));
            if hidden || matches!(value, Value::Function(_) | Value::Class(_) | Value::Bound(_)) {
                continue;
            }
            if matches!(value, Value::External("builtins.property")) {
                continue;
            }
            let value = if custom_new {
                Value::unknown(format!("`{}` makes its values in `__new__`", class.name), class.span)
            } else {
                match is_auto(value) {
                    true if custom_values => {
                        Value::unknown(format!("`{}` counts in a way of its own", class.name), class.span)
                    }
                    true if class.traits.text && class.traits.prints_value => Value::text(&name.to_lowercase()),
                    true if class.traits.flag => Value::Int(1 << members.len().min(100)),
                    true => {
                        let last = members.iter().filter_map(|member| member.value.as_int()).max().unwrap_or(0);
                        Value::Int(last.saturating_add(1))
                    }
                    false => match value {
                        // `A = ("a",)` in a `str` enum gives the arguments of `str`.
                        Value::Tuple(parts) if class.traits.text && parts.len() == 1 => parts[0].clone(),
                        value => value.clone(),
                    },
                }
            };
            if members.iter().any(|member| member.value.equal(&value) == Some(true)) {
                continue;
            }
            members.push(Member { class: class.clone(), name, value });
        }
        members
    }

    /// The member of that name, aliases included.
    pub fn member(class: &Rc<Class<'a>>, name: &str) -> Option<Member<'a>> {
        let own = class.own(name)?;
        let members = Class::members(class);
        if let Some(at) = members.iter().position(|member| member.name == name) {
            return members.into_iter().nth(at);
        }
        members.into_iter().find(|member| member.value.equal(&own) == Some(true))
    }

    /// The ancestors of a class with these bases, by Python's rule (C3); `None` where Python would refuse.
    pub fn linearize(bases: &[Value<'a>]) -> Option<Vec<Value<'a>>> {
        // With one base there is nothing to merge, and long chains have one each.
        if let [base @ Value::Class(class)] = bases {
            return Some(std::iter::once(base).chain(class.ancestors.iter()).cloned().collect());
        }
        let mut lists: Vec<Vec<Value<'a>>> = Vec::new();
        for base in bases {
            let mut list = vec![base.clone()];
            if let Value::Class(class) = base {
                list.extend(class.ancestors.iter().cloned());
            }
            lists.push(list);
        }
        lists.push(bases.to_vec());
        let mut heads = vec![0usize; lists.len()];
        let mut merged = Vec::new();
        loop {
            let mut candidate = None;
            let mut left = false;
            for (at, (list, head)) in lists.iter().zip(&heads).enumerate() {
                let Some(first) = list.get(*head) else { continue };
                left = true;
                let later = lists.iter().zip(&heads).any(|(list, head)| {
                    list.get(*head + 1..).unwrap_or(&[]).iter().any(|other| same_class(other, first))
                });
                if !later {
                    candidate = Some((at, first.clone()));
                    break;
                }
            }
            match candidate {
                None if left => return None,
                None => return Some(merged),
                Some((from, next)) => {
                    for (at, (list, head)) in lists.iter().zip(heads.iter_mut()).enumerate() {
                        // A base that is no class (a number, a list) is not even the same as itself.
                        if at == from || list.get(*head).is_some_and(|first| same_class(first, &next)) {
                            *head += 1;
                        }
                    }
                    merged.push(next);
                }
            }
        }
    }

    /// Tells the functions of the body which class they stand in.
    pub fn adopt(class: &Rc<Class<'a>>) {
        for (_, value) in class.scope.names.borrow().iter() {
            let functions: Vec<Rc<Function<'a>>> = match value {
                Value::Function(function) => vec![function.clone()],
                _ => continue,
            };
            for function in functions {
                let mut owner = function.class.borrow_mut();
                if owner.is_none() {
                    *owner = Some(Rc::downgrade(class));
                }
            }
        }
    }

    /// Breaks the circles that functions and classes make with the scopes they stand in.
    pub fn forget(&self) {
        self.scope.names.borrow_mut().clear();
        self.annotations.borrow_mut().clear();
        self.scope.receiver.borrow_mut().take();
    }
}

/// `enum.auto()`.
pub fn is_auto(value: &Value<'_>) -> bool {
    matches!(value, Value::Call(call) if matches!(&call.callee, Value::External(path) if path.ends_with("enum.auto")))
}

fn same_class<'a>(a: &Value<'a>, b: &Value<'a>) -> bool {
    match (a, b) {
        (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
        (Value::External(a), Value::External(b)) => a == b || known(a) == known(b),
        (Value::Call(a), Value::Call(b)) => Rc::ptr_eq(a, b),
        (Value::Attribute(a), Value::Attribute(b)) => a.name == b.name && same_class(&a.of, &b.of),
        (Value::Unknown(a), Value::Unknown(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

/// An empty namespace for classes that no `class` statement makes.
pub fn namespace<'a>(scope: &Rc<Scope<'a>>, entries: Vec<(&'a str, Value<'a>)>) {
    let mut names = Names::default();
    for (name, value) in entries {
        names.set(name, value);
    }
    *scope.names.borrow_mut() = names;
}
