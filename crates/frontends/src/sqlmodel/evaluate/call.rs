//! Calls: of the project's functions and classes, which run, and of libraries', which stay terms.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};

use super::assignment::key_of;
use super::branch::one_of;
use super::statement::Flow;
use super::{Interpreter, Made};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::value::{
    Arguments, Body, Call, Dict, Function, Instance, Kind, Place, Scope, Span, Unknown, UnknownKind, Value,
};

impl<'a> Interpreter<'a> {
    pub(super) fn evaluate_call(&self, call: &'a ExprCall, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        let callee = self.evaluate(&call.func, scope);
        if let Value::Unknown(_) = callee {
            // The arguments run too: they may define what others use.
            for argument in &call.arguments.args {
                if let Expr::Named(_) = argument {
                    let _ = self.evaluate(argument, scope);
                }
            }
            return callee;
        }
        let arguments = self.arguments(&call.arguments, scope);
        self.call(callee, arguments, span, scope)
    }

    pub(super) fn arguments(&self, arguments: &'a ruff_python_ast::Arguments, scope: &Rc<Scope<'a>>) -> Arguments<'a> {
        let mut result = Arguments {
            positional: Vec::with_capacity(arguments.args.len()),
            keywords: Vec::with_capacity(arguments.keywords.len()),
            open: None,
        };
        for argument in &arguments.args {
            let value = self.evaluate(argument, scope);
            match argument {
                Expr::Starred(starred) => match value.elements() {
                    Some(values) => result.positional.extend(values),
                    None => result.open = Some(self.unknown_elements(&value, scope.span(starred.range))),
                },
                _ => result.positional.push(value),
            }
        }
        for keyword in &arguments.keywords {
            let value = self.evaluate(&keyword.value, scope);
            match &keyword.arg {
                Some(name) => result.keywords.push((name.as_str(), value)),
                None => self.spread_keywords(&mut result, &value, scope.span(keyword.range)),
            }
        }
        result
    }

    fn spread_keywords(&self, arguments: &mut Arguments<'a>, value: &Value<'a>, span: Span<'a>) {
        match value {
            Value::Dict(dict) => {
                let dict = dict.borrow();
                for (key, value) in dict.entries() {
                    match key.as_text() {
                        Some(name) => arguments.keywords.push((self.arena.name(&name), value.clone())),
                        None => arguments.open = Some(self.unknown_elements(key, span)),
                    }
                }
                if let Some(unknown) = &dict.open {
                    arguments.open = Some(unknown.clone());
                }
            }
            value => match spread_of_one(value) {
                Some(keywords) => {
                    for (name, value) in keywords {
                        arguments.keywords.push((self.arena.name(&name), value));
                    }
                }
                None => arguments.open = Some(self.unknown_elements(value, span)),
            },
        }
    }

    pub(super) fn call_with(
        &self,
        callee: Value<'a>,
        positional: Vec<Value<'a>>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        self.call(callee, Arguments { positional, ..Arguments::default() }, span, scope)
    }

    pub(super) fn call_without_arguments(&self, callee: Value<'a>, span: Span<'a>, scope: &Rc<Scope<'a>>) -> Value<'a> {
        self.call(callee, Arguments::default(), span, scope)
    }

    pub fn call(
        &self,
        callee: Value<'a>,
        arguments: Arguments<'a>,
        span: Span<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Value<'a> {
        match callee {
            Value::Unknown(_) => callee,
            Value::Function(function) => self.invoke(&function, arguments, span),
            Value::Bound(bound) => {
                let (callee, receiver) = (&bound.0, &bound.1);
                match callee {
                    Value::External("functools.partial") => {
                        let Value::Tuple(parts) = receiver else { return Value::None };
                        let (Some(function), Some(Value::Tuple(positional)), Some(Value::Dict(keywords))) =
                            (parts.first(), parts.get(1), parts.get(2))
                        else {
                            return Value::None;
                        };
                        let mut all = Arguments { positional: positional.to_vec(), ..Arguments::default() };
                        self.spread_keywords(&mut all, &Value::Dict(keywords.clone()), span);
                        all.positional.extend(arguments.positional);
                        all.keywords.extend(arguments.keywords);
                        all.open = all.open.or(arguments.open);
                        self.call(function.clone(), all, span, scope)
                    }
                    Value::External(path) if path.starts_with("super.") => {
                        self.call_base(path, receiver, arguments, span)
                    }
                    Value::External(path) => self.call_method(path, receiver, arguments, span),
                    callee => {
                        let mut all = arguments;
                        all.positional.insert(0, receiver.clone());
                        self.call(callee.clone(), all, span, scope)
                    }
                }
            }
            Value::Class(class) => self.instantiate(&class, arguments, span),
            Value::External(path) => self.call_external(path, arguments, span, scope),
            Value::Instance(ref instance) => match Class::find(&instance.class, "__call__") {
                Some((Value::Function(function), _)) => {
                    let mut all = arguments;
                    all.positional.insert(0, callee.clone());
                    self.invoke(&function, all, span)
                }
                _ => self.term(callee, arguments, span),
            },
            // `re.compile(pattern).sub(…)` is `re.sub(pattern, …)`.
            Value::Attribute(ref attribute) if matches!(&attribute.of, Value::Call(compile) if matches!(&compile.callee, Value::External("re.compile"))) =>
            {
                let Value::Call(compile) = &attribute.of else { return self.term(callee, arguments, span) };
                let path = self.external("re", attribute.name);
                let mut all = compile.arguments.clone();
                all.positional.extend(arguments.positional);
                all.keywords.extend(arguments.keywords);
                self.call_external(path, all, span, scope)
            }
            Value::Attribute(ref attribute) => {
                // `metadata.naming_convention.update({…})` is an assignment in other words.
                if attribute.name == "update"
                    && let Value::Attribute(_) | Value::External(_) = &attribute.of
                    && let Some(argument) = arguments.positional.first()
                    && let Some(key) = key_of(&attribute.of)
                    && key.ends_with(".naming_convention")
                {
                    self.assigned.borrow_mut().insert(key, argument.clone());
                    return Value::None;
                }
                self.term(callee, arguments, span)
            }
            Value::Call(_) | Value::Subscript(_) | Value::Operation(_) => self.term(callee, arguments, span),
            callee => Value::raised(format!("{} cannot be called", callee.describe()), span),
        }
    }

    /// A call that stays what it is.
    pub(super) fn term(&self, callee: Value<'a>, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
        let call = Rc::new(Call { callee, arguments, span });
        if leaves_something(&call) {
            self.made.borrow_mut().push(Made { call: call.clone(), conditional: self.conditional() });
        }
        Value::Call(call)
    }

    /// Runs a function of the project.
    pub fn invoke(&self, function: &Rc<Function<'a>>, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
        if function.suspends {
            return Value::unknown(format!("`{}` runs only with the application", function.name), span);
        }
        self.calls.set(self.calls.get() + 1);
        let value = self.descend(|| self.run_function(function, arguments, span), || self.too_long(span));
        self.calls.set(self.calls.get() - 1);
        value
    }

    fn run_function(&self, function: &Rc<Function<'a>>, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
        let scope =
            Scope::new(function.scope.module, function.scope.source, Place::Function, Some(function.scope.clone()));
        if let Some(class) = function.class.borrow().as_ref().and_then(std::rc::Weak::upgrade) {
            let receiver = arguments.positional.first().cloned().unwrap_or_else(|| Value::Class(class.clone()));
            *scope.receiver.borrow_mut() = Some((class, receiver));
        }
        if let Err(value) = self.bind_parameters(function, arguments, &scope, span) {
            return value;
        }
        match function.body {
            Body::Expression(expression) => self.evaluate(expression, &scope),
            Body::Statements(body) => {
                let returned = match self.execute_all(body, &scope) {
                    Flow::Return(value) => value,
                    Flow::Raise(unknown) => {
                        // On the other way, a value was returned.
                        if let Some(value) = scope.pending.borrow().first() {
                            return value.clone();
                        }
                        return Value::Unknown(unknown);
                    }
                    Flow::Next | Flow::Break | Flow::Continue => Value::None,
                };
                let pending = scope.pending.borrow();
                match pending.iter().find(|other| other.equal(&returned) != Some(true)) {
                    Some(_) => one_of(
                        pending.iter().chain([&returned]),
                        format!("what `{}` returns depends on what is known only when the code runs", function.name),
                        scope.doubt.get(),
                        span,
                    ),
                    None => returned,
                }
            }
        }
    }

    fn bind_parameters(
        &self,
        function: &Rc<Function<'a>>,
        arguments: Arguments<'a>,
        scope: &Rc<Scope<'a>>,
        span: Span<'a>,
    ) -> Result<(), Value<'a>> {
        let Some(parameters) = function.parameters else { return Ok(()) };
        let mut names = scope.names.borrow_mut();
        let mut positional = arguments.positional.into_iter();
        let mut keywords = arguments.keywords;
        let mut take = |name: &str| {
            let at = keywords.iter().rposition(|(keyword, _)| *keyword == name)?;
            Some(keywords.remove(at).1)
        };
        let missing = |name: &'a str| match (&arguments.open, function.defaults.get(name)) {
            (Some(unknown), _) => Value::Unknown(unknown.clone()),
            (None, Some(default)) => default.clone(),
            (None, None) => Value::Unknown(Rc::new(Unknown::new(
                format!("`{}` is called without its argument `{name}`", function.name),
                span,
                UnknownKind::Undecided,
            ))),
        };
        for parameter in &parameters.posonlyargs {
            let name = parameter.name().as_str();
            names.set(name, positional.next().unwrap_or_else(|| missing(name)));
        }
        for parameter in &parameters.args {
            let name = parameter.name().as_str();
            let value = positional.next().or_else(|| take(name)).unwrap_or_else(|| missing(name));
            names.set(name, value);
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.name().as_str();
            let value = take(name).unwrap_or_else(|| missing(name));
            names.set(name, value);
        }
        let rest: Vec<Value<'a>> = positional.collect();
        if let Some(parameter) = &parameters.vararg {
            names.set(
                parameter.name.as_str(),
                match &arguments.open {
                    Some(unknown) => Value::Unknown(unknown.clone()),
                    None => Value::tuple(rest),
                },
            );
        }
        if let Some(parameter) = &parameters.kwarg {
            let mut dict = Dict::from_entries(keywords.into_iter().map(|(name, value)| (Value::text(name), value)));
            dict.open = arguments.open.clone();
            names.set(parameter.name.as_str(), Value::dict(dict));
        }
        Ok(())
    }

    /// Calls a class of the project.
    fn instantiate(&self, class: &Rc<Class<'a>>, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
        if class.is_enum() {
            let Some(wanted) = arguments.positional.first() else {
                return Value::unknown("an enum is called without a value", span);
            };
            if let Value::Unknown(_) = wanted {
                return wanted.clone();
            }
            let members = Class::members(class);
            return match members.into_iter().find(|member| {
                member.value.equal(wanted) == Some(true)
                    || matches!(wanted, Value::Member(other) if other.name == member.name && Rc::ptr_eq(&other.class, class))
            }) {
                Some(member) => Value::Member(Rc::new(member)),
                None => Value::unknown(format!("which member of `{}` it is is not known", class.name), span),
            };
        }
        let instance = Rc::new(Instance {
            class: class.clone(),
            attributes: RefCell::default(),
            base_arguments: RefCell::default(),
        });
        let value = Value::Instance(instance.clone());
        match Class::find(class, "__init__") {
            Some((Value::Function(initialize), _)) => {
                let mut all = arguments;
                all.positional.insert(0, value.clone());
                let result = self.invoke(&initialize, all, span);
                if let (Value::Unknown(unknown), true) = (&result, class.traits.column_type) {
                    let open = Arguments { open: Some(unknown.clone()), ..Arguments::default() };
                    instance.base_arguments.borrow_mut().get_or_insert(open);
                }
            }
            _ => {
                // Dataclasses and pydantic models take their fields as keywords.
                for (name, argument) in &arguments.keywords {
                    instance.attributes.borrow_mut().set(name, argument.clone());
                }
                *instance.base_arguments.borrow_mut() = Some(arguments);
            }
        }
        value
    }

    /// `super().method(…)`, where the method is a library's.
    fn call_base(&self, path: &'a str, receiver: &Value<'a>, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
        match (path, receiver) {
            ("super.__init__", Value::Instance(instance)) => {
                *instance.base_arguments.borrow_mut() = Some(arguments);
                Value::None
            }
            ("super.__init_subclass__", _) => Value::None,
            _ => {
                let mut all = arguments;
                all.positional.insert(0, receiver.clone());
                self.term(Value::External(path), all, span)
            }
        }
    }

    /// `Model.__tablename__`, where the body does not simply say it.
    pub(super) fn table_name(&self, class: &Rc<Class<'a>>) -> Option<Value<'a>> {
        let found = Class::find(class, "__tablename__").map(|(value, _)| value);
        match found {
            Some(Value::Function(function)) => Some(self.invoke_for(&function, class)),
            Some(value) => Some(value),
            None if class.traits.sqlmodel => Some(Value::text(&class.name.to_lowercase())),
            None => None,
        }
    }

    /// A function of a class's body that is called for the class: `declared_attr`, `__tablename__`.
    pub fn invoke_for(&self, function: &Rc<Function<'a>>, class: &Rc<Class<'a>>) -> Value<'a> {
        self.refuel();
        let receiver = Value::Class(class.clone());
        match function.kind.get() {
            Kind::Static => self.invoke(function, Arguments::default(), function.span),
            Kind::Plain | Kind::Class | Kind::Property | Kind::Declared { .. } => {
                let arguments = Arguments { positional: vec![receiver], ..Arguments::default() };
                self.invoke(function, arguments, function.span)
            }
        }
    }
}

/// The keywords that one of several dictionaries brings: those that all of them have alike are known, the others are
/// there or not, with one value or another.
fn spread_of_one<'a>(value: &Value<'a>) -> Option<Vec<(Rc<str>, Value<'a>)>> {
    let Value::Unknown(unknown) = value else { return None };
    let alternatives = unknown.among.borrow();
    let mut keywords: Vec<(Rc<str>, Value<'a>)> = Vec::new();
    for alternative in alternatives.iter() {
        let Value::Dict(dict) = alternative else { return None };
        if dict.borrow().open.is_some() {
            return None;
        }
        for (key, value) in dict.borrow().entries() {
            let key = key.as_text()?;
            if keywords.iter().any(|(known, _)| *known == key) {
                continue;
            }
            let everywhere = alternatives.iter().all(|other| {
                matches!(other, Value::Dict(other)
                    if other.borrow().get_text(&key).is_some_and(|other| other.equal(value) == Some(true)))
            });
            let value = if everywhere { value.clone() } else { Value::Unknown(unknown.clone()) };
            keywords.push((key, value));
        }
    }
    (!alternatives.is_empty()).then_some(keywords)
}

/// Whether a call adds something to a table or a `MetaData` by being made.
fn leaves_something(call: &Call<'_>) -> bool {
    match &call.callee {
        Value::External(path) => match known(path) {
            (Family::Sqlalchemy, name) => matches!(
                name,
                "Table"
                    | "Index"
                    | "UniqueConstraint"
                    | "CheckConstraint"
                    | "ForeignKeyConstraint"
                    | "PrimaryKeyConstraint"
                    | "Sequence"
                    | "DDL"
                    | "listen"
                    | "automap_base"
                    | "CreateView"
            ),
            (Family::Postgresql, name) => matches!(name, "ExcludeConstraint" | "ENUM" | "DOMAIN"),
            _ => false,
        },
        // `User.__table__.append_constraint(…)`, `event.listen(…)`, `mapper_registry.map_imperatively(…)`.
        Value::Attribute(attribute) => {
            matches!(
                attribute.name,
                "append_constraint"
                    | "append_column"
                    | "map_imperatively"
                    | "mapped"
                    | "execute_if"
                    | "Table"
                    | "ddl_if"
                    | "add_is_dependent_on"
                    | "to_metadata"
                    | "tometadata"
                    | "reflect"
                    | "listens_for"
            )
        }
        _ => false,
    }
}
