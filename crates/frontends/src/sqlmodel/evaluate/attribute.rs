//! `of.name`, by the rules of whatever stands before the dot.

use std::rc::Rc;

use super::Interpreter;
use super::assignment::key_of;
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::library;
use crate::sqlmodel::value::{Arguments, Attribute, Dict, Kind, Member, Name, Span, Unknown, UnknownKind, Value};

impl<'a> Interpreter<'a> {
    /// `of.name`, by the rules of whatever `of` is.
    pub fn attribute(&self, of: Value<'a>, name: &'a str, span: Span<'a>) -> Value<'a> {
        let of = self.resolve(of);
        match &of {
            Value::Unknown(unknown) => {
                of.touch();
                match unknown.settled_by {
                    // A part of a variable is not the variable.
                    Some(Name::Variable(_)) => {
                        let part = Unknown::new(unknown.reason.clone(), unknown.span, unknown.kind);
                        Value::Unknown(Rc::new(part))
                    }
                    Some(Name::Setting(_)) | None => of,
                }
            }
            Value::Module(id) => self.module_attribute(*id, name, span),
            Value::Namespace(path) => self.namespace_attribute(path, name, span),
            Value::Class(class) => self.class_attribute(class, name, span),
            Value::Member(member) => self.member_attribute(member, name, span),
            Value::Instance(_) => self.instance_attribute(&of, name, span),
            Value::External(path) => match (*path, name) {
                ("sys", "version_info") => Value::tuple(vec![Value::Int(3), Value::Int(13), Value::Int(0)]),
                ("typing" | "typing_extensions", "TYPE_CHECKING") => Value::Bool(false),
                ("dialect.sqlite" | "dialect.postgresql", "name") => Value::text(&path["dialect.".len()..]),
                ("dialect.sqlite", "type_descriptor") => Value::External("dialect.type_descriptor"),
                ("dialect.postgresql", "type_descriptor") => Value::External("dialect.postgresql.type_descriptor"),
                _ => self.assigned_or(self.term_attribute(&of, name, span)),
            },
            Value::Call(_) | Value::Attribute(_) | Value::Subscript(_) | Value::Operation(_) => {
                self.assigned_or(self.term_attribute(&of, name, span))
            }
            Value::Bound(bound) => match &bound.0 {
                Value::External("builtins.super") => self.super_attribute(&bound.1, name, span),
                Value::External("re.Match") => {
                    Value::Bound(Rc::new((Value::External(self.external("re.Match", name)), bound.1.clone())))
                }
                _ => Value::unknown(format!("`{name}` of a function is not known"), span),
            },
            Value::Function(function) => match name {
                "__name__" | "__qualname__" => Value::text(function.name),
                _ => Value::unknown(format!("`{name}` of the function `{}` is not known", function.name), span),
            },
            Value::Str(_) => self.method("builtins.str", name, of),
            Value::Bytes(_) => self.method("builtins.bytes", name, of),
            Value::List(_) => self.method("builtins.list", name, of),
            Value::Tuple(_) => self.method("builtins.tuple", name, of),
            Value::Set(_) => self.method("builtins.set", name, of),
            Value::Dict(_) => self.method("builtins.dict", name, of),
            Value::Int(_) | Value::Bool(_) => match name {
                "value" | "real" => of,
                _ => self.method("builtins.int", name, of),
            },
            Value::Float(_) => self.method("builtins.float", name, of),
            Value::None | Value::Ellipsis | Value::Import(_) => {
                Value::raised(format!("{} has no `{name}`", of.describe()), span)
            }
        }
    }

    fn method(&self, kind: &'a str, name: &'a str, receiver: Value<'a>) -> Value<'a> {
        Value::Bound(Rc::new((Value::External(self.external(kind, name)), receiver)))
    }

    fn assigned_or(&self, value: Value<'a>) -> Value<'a> {
        if self.assigned.borrow().is_empty() {
            return value;
        }
        let assigned = key_of(&value).and_then(|key| self.assigned.borrow().get(&key).cloned());
        assigned.unwrap_or(value)
    }

    pub(super) fn term_attribute(&self, of: &Value<'a>, name: &'a str, span: Span<'a>) -> Value<'a> {
        match of {
            Value::External(path) => Value::External(self.external(path, name)),
            of => Value::Attribute(Rc::new(Attribute { of: of.clone(), name, span })),
        }
    }

    fn class_attribute(&self, class: &Rc<Class<'a>>, name: &'a str, span: Span<'a>) -> Value<'a> {
        match name {
            "__name__" | "__qualname__" => return Value::text(class.name),
            "__class__" => return Value::External("builtins.type"),
            _ => {}
        }
        if class.is_enum() {
            if let Some(member) = Class::member(class, name) {
                return Value::Member(Rc::new(member));
            }
            if name == "__members__" {
                let members = Class::members(class)
                    .into_iter()
                    .map(|member| (Value::text(member.name), Value::Member(Rc::new(member))));
                return Value::dict(Dict::from_entries(members));
            }
        }
        let found = Class::find(class, name);
        if name == "__tablename__" && (class.traits.sqlmodel || class.traits.declarative) {
            // Which of the inherited names counts, and what a declared one gives, is the mapping's to say.
            if let Some(value @ Value::Str(_)) = class.own(name) {
                return value;
            }
            return self.table_name(class).unwrap_or_else(|| Value::raised("the class has no table", span));
        }
        match found {
            Some((value, owner)) => self.bind(value, &Value::Class(class.clone()), &owner, span),
            None => {
                let outside = class
                    .ancestors
                    .iter()
                    .find(|ancestor| !matches!(ancestor, Value::Class(_) | Value::External("builtins.object")));
                if name == "metadata" || name == "registry" {
                    // The class's own ones, whichever ancestor makes them.
                    let inherited = class.ancestors.iter().find_map(|ancestor| match ancestor {
                        Value::Call(_) => Some(self.attribute(ancestor.clone(), name, span)),
                        Value::External(path) if library::known(path).1 == "SQLModel" => {
                            Some(self.attribute(ancestor.clone(), name, span))
                        }
                        _ => None,
                    });
                    if let Some(value) = inherited {
                        return value;
                    }
                }
                if class.traits.sqlmodel || class.traits.declarative || outside.is_some() {
                    self.assigned_or(Value::Attribute(Rc::new(Attribute {
                        of: Value::Class(class.clone()),
                        name,
                        span,
                    })))
                } else if class.annotations.borrow().iter().any(|annotation| annotation.name == name) {
                    Value::Attribute(Rc::new(Attribute { of: Value::Class(class.clone()), name, span }))
                } else {
                    Value::Unknown(Rc::new(Unknown::new(
                        format!("`{}` has no `{name}` that could be found", class.name),
                        span,
                        UnknownKind::Undefined,
                    )))
                }
            }
        }
    }

    /// What an attribute found in a class's body is when it is read through `receiver`.
    fn bind(&self, value: Value<'a>, receiver: &Value<'a>, owner: &Rc<Class<'a>>, span: Span<'a>) -> Value<'a> {
        let value = self.resolve(value);
        let mapped = |class: &Rc<Class<'a>>| class.traits.sqlmodel || class.traits.declarative;
        match (&value, receiver) {
            (Value::Function(function), receiver) => match (function.kind.get(), receiver) {
                (Kind::Static, _) => value.clone(),
                (Kind::Class, Value::Instance(instance)) => {
                    Value::Bound(Rc::new((value.clone(), Value::Class(instance.class.clone()))))
                }
                (Kind::Class, receiver) => Value::Bound(Rc::new((value.clone(), receiver.clone()))),
                (Kind::Property, Value::Instance(_)) => {
                    let arguments = Arguments { positional: vec![receiver.clone()], ..Arguments::default() };
                    self.invoke(function, arguments, span)
                }
                (Kind::Declared { .. }, Value::Class(class)) => {
                    let arguments = Arguments { positional: vec![receiver.clone()], ..Arguments::default() };
                    let made = self.invoke(function, arguments, span);
                    match made {
                        Value::Call(_) if mapped(class) => {
                            Value::Attribute(Rc::new(Attribute { of: receiver.clone(), name: function.name, span }))
                        }
                        made => made,
                    }
                }
                (_, Value::Instance(_)) => Value::Bound(Rc::new((value.clone(), receiver.clone()))),
                (_, _) => value.clone(),
            },
            // A column of a mapped class is spoken of by the class.
            (Value::Call(call), Value::Class(class)) if mapped(class) && is_mapped_attribute(&call.callee) => {
                let name = owner.scope.names.borrow().iter().find_map(|(name, other)| match other {
                    Value::Call(other) if Rc::ptr_eq(other, call) => Some(name),
                    _ => None,
                });
                match name {
                    Some(name) => Value::Attribute(Rc::new(Attribute { of: receiver.clone(), name, span })),
                    None => value.clone(),
                }
            }
            _ => value,
        }
    }

    fn member_attribute(&self, member: &Rc<Member<'a>>, name: &'a str, span: Span<'a>) -> Value<'a> {
        match name {
            "name" | "_name_" => Value::text(member.name),
            "value" | "_value_" => member.value.clone(),
            "__class__" => Value::Class(member.class.clone()),
            _ => match Class::find(&member.class, name) {
                Some((Value::Function(function), _)) => {
                    let receiver = Value::Member(member.clone());
                    match function.kind.get() {
                        Kind::Static => Value::Function(function),
                        Kind::Class => {
                            Value::Bound(Rc::new((Value::Function(function), Value::Class(member.class.clone()))))
                        }
                        Kind::Property => {
                            let arguments = Arguments { positional: vec![receiver], ..Arguments::default() };
                            self.invoke(&function, arguments, span)
                        }
                        Kind::Plain | Kind::Declared { .. } => {
                            Value::Bound(Rc::new((Value::Function(function), receiver)))
                        }
                    }
                }
                Some(_) if Class::member(&member.class, name).is_some() => {
                    self.class_attribute(&member.class, name, span)
                }
                Some((value, _)) => value,
                None if member.class.is_text_enum() => self.attribute(member.value.clone(), name, span),
                None => Value::unknown(
                    format!("`{}.{}` has no `{name}` that could be found", member.class.name, member.name),
                    span,
                ),
            },
        }
    }

    fn instance_attribute(&self, of: &Value<'a>, name: &'a str, span: Span<'a>) -> Value<'a> {
        let Value::Instance(instance) = of else { return Value::None };
        let own = instance.attributes.borrow().get(name).cloned();
        if let Some(value) = own {
            return value;
        }
        if name == "__class__" {
            return Value::Class(instance.class.clone());
        }
        if instance.class.traits.settings {
            let found = Class::find(&instance.class, name);
            if !matches!(found, Some((Value::Function(_), _))) {
                let class = &instance.class;
                let full = format!("{}.{}.{name}", self.module(class.scope.module).name, class.name);
                return self.assumed(&full).unwrap_or_else(|| {
                    let reason = format!("`{}.{name}` is a setting that comes from the environment", class.name);
                    let settled_by = Some(Name::Setting(self.arena.name(&full)));
                    let unknown = Unknown { settled_by, ..Unknown::new(reason, span, UnknownKind::Undecided) };
                    Value::Unknown(Rc::new(unknown))
                });
            }
        }
        match Class::find(&instance.class, name) {
            Some((value, owner)) => self.bind(value, of, &owner, span),
            None => Value::Attribute(Rc::new(Attribute { of: of.clone(), name, span })),
        }
    }

    /// `super().name`: the next class after the one that the code stands in.
    fn super_attribute(&self, place: &Value<'a>, name: &'a str, span: Span<'a>) -> Value<'a> {
        let Value::Tuple(parts) = place else { return Value::None };
        let [Value::Class(owner), receiver] = &parts[..] else { return Value::None };
        let class = match receiver {
            Value::Class(class) => class.clone(),
            Value::Instance(instance) => instance.class.clone(),
            Value::Member(member) => member.class.clone(),
            _ => owner.clone(),
        };
        let after = Class::line(&class).skip_while(|other| !Rc::ptr_eq(other, owner)).skip(1);
        for next in after {
            if let Some(value) = next.own(name) {
                return self.bind(value, receiver, &next, span);
            }
        }
        let path = self.external("super", name);
        Value::Bound(Rc::new((Value::External(path), receiver.clone())))
    }
}

/// Whether a call makes an attribute that mapping turns into a column or a relation.
pub fn is_mapped_attribute(callee: &Value<'_>) -> bool {
    let Some(path) = callee.dotted() else { return false };
    matches!(
        path.rsplit('.').next().unwrap_or(""),
        "Column"
            | "mapped_column"
            | "Field"
            | "column_property"
            | "deferred"
            | "relationship"
            | "Relationship"
            | "synonym"
            | "composite"
            | "query_expression"
    )
}
