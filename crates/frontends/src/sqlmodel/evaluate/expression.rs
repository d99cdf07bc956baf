//! Expressions: names, literals, attributes, subscripts, comprehensions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{Comprehension, Expr, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::statement::{enclosing, key_of, position};
use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::library;
use crate::sqlmodel::value::{
    Arguments, Attribute, Body, Dict, Function, Kind, Member, Operator, Place, Scope, Span, Subscript, Unknown,
    UnknownKind, Value,
};

impl<'a> Interpreter<'a> {
    pub fn evaluate(&self, expression: &'a Expr, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let span = scope.span(expression.range());
        self.descend(|| self.evaluate_expression(expression, scope, span), || self.too_long(span))
    }

    fn evaluate_expression(&self, expression: &'a Expr, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        match expression {
            Expr::Name(name) if self.annotation.get() => self.name_in_annotation(name.id.as_str(), scope, span),
            Expr::Name(name) => self.name(name.id.as_str(), scope, span),
            Expr::StringLiteral(literal) => Value::text(literal.value.to_str()),
            Expr::BytesLiteral(literal) => Value::Bytes(literal.value.bytes().collect::<Vec<u8>>().into()),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => match number.as_i64() {
                    Some(number) => Value::Int(i128::from(number)),
                    None => match number.to_string().parse::<i128>() {
                        Ok(number) => Value::Int(number),
                        Err(_) => Value::unknown("the number is too large", span),
                    },
                },
                Number::Float(number) => Value::Float(*number),
                Number::Complex { .. } => Value::unknown("it is a complex number", span),
            },
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NoneLiteral(_) => Value::None,
            Expr::EllipsisLiteral(_) => Value::Ellipsis,
            Expr::Attribute(attribute) => {
                let of = self.evaluate(&attribute.value, scope);
                self.attribute(of, attribute.attr.as_str(), span)
            }
            Expr::Subscript(subscript) => {
                let of = self.evaluate(&subscript.value, scope);
                // What stands in `Literal[…]` is text, not code.
                let key = self.evaluate(&subscript.slice, scope);
                self.subscript(of, key, span)
            }
            Expr::Slice(slice) => {
                let part = |part: &'a Option<Box<Expr>>| match part {
                    Some(part) => self.evaluate(part, scope),
                    None => Value::None,
                };
                let bounds = vec![part(&slice.lower), part(&slice.upper), part(&slice.step)];
                Value::Subscript(Rc::new(Subscript {
                    of: Value::External("builtins.slice"),
                    key: Value::tuple(bounds),
                }))
            }
            Expr::Call(call) => self.evaluate_call(call, scope, span),
            Expr::BinOp(operation) => {
                let left = self.evaluate(&operation.left, scope);
                let right = self.evaluate(&operation.right, scope);
                self.binary(operation.op, left, right, span)
            }
            Expr::UnaryOp(operation) => {
                let operand = self.evaluate(&operation.operand, scope);
                self.unary(operation.op, operand, span)
            }
            Expr::BoolOp(operation) => self.boolean(operation, scope, span),
            Expr::Compare(comparison) => self.compare(comparison, scope, span),
            Expr::If(choice) => match self.evaluate(&choice.test, scope).truth() {
                Some(true) => self.evaluate(&choice.body, scope),
                Some(false) => self.evaluate(&choice.orelse, scope),
                None => {
                    let one = self.evaluate(&choice.body, scope);
                    let other = self.evaluate(&choice.orelse, scope);
                    if one.equal(&other) == Some(true) {
                        return one;
                    }
                    let text = self.text_of(choice.test.range(), scope);
                    Value::unknown(format!("it depends on `{text}`, which is not known before the code runs"), span)
                }
            },
            Expr::Tuple(tuple) => match self.elements(&tuple.elts, scope) {
                Ok(values) => Value::tuple(values),
                Err(unknown) => Value::Unknown(unknown),
            },
            Expr::List(list) => match self.elements(&list.elts, scope) {
                Ok(values) => Value::list(values),
                Err(unknown) => Value::Unknown(unknown),
            },
            Expr::Set(set) => match self.elements(&set.elts, scope) {
                Ok(values) => Value::set(values),
                Err(unknown) => Value::Unknown(unknown),
            },
            Expr::Dict(literal) => {
                let mut dict = Dict::default();
                for item in &literal.items {
                    match &item.key {
                        Some(key) => {
                            let key = self.evaluate(key, scope);
                            let value = self.evaluate(&item.value, scope);
                            dict.insert(key, value);
                        }
                        None => self.spread(&mut dict, self.evaluate(&item.value, scope), span),
                    }
                }
                Value::dict(dict)
            }
            Expr::ListComp(comprehension) => {
                match self.comprehend(&comprehension.generators, scope, span, &|scope| {
                    self.evaluate(&comprehension.elt, scope)
                }) {
                    Ok(values) => Value::list(values),
                    Err(unknown) => Value::Unknown(unknown),
                }
            }
            Expr::Generator(comprehension) => {
                match self.comprehend(&comprehension.generators, scope, span, &|scope| {
                    self.evaluate(&comprehension.elt, scope)
                }) {
                    Ok(values) => Value::list(values),
                    Err(unknown) => Value::Unknown(unknown),
                }
            }
            Expr::SetComp(comprehension) => {
                match self.comprehend(&comprehension.generators, scope, span, &|scope| {
                    self.evaluate(&comprehension.elt, scope)
                }) {
                    Ok(values) => Value::set(values),
                    Err(unknown) => Value::Unknown(unknown),
                }
            }
            Expr::DictComp(comprehension) => {
                let pair = |scope: &Rc<Scope<'a>>| {
                    let key = comprehension.key.as_ref().map_or(Value::None, |key| self.evaluate(key, scope));
                    Value::tuple(vec![key, self.evaluate(&comprehension.value, scope)])
                };
                match self.comprehend(&comprehension.generators, scope, span, &pair) {
                    Ok(pairs) => {
                        let pairs = pairs.into_iter().filter_map(|pair| match pair {
                            Value::Tuple(pair) => Some((pair.first()?.clone(), pair.get(1)?.clone())),
                            _ => None,
                        });
                        Value::dict(Dict::from_entries(pairs))
                    }
                    Err(unknown) => Value::Unknown(unknown),
                }
            }
            Expr::Lambda(lambda) => Value::Function(Rc::new(Function {
                name: "<lambda>",
                parameters: lambda.parameters.as_deref(),
                defaults: match &lambda.parameters {
                    Some(parameters) => self.defaults(parameters, scope),
                    None => HashMap::new(),
                },
                body: Body::Expression(&lambda.body),
                scope: enclosing(scope),
                kind: Cell::new(Kind::Plain),
                class: RefCell::new(None),
                decorators: Vec::new(),
                returns: None,
                suspends: false,
                span,
            })),
            Expr::Named(named) => {
                let value = self.evaluate(&named.value, scope);
                self.assign(&named.target, value.clone(), scope);
                value
            }
            Expr::FString(string) => self.format_string(string, scope, span),
            Expr::Starred(starred) => self.evaluate(&starred.value, scope),
            Expr::TString(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::IpyEscapeCommand(_) => {
                Value::unknown("it is known only while the code runs", span)
            }
        }
    }

    pub(super) fn text_of(&self, range: ruff_text_size::TextRange, scope: &Scope<'a>) -> String {
        let text = scope.source.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or("");
        let line = text.lines().next().unwrap_or("");
        line.chars().take(60).collect()
    }

    fn name(&self, name: &'a str, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        let mut place = Some(scope.clone());
        while let Some(scope) = place {
            let found = scope.names.borrow().get(name).cloned();
            if let Some(value) = found {
                return match value {
                    Value::Import(_) => {
                        let resolved = self.resolve(value);
                        // What could not be found yet may be there later: imports can go in circles.
                        if !matches!(&resolved, Value::Unknown(_)) {
                            scope.names.borrow_mut().set(name, resolved.clone());
                        }
                        resolved
                    }
                    value => value,
                };
            }
            place = scope.parent.clone();
        }
        let module = self.module(scope.module);
        let found = module.scope.names.borrow().get(name).cloned();
        if let Some(value) = found {
            return self.resolve(value);
        }
        if library::is_builtin(name) {
            return Value::External(self.external("builtins", name));
        }
        if let Some(value) = self.star_import(&module, name) {
            return value;
        }
        self.undefined(name, span)
    }

    /// Looks a name up the way annotations do, which may name what only type checkers import.
    fn name_in_annotation(&self, name: &'a str, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        match self.name(name, scope, span) {
            Value::Unknown(unknown) if unknown.kind == UnknownKind::Undefined => {
                let checking = self.module(scope.module).checking.borrow().get(name).cloned();
                match checking {
                    Some(value) => self.resolve(value),
                    None => Value::Unknown(unknown),
                }
            }
            value => value,
        }
    }

    /// Values of a display; an element that starts with `*` brings its own elements.
    fn elements(&self, expressions: &'a [Expr], scope: &Rc<Scope<'a>>) -> Result<Vec<Value<'a>>, Rc<Unknown<'a>>> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            let value = self.evaluate(expression, scope);
            match expression {
                Expr::Starred(_) => match value.elements() {
                    Some(more) => values.extend(more),
                    None => return Err(self.unknown_elements(&value, scope.span(expression.range()))),
                },
                _ => values.push(value),
            }
        }
        Ok(values)
    }

    pub(super) fn unknown_elements(&self, value: &Value<'a>, span: Span<'a>) -> Rc<Unknown<'a>> {
        match value {
            Value::Unknown(unknown) => unknown.clone(),
            value => Rc::new(Unknown {
                reason: format!("the elements of {} are not known before the code runs", value.describe()),
                span,
                kind: UnknownKind::Undecided,
            }),
        }
    }

    /// `**mapping` within a dictionary.
    pub(super) fn spread(&self, dict: &mut Dict<'a>, value: Value<'a>, span: Span<'a>) {
        match &value {
            Value::Dict(other) => {
                let other = other.borrow();
                for (key, value) in other.entries() {
                    dict.insert(key.clone(), value.clone());
                }
                if let Some(unknown) = &other.open {
                    dict.open = Some(unknown.clone());
                }
            }
            value => dict.open = Some(self.unknown_elements(value, span)),
        }
    }

    fn comprehend(
        &self,
        generators: &'a [Comprehension],
        scope: &Rc<Scope<'a>>,
        span: Span<'a>,
        element: &dyn Fn(&Rc<Scope<'a>>) -> Value<'a>,
    ) -> Result<Vec<Value<'a>>, Rc<Unknown<'a>>> {
        let inner = Scope::new(scope.module, scope.source, Place::Function, Some(scope.clone()));
        let mut values = Vec::new();
        self.generate(generators, &inner, span, element, &mut values)?;
        Ok(values)
    }

    fn generate(
        &self,
        generators: &'a [Comprehension],
        scope: &Rc<Scope<'a>>,
        span: Span<'a>,
        element: &dyn Fn(&Rc<Scope<'a>>) -> Value<'a>,
        values: &mut Vec<Value<'a>>,
    ) -> Result<(), Rc<Unknown<'a>>> {
        let Some((generator, rest)) = generators.split_first() else {
            if values.len() >= LARGEST {
                return Err(self.unknown_elements(&self.too_long(span), span));
            }
            values.push(element(scope));
            return Ok(());
        };
        let iterated = self.evaluate(&generator.iter, scope);
        let Some(elements) = iterated.elements() else { return Err(self.unknown_elements(&iterated, span)) };
        'elements: for value in elements {
            if !self.step() {
                return Err(self.unknown_elements(&self.too_long(span), span));
            }
            self.assign(&generator.target, value, scope);
            for test in &generator.ifs {
                let value = self.evaluate(test, scope);
                match value.truth() {
                    Some(true) => {}
                    Some(false) => continue 'elements,
                    None => return Err(self.unknown_elements(&value, scope.span(test.range()))),
                }
            }
            self.generate(rest, scope, span, element, values)?;
        }
        Ok(())
    }

    /// `of.name`, by the rules of whatever `of` is.
    pub fn attribute(&self, of: Value<'a>, name: &'a str, span: Span<'a>) -> Value<'a> {
        let of = self.resolve(of);
        match &of {
            Value::Unknown(_) => of,
            Value::Module(id) => self.module_attribute(*id, name, span),
            Value::Namespace(path) => self.namespace_attribute(path, name, span),
            Value::Class(class) => self.class_attribute(class, name, span),
            Value::Member(member) => self.member_attribute(member, name, span),
            Value::Instance(_) => self.instance_attribute(&of, name, span),
            Value::External(path) => match (*path, name) {
                ("sys", "version_info") => Value::tuple(vec![Value::Int(3), Value::Int(13), Value::Int(0)]),
                ("typing" | "typing_extensions", "TYPE_CHECKING") => Value::Bool(false),
                ("dialect.sqlite" | "dialect.postgresql", "name") => Value::text(&path["dialect.".len()..]),
                ("dialect.sqlite" | "dialect.postgresql", "type_descriptor") => {
                    Value::External("dialect.type_descriptor")
                }
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
                    Value::Unknown(Rc::new(Unknown {
                        reason: format!("`{}` has no `{name}` that could be found", class.name),
                        span,
                        kind: UnknownKind::Undefined,
                    }))
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
                return Value::unknown(
                    format!("`{}.{name}` is a setting that comes from the environment", instance.class.name),
                    span,
                );
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

    pub(super) fn subscript(&self, of: Value<'a>, key: Value<'a>, span: Span<'a>) -> Value<'a> {
        let slice = match &key {
            Value::Subscript(slice) if matches!(slice.of, Value::External("builtins.slice")) => Some(slice.clone()),
            _ => None,
        };
        match (&of, slice) {
            (Value::Unknown(_), _) => of,
            (Value::Str(text), Some(slice)) => {
                let letters: Vec<char> = text.chars().collect();
                match sliced(&letters, &slice) {
                    Some(letters) => Value::text(&letters.into_iter().collect::<String>()),
                    None => Value::unknown("the slice is not known before the code runs", span),
                }
            }
            (Value::List(values), Some(slice)) => match sliced(&values.borrow(), &slice) {
                Some(values) => Value::list(values),
                None => Value::unknown("the slice is not known before the code runs", span),
            },
            (Value::Tuple(values), Some(slice)) => match sliced(values, &slice) {
                Some(values) => Value::tuple(values),
                None => Value::unknown("the slice is not known before the code runs", span),
            },
            (Value::Str(text), None) => {
                let letters: Vec<char> = text.chars().collect();
                match key.as_int().map(|at| position(at, letters.len())) {
                    Some(Some(at)) => Value::text(&letters[at].to_string()),
                    Some(None) => Value::raised("it raises `IndexError`", span),
                    None => Value::unknown("the index is not known before the code runs", span),
                }
            }
            (Value::List(_) | Value::Tuple(_), None) => {
                let values = of.elements().unwrap_or_default();
                match key.as_int().map(|at| position(at, values.len())) {
                    Some(Some(at)) => values[at].clone(),
                    Some(None) => Value::raised("it raises `IndexError`", span),
                    None => Value::unknown("the index is not known before the code runs", span),
                }
            }
            (Value::Dict(dict), None) => {
                let dict = dict.borrow();
                match dict.get(&key) {
                    Some(value) => value.clone(),
                    None if matches!(key, Value::Unknown(_)) => key,
                    None => match &dict.open {
                        Some(unknown) => Value::Unknown(unknown.clone()),
                        None => Value::raised("it raises `KeyError`", span),
                    },
                }
            }
            (Value::Class(class), None) if class.is_enum() => match key.as_text() {
                Some(name) => match Class::member(class, &name) {
                    Some(member) => Value::Member(Rc::new(member)),
                    None => Value::raised("it raises `KeyError`", span),
                },
                None => Value::unknown("the member is not known before the code runs", span),
            },
            _ => Value::Subscript(Rc::new(Subscript { of, key })),
        }
    }
}

/// Whether a call makes an attribute that mapping turns into a column or a relation.
pub(super) fn is_mapped_attribute(callee: &Value<'_>) -> bool {
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

fn sliced<'a, T: Clone>(values: &[T], slice: &Subscript<'a>) -> Option<Vec<T>> {
    let Value::Tuple(bounds) = &slice.key else { return None };
    let length = i128::try_from(values.len()).ok()?;
    let bound = |value: &Value<'a>| match value {
        Value::None => Some(None),
        value => value.as_int().map(Some),
    };
    let (lower, upper, step) = (bound(bounds.first()?)?, bound(bounds.get(1)?)?, bound(bounds.get(2)?)?);
    let clamp = |at: i128| if at < 0 { (at + length).max(0) } else { at.min(length) };
    match step.unwrap_or(1) {
        1 => {
            let from = usize::try_from(clamp(lower.unwrap_or(0))).ok()?;
            let to = usize::try_from(clamp(upper.unwrap_or(length))).ok()?;
            Some(values.get(from..to.max(from))?.to_vec())
        }
        -1 if lower.is_none() && upper.is_none() => Some(values.iter().rev().cloned().collect()),
        _ => None,
    }
}

/// `+1`, `-1`, `not`, `~` of a value.
impl<'a> Interpreter<'a> {
    fn unary(&self, operator: UnaryOp, operand: Value<'a>, span: Span<'a>) -> Value<'a> {
        match (operator, &operand) {
            (UnaryOp::Not, operand) => match operand.truth() {
                Some(truth) => Value::Bool(!truth),
                None => self.operation(Operator::Not, vec![operand.clone()], span),
            },
            (UnaryOp::USub, Value::Int(number)) => Value::Int(number.saturating_neg()),
            (UnaryOp::USub, Value::Float(number)) => Value::Float(-number),
            (UnaryOp::USub, Value::Bool(value)) => Value::Int(-i128::from(*value)),
            (UnaryOp::UAdd, Value::Int(_) | Value::Float(_)) => operand,
            (UnaryOp::Invert, Value::Int(number)) => Value::Int(!number),
            (UnaryOp::USub, _) => self.operation(Operator::Negate, vec![operand], span),
            (UnaryOp::UAdd, _) => self.operation(Operator::Plus, vec![operand], span),
            (UnaryOp::Invert, _) => self.operation(Operator::Invert, vec![operand], span),
        }
    }
}

impl<'a> Interpreter<'a> {
    /// An annotation, which may name what only type checkers import.
    pub fn evaluate_annotation(&self, expression: &'a Expr, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let before = self.annotation.replace(true);
        let value = self.evaluate(expression, scope);
        self.annotation.set(before);
        value
    }

    pub fn evaluate_annotation_text(&self, text: &str, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        match self.arena.expression(text) {
            Some(expression) => self.evaluate_annotation(expression, scope),
            None => Value::unknown(format!("`{text}` is no python expression"), span),
        }
    }
}
