//! What Python expressions stand for, as far as it can be known without running them.
//!
//! Nothing here is ever guessed. What comes from a library stays a *term*: the call that was written, with its
//! arguments. Whoever needs its meaning (a column needs its type) either knows the term or says that it does not.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters, Stmt};
use ruff_text_size::TextRange;

use super::classes::Class;
pub use super::names::{Dict, Names, Place, Scope};
use super::source::Source;

/// A place in one of the sources.
#[derive(Clone, Copy)]
pub struct Span<'a> {
    pub source: &'a Source,
    pub range: TextRange,
}

#[derive(Clone)]
pub enum Value<'a> {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Ellipsis,
    List(Rc<RefCell<Vec<Value<'a>>>>),
    Tuple(Rc<[Value<'a>]>),
    Set(Rc<RefCell<Vec<Value<'a>>>>),
    Dict(Rc<RefCell<Dict<'a>>>),
    Function(Rc<Function<'a>>),
    /// A function with its first argument: a bound method, or what `functools.partial` gives.
    Bound(Rc<(Value<'a>, Value<'a>)>),
    Class(Rc<Class<'a>>),
    /// One member of an enum class.
    Member(Rc<Member<'a>>),
    Instance(Rc<Instance<'a>>),
    Module(ModuleId),
    /// A folder of modules without `__init__.py`, by its dotted path.
    Namespace(&'a str),
    /// A name of another module of the project, looked up when it is used.
    Import(Rc<Import<'a>>),
    /// Something of a library, by its dotted path: `sqlalchemy.Column`.
    External(&'a str),
    Call(Rc<Call<'a>>),
    /// An attribute of a term or of a mapped class: `User.name`, `func.now().label`.
    Attribute(Rc<Attribute<'a>>),
    Subscript(Rc<Subscript<'a>>),
    Operation(Rc<Operation<'a>>),
    Unknown(Rc<Unknown<'a>>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ModuleId(pub usize);

pub struct Import<'a> {
    pub module: &'a str,
    /// `None` for the module itself.
    pub name: Option<&'a str>,
    pub span: Span<'a>,
}

pub struct Function<'a> {
    pub name: &'a str,
    pub parameters: Option<&'a Parameters>,
    pub defaults: HashMap<&'a str, Value<'a>>,
    pub body: Body<'a>,
    pub scope: Rc<Scope<'a>>,
    pub kind: Cell<Kind>,
    /// The class that the function stands in, which `super()` starts from.
    pub class: RefCell<Option<std::rc::Weak<Class<'a>>>>,
    pub decorators: Vec<Value<'a>>,
    pub returns: Option<&'a Expr>,
    /// `async`, or with a `yield` in it.
    pub suspends: bool,
    pub span: Span<'a>,
}

#[derive(Clone, Copy)]
pub enum Body<'a> {
    Statements(&'a [Stmt]),
    Expression(&'a Expr),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Plain,
    Static,
    Class,
    Property,
    /// `declared_attr`: a class method that SQLAlchemy calls for each mapped class; `cascading` also for subclasses.
    Declared {
        cascading: bool,
    },
}

pub struct Member<'a> {
    pub class: Rc<Class<'a>>,
    pub name: &'a str,
    pub value: Value<'a>,
}

pub struct Instance<'a> {
    pub class: Rc<Class<'a>>,
    pub attributes: RefCell<Names<'a>>,
    /// What was handed to the first base class that is not of this project.
    pub base_arguments: RefCell<Option<Arguments<'a>>>,
}

pub struct Call<'a> {
    pub callee: Value<'a>,
    pub arguments: Arguments<'a>,
    pub span: Span<'a>,
}

#[derive(Clone, Default)]
pub struct Arguments<'a> {
    pub positional: Vec<Value<'a>>,
    pub keywords: Vec<(&'a str, Value<'a>)>,
    /// There are more arguments than could be read (`*args`, `**kwargs` of something unknown).
    pub open: Option<Rc<Unknown<'a>>>,
}

impl<'a> Arguments<'a> {
    pub fn keyword(&self, name: &str) -> Option<&Value<'a>> {
        self.keywords.iter().rev().find(|(keyword, _)| *keyword == name).map(|(_, value)| value)
    }

    /// The argument by position, or by name.
    pub fn get(&self, position: usize, name: &str) -> Option<&Value<'a>> {
        self.positional.get(position).or_else(|| self.keyword(name))
    }
}

pub struct Attribute<'a> {
    pub of: Value<'a>,
    pub name: &'a str,
    pub span: Span<'a>,
}

pub struct Subscript<'a> {
    pub of: Value<'a>,
    pub key: Value<'a>,
}

pub struct Operation<'a> {
    pub operator: Operator,
    pub operands: Vec<Value<'a>>,
    pub span: Span<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Binary(ruff_python_ast::Operator),
    Compare(ruff_python_ast::CmpOp),
    Negate,
    Plus,
    Invert,
    Not,
}

pub struct Unknown<'a> {
    /// Why, as the rest of a sentence: "`settings.schema` comes from outside the project".
    pub reason: String,
    pub span: Span<'a>,
    pub kind: UnknownKind,
    /// The name whose value would decide it.
    pub settled_by: Option<Name<'a>>,
    /// The values of which it is one, where that much is known.
    pub among: RefCell<Vec<Value<'a>>>,
}

/// A name that a value can be given to from outside of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name<'a> {
    /// A variable of a module; what is done with it makes another value.
    Variable(&'a str),
    /// A plain setting, from the environment: what is made of it is still decided by it.
    Setting(&'a str),
}

impl<'a> Name<'a> {
    pub fn text(self) -> &'a str {
        match self {
            Name::Variable(text) | Name::Setting(text) => text,
        }
    }
}

impl<'a> Unknown<'a> {
    pub fn new(reason: impl Into<String>, span: Span<'a>, kind: UnknownKind) -> Self {
        Unknown { reason: reason.into(), span, kind, settled_by: None, among: RefCell::default() }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnknownKind {
    Undecided,
    /// A name that nothing defines, at least not yet.
    Undefined,
    /// The code raises here.
    Raised,
}

impl<'a> Value<'a> {
    pub fn text(text: &str) -> Self {
        Value::Str(Rc::from(text))
    }

    pub fn list(values: Vec<Value<'a>>) -> Self {
        Value::List(Rc::new(RefCell::new(values)))
    }

    pub fn tuple(values: Vec<Value<'a>>) -> Self {
        Value::Tuple(Rc::from(values))
    }

    pub fn set(values: Vec<Value<'a>>) -> Self {
        let mut distinct: Vec<Value<'a>> = Vec::new();
        for value in values {
            if !distinct.iter().any(|other| other.equal(&value) == Some(true)) {
                distinct.push(value);
            }
        }
        Value::Set(Rc::new(RefCell::new(distinct)))
    }

    pub fn dict(dict: Dict<'a>) -> Self {
        Value::Dict(Rc::new(RefCell::new(dict)))
    }

    pub fn unknown(reason: impl Into<String>, span: Span<'a>) -> Self {
        Value::Unknown(Rc::new(Unknown::new(reason, span, UnknownKind::Undecided)))
    }

    pub fn raised(reason: impl Into<String>, span: Span<'a>) -> Self {
        Value::Unknown(Rc::new(Unknown::new(reason, span, UnknownKind::Raised)))
    }

    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The values of which this is one; none where that is not known.
    pub fn alternatives(&self) -> Vec<Value<'a>> {
        match self {
            Value::Unknown(unknown) => unknown.among.borrow().clone(),
            known => vec![known.clone()],
        }
    }

    /// Something may be done to it, after which it is not what it was.
    pub fn touch(&self) {
        if let Value::Unknown(unknown) = self {
            unknown.among.borrow_mut().clear();
        }
    }

    /// The name whose value would decide this one.
    pub fn settled_by(&self) -> Option<Name<'a>> {
        match self {
            Value::Unknown(unknown) => unknown.settled_by,
            _ => None,
        }
    }

    /// The text of a string, also where it is a member of a `str` enum.
    pub fn as_text(&self) -> Option<Rc<str>> {
        match self {
            Value::Str(text) => Some(text.clone()),
            Value::Member(member) if member.class.is_text_enum() => member.value.as_text(),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i128> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(value) => Some(i128::from(*value)),
            Value::Member(member) if member.class.is_int_enum() => member.value.as_int(),
            _ => None,
        }
    }

    /// The elements of what can be iterated over and is known.
    pub fn elements(&self) -> Option<Vec<Value<'a>>> {
        match self {
            Value::List(values) | Value::Set(values) => Some(values.borrow().clone()),
            Value::Tuple(values) => Some(values.to_vec()),
            Value::Dict(dict) => {
                let dict = dict.borrow();
                match dict.open {
                    Some(_) => None,
                    None => Some(dict.entries().iter().map(|(key, _)| key.clone()).collect()),
                }
            }
            Value::Str(text) => Some(text.chars().map(|letter| Value::text(letter.encode_utf8(&mut [0; 4]))).collect()),
            Value::Class(class) if class.is_enum() => {
                Some(Class::members(class).into_iter().map(|member| Value::Member(Rc::new(member))).collect())
            }
            _ => None,
        }
    }

    /// Whether it counts as true; `None` where that is not known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::None => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Int(number) => Some(*number != 0),
            Value::Float(number) => Some(*number != 0.0),
            Value::Str(text) => Some(!text.is_empty()),
            Value::Bytes(bytes) => Some(!bytes.is_empty()),
            Value::List(values) | Value::Set(values) => Some(!values.borrow().is_empty()),
            Value::Tuple(values) => Some(!values.is_empty()),
            Value::Dict(dict) => {
                let dict = dict.borrow();
                if !dict.entries().is_empty() { Some(true) } else { dict.open.is_none().then_some(false) }
            }
            Value::Ellipsis | Value::Function(_) | Value::Bound(_) | Value::Class(_) => Some(true),
            Value::Module(_) | Value::Namespace(_) => Some(true),
            Value::Member(member) if member.class.is_text_enum() || member.class.is_int_enum() => member.value.truth(),
            Value::Member(_) => Some(true),
            Value::External(_)
            | Value::Import(_)
            | Value::Instance(_)
            | Value::Call(_)
            | Value::Attribute(_)
            | Value::Subscript(_)
            | Value::Operation(_)
            | Value::Unknown(_) => None,
        }
    }

    /// Whether two values are equal; `None` where that is not known.
    pub fn equal(&self, other: &Value<'a>) -> Option<bool> {
        match (self, other) {
            (Value::Member(a), Value::Member(b)) => Some(Rc::ptr_eq(&a.class, &b.class) && a.name == b.name),
            (Value::Member(member), other) | (other, Value::Member(member)) => {
                if member.class.is_text_enum() || member.class.is_int_enum() {
                    member.value.equal(other)
                } else {
                    other.is_settled().then_some(false)
                }
            }
            (Value::Float(a), Value::Float(b)) => Some(a == b),
            (Value::Float(a), Value::Int(b)) | (Value::Int(b), Value::Float(a)) => Some(*a == *b as f64),
            (Value::Int(_) | Value::Bool(_), Value::Int(_) | Value::Bool(_)) => Some(self.as_int() == other.as_int()),
            (Value::Tuple(a), Value::Tuple(b)) => equal_all(a, b),
            (Value::List(a), Value::List(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Some(true);
                }
                equal_all(&a.borrow(), &b.borrow())
            }
            (Value::Function(a), Value::Function(b)) => Some(Rc::ptr_eq(a, b)),
            (Value::Class(a), Value::Class(b)) => Some(Rc::ptr_eq(a, b)),
            (Value::Module(a), Value::Module(b)) => Some(a == b),
            (Value::External(a), Value::External(b)) => (a == b).then_some(true),
            (Value::Call(a), Value::Call(b)) => Rc::ptr_eq(a, b).then_some(true),
            (Value::Instance(a), Value::Instance(b)) => Rc::ptr_eq(a, b).then_some(true),
            (Value::Unknown(a), Value::Unknown(b)) => Rc::ptr_eq(a, b).then_some(true),
            (a, b) => match (a.key(), b.key()) {
                (Some(a), Some(b)) => Some(a == b),
                _ if a.is_settled() && b.is_settled() => Some(false),
                _ => None,
            },
        }
    }

    /// Whether the value is known through and through, as far as its own kind goes.
    fn is_settled(&self) -> bool {
        match self {
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Ellipsis
            | Value::Function(_)
            | Value::Class(_)
            | Value::Member(_)
            | Value::Module(_)
            | Value::Namespace(_)
            | Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::Set(_) => true,
            Value::Bound(_)
            | Value::Import(_)
            | Value::Instance(_)
            | Value::External(_)
            | Value::Call(_)
            | Value::Attribute(_)
            | Value::Subscript(_)
            | Value::Operation(_)
            | Value::Unknown(_) => false,
        }
    }

    /// A word that tells two hashable values apart.
    pub(super) fn key(&self) -> Option<String> {
        Some(match self {
            Value::None => "None".to_string(),
            Value::Bool(value) => format!("i{}", i128::from(*value)),
            Value::Int(number) => format!("i{number}"),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("i{number:.0}"),
            Value::Float(number) => format!("f{number}"),
            Value::Str(text) => format!("s{text}"),
            Value::Bytes(bytes) => format!("b{bytes:?}"),
            Value::Ellipsis => "...".to_string(),
            Value::Tuple(values) => {
                let mut key = "(".to_string();
                for value in values.iter() {
                    let part = value.key()?;
                    key.push_str(&format!("{}:{part},", part.len()));
                }
                key
            }
            Value::Member(member) if member.class.is_text_enum() || member.class.is_int_enum() => member.value.key()?,
            Value::Member(member) => format!("m{:p}.{}", Rc::as_ptr(&member.class), member.name),
            Value::Class(class) => format!("c{:p}", Rc::as_ptr(class)),
            Value::Function(function) => format!("d{:p}", Rc::as_ptr(function)),
            Value::Module(module) => format!("n{}", module.0),
            Value::Namespace(path) => format!("N{path}"),
            Value::External(path) => format!("x{path}"),
            Value::Call(call) => format!("t{:p}", Rc::as_ptr(call)),
            Value::Instance(instance) => format!("o{:p}", Rc::as_ptr(instance)),
            Value::Attribute(attribute) => format!("a{}.{}", attribute.of.key()?, attribute.name),
            Value::List(_)
            | Value::Set(_)
            | Value::Dict(_)
            | Value::Bound(_)
            | Value::Import(_)
            | Value::Subscript(_)
            | Value::Operation(_)
            | Value::Unknown(_) => return None,
        })
    }

    /// What kind of thing it is, for messages.
    pub fn describe(&self) -> String {
        match self {
            Value::None => "`None`".to_string(),
            Value::Bool(true) => "`True`".to_string(),
            Value::Bool(false) => "`False`".to_string(),
            Value::Int(number) => format!("`{number}`"),
            Value::Float(number) => format!("`{number}`"),
            Value::Str(text) if text.len() < 60 => format!("`{text:?}`"),
            Value::Str(_) => "a string".to_string(),
            Value::Bytes(_) => "bytes".to_string(),
            Value::Ellipsis => "`...`".to_string(),
            Value::List(_) => "a list".to_string(),
            Value::Tuple(_) => "a tuple".to_string(),
            Value::Set(_) => "a set".to_string(),
            Value::Dict(_) => "a dictionary".to_string(),
            Value::Function(function) => format!("the function `{}`", function.name),
            Value::Bound(_) => "a bound function".to_string(),
            Value::Class(class) => format!("the class `{}`", class.name),
            Value::Member(member) => format!("`{}.{}`", member.class.name, member.name),
            Value::Instance(instance) => format!("an instance of `{}`", instance.class.name),
            Value::Module(_) | Value::Namespace(_) => "a module".to_string(),
            Value::Import(import) => format!("`{}`", import.name.unwrap_or(import.module)),
            Value::External(path) => format!("`{path}`"),
            Value::Call(call) => match call.callee.dotted() {
                Some(path) => format!("`{path}(…)`"),
                None => "a call".to_string(),
            },
            Value::Attribute(_) | Value::Subscript(_) => match self.dotted() {
                Some(path) => format!("`{path}`"),
                None => "an attribute".to_string(),
            },
            Value::Operation(_) => "an expression".to_string(),
            Value::Unknown(unknown) => unknown.reason.clone(),
        }
    }

    /// The term as a dotted path, where it is one.
    pub fn dotted(&self) -> Option<String> {
        match self {
            Value::External(path) => Some(path.to_string()),
            Value::Class(class) => Some(class.name.to_string()),
            Value::Function(function) => Some(function.name.to_string()),
            Value::Attribute(attribute) => Some(format!("{}.{}", attribute.of.dotted()?, attribute.name)),
            Value::Call(call) => Some(format!("{}(…)", call.callee.dotted()?)),
            Value::Subscript(subscript) => Some(format!("{}[…]", subscript.of.dotted()?)),
            Value::Instance(instance) => Some(instance.class.name.to_string()),
            _ => None,
        }
    }
}

fn equal_all<'a>(a: &[Value<'a>], b: &[Value<'a>]) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    let mut all = Some(true);
    for (a, b) in a.iter().zip(b) {
        match a.equal(b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}
