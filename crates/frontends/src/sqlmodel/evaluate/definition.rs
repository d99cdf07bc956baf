//! `def` and `class`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef};

use super::Interpreter;
use super::attribute::is_mapped_attribute;
use crate::sqlmodel::classes::{Annotation, Class, Traits, constructor, is_auto};
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::value::{Arguments, Body, Function, Kind, Place, Scope, Span, UnknownKind, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn define_function(&self, definition: &'a StmtFunctionDef, scope: &Rc<Scope<'a>>) {
        let decorators: Vec<Value<'a>> =
            definition.decorator_list.iter().map(|decorator| self.evaluate(&decorator.expression, scope)).collect();
        let span = scope.span(definition.name.range);
        let mut kind = Kind::Plain;
        let mut ours = Vec::new();
        for decorator in &decorators {
            match decorator {
                Value::External("builtins.staticmethod") => kind = Kind::Static,
                Value::External("builtins.classmethod") if kind == Kind::Plain => kind = Kind::Class,
                Value::External("builtins.property" | "functools.cached_property") => kind = Kind::Property,
                Value::Function(_) | Value::Class(_) | Value::Bound(_) | Value::Instance(_) => {
                    ours.push(decorator.clone())
                }
                decorator => {
                    if let Some(cascading) = declared(decorator) {
                        kind = Kind::Declared { cascading };
                    }
                }
            }
        }
        let name = definition.name.as_str();
        let function = Function {
            name,
            parameters: Some(&definition.parameters),
            defaults: self.defaults(&definition.parameters, scope),
            body: Body::Statements(&definition.body),
            scope: enclosing(scope),
            kind: Cell::new(kind),
            class: RefCell::new(None),
            decorators,
            returns: definition.returns.as_deref(),
            suspends: definition.is_async || yields(&definition.body),
            span,
        };
        let function = Rc::new(function);
        for decorator in &function.decorators {
            if let Value::Call(call) = decorator
                && let Value::External(path) = &call.callee
                && path.ends_with(".compiles")
                && let Some(class) = call.arguments.positional.first()
            {
                let dialects = call.arguments.positional[1..].iter();
                let dialects = dialects.filter_map(|name| name.as_text().map(|name| name.to_string())).collect();
                let hook = super::Hook { class: class.clone(), dialects, function: function.clone() };
                self.compiled.borrow_mut().push(hook);
            }
        }
        let mut value = Value::Function(function);
        for decorator in ours.into_iter().rev() {
            let decorated = self.call_with(decorator, vec![value.clone()], span, scope);
            // What a decorator of the project makes of a function is seldom known; the function is still there.
            if !matches!(decorated, Value::Unknown(_)) {
                value = decorated;
            }
        }
        self.assign_name(name, value, scope);
    }

    pub(super) fn defaults(&self, parameters: &'a Parameters, scope: &Rc<Scope<'a>>) -> HashMap<&'a str, Value<'a>> {
        parameters
            .iter_non_variadic_params()
            .filter_map(|parameter| {
                let default = parameter.default.as_deref()?;
                Some((parameter.name().as_str(), self.evaluate(default, scope)))
            })
            .collect()
    }

    pub(super) fn define_class(&self, definition: &'a StmtClassDef, scope: &Rc<Scope<'a>>) {
        let span = scope.span(definition.name.range);
        let mut bases = Vec::new();
        let mut keywords = Vec::new();
        if let Some(arguments) = &definition.arguments {
            let arguments = self.arguments(arguments, scope);
            bases = arguments.positional;
            if let Some(unknown) = arguments.open {
                bases.push(Value::Unknown(unknown));
            }
            keywords = arguments.keywords;
        }
        let decorators: Vec<Value<'a>> =
            definition.decorator_list.iter().map(|decorator| self.evaluate(&decorator.expression, scope)).collect();
        let body = Scope::new(scope.module, scope.source, Place::Class, Some(enclosing(scope)));
        self.annotating.borrow_mut().push(Vec::new());
        {
            let module = self.module(scope.module);
            let mut names = body.names.borrow_mut();
            names.set("__module__", Value::text(module.name));
            names.set("__qualname__", Value::text(definition.name.as_str()));
        }
        let _ = self.execute_all(&definition.body, &body);
        let annotations = self.annotating.borrow_mut().pop().unwrap_or_default();
        let class =
            self.make_class(definition.name.as_str(), span, bases, keywords, decorators.clone(), body, annotations);
        let mut value = Value::Class(class);
        for decorator in decorators.into_iter().rev() {
            if matches!(decorator, Value::Function(_) | Value::Bound(_)) {
                let decorated = self.call_with(decorator, vec![value.clone()], span, scope);
                if matches!(decorated, Value::Class(_)) {
                    value = decorated;
                }
            }
        }
        self.assign_name(definition.name.as_str(), value, scope);
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn make_class(
        &self,
        name: &'a str,
        span: Span<'a>,
        bases: Vec<Value<'a>>,
        keywords: Vec<(&'a str, Value<'a>)>,
        decorators: Vec<Value<'a>>,
        body: Rc<Scope<'a>>,
        annotations: Vec<Annotation<'a>>,
    ) -> Rc<Class<'a>> {
        // `Base[int]` inherits from `Base`; `Generic[T]` from nothing that matters.
        let bases: Vec<Value<'a>> = bases
            .into_iter()
            .map(|base| match base {
                Value::Subscript(subscript) => subscript.of.clone(),
                base => base,
            })
            .collect();
        let may_be_mapped = may_be_mapped(&bases, &keywords, &body);
        let bases: Vec<Value<'a>> = bases
            .into_iter()
            .map(|base| match base {
                Value::External(path) if may_be_mapped => self.installed(path, span).unwrap_or(base),
                base => base,
            })
            .collect();
        if bases.iter().any(|base| matches!(base, Value::Unknown(unknown) if unknown.kind == UnknownKind::Undefined)) {
            self.tear(body.module);
        }
        let mut ancestors = match Class::linearize(&bases) {
            Some(ancestors) => ancestors,
            None => {
                let unknown = Value::unknown(format!("python finds no order for the bases of `{name}`"), span);
                let mut ancestors = bases.clone();
                ancestors.push(unknown);
                ancestors
            }
        };
        // `declarative_base(cls=Mixin)`: what the mixin has, every model has.
        let mixins: Vec<Value<'a>> = ancestors
            .iter()
            .filter_map(|ancestor| match ancestor {
                Value::Call(call) => {
                    constructor(&call.callee)?;
                    call.arguments.keyword("cls").or_else(|| call.arguments.keyword("model_class")).cloned()
                }
                Value::Attribute(attribute) if attribute.name == "Model" => match &attribute.of {
                    Value::Call(call) => call.arguments.keyword("model_class").cloned(),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for mixin in mixins {
            if let Value::Class(class) = &mixin {
                ancestors.extend(class.ancestors.iter().cloned());
            }
            ancestors.push(mixin);
        }
        let mut traits = Traits::of(&ancestors);
        if decorators.iter().any(|decorator| {
            matches!(decorator, Value::Call(call)
            if matches!(constructor(&call.callee), Some(("as_declarative" | "as_declarative_base", _))))
        }) {
            traits.declarative = true;
        }
        // `class Base(metaclass=DeclarativeMeta)`.
        traits.declarative |= keywords.iter().any(|(name, value)| {
            *name == "metaclass"
                && matches!(value, Value::External(path) if known(path) == (Family::Sqlalchemy, "DeclarativeMeta"))
        });
        let class = Rc::new(Class {
            name,
            span,
            bases,
            ancestors,
            keywords,
            decorators,
            scope: body,
            annotations: RefCell::new(annotations),
            conditional: self.conditional(),
            traits,
        });
        Class::adopt(&class);
        self.count_members(&class);
        self.classes.borrow_mut().push(class.clone());
        self.initialize_subclass(&class);
        class
    }

    /// The values of `auto()`, where the enum says itself how to count.
    fn count_members(&self, class: &Rc<Class<'a>>) {
        if !class.is_enum() {
            return;
        }
        let Some((Value::Function(function), _)) = Class::find(class, "_generate_next_value_") else { return };
        let names: Vec<(&'a str, Value<'a>)> =
            class.scope.names.borrow().iter().map(|(name, value)| (name, value.clone())).collect();
        let mut before = Vec::new();
        for (name, value) in names.into_iter().filter(|(name, _)| !name.starts_with('_')) {
            if !is_auto(&value) {
                before.push(value);
                continue;
            }
            let positional = vec![
                Value::text(name),
                Value::Int(1),
                Value::Int(i128::try_from(before.len()).unwrap_or(0)),
                Value::list(before.clone()),
            ];
            let made = self.invoke(&function, Arguments { positional, ..Arguments::default() }, class.span);
            if matches!(made, Value::Str(_) | Value::Int(_)) {
                class.scope.names.borrow_mut().set(name, made.clone());
            }
            before.push(made);
        }
    }

    /// `__init_subclass__` of the nearest ancestor that has one.
    fn initialize_subclass(&self, class: &Rc<Class<'a>>) {
        let hook = Class::line(class).skip(1).find_map(|owner| owner.own("__init_subclass__"));
        if let Some(Value::Function(function)) = hook {
            let arguments = Arguments {
                positional: vec![Value::Class(class.clone())],
                keywords: class.keywords.iter().filter(|(name, _)| *name != "metaclass").cloned().collect(),
                open: None,
            };
            let _ = self.invoke(&function, arguments, class.span);
        }
    }
}

/// Whether a class looks like a model or a mixin of models, for which it matters what a library's class brings.
fn may_be_mapped<'a>(bases: &[Value<'a>], keywords: &[(&'a str, Value<'a>)], body: &Scope<'a>) -> bool {
    let of_model = |base: &Value<'a>| match base {
        Value::Class(class) => class.traits.sqlmodel || class.traits.declarative,
        Value::Call(call) => constructor(&call.callee).is_some(),
        Value::External(path) => known(path) == (Family::Sqlmodel, "SQLModel"),
        _ => false,
    };
    keywords.iter().any(|(name, _)| *name == "table")
        || bases.iter().any(of_model)
        || body.names.borrow().iter().any(|(name, value)| {
            matches!(name, "__tablename__" | "__table_args__" | "__abstract__")
                || match value {
                    Value::Call(call) => is_mapped_attribute(&call.callee),
                    Value::Function(function) => matches!(function.kind.get(), Kind::Declared { .. }),
                    _ => false,
                }
        })
}

/// Whether the decorator is `declared_attr`, in one of its forms.
fn declared(decorator: &Value<'_>) -> Option<bool> {
    match decorator {
        Value::External(path) => match path.rsplit_once('.') {
            Some((_, "declared_attr")) => Some(false),
            Some((before, "directive")) if before.ends_with("declared_attr") => Some(false),
            Some((before, "cascading")) if before.ends_with("declared_attr") => Some(true),
            _ => None,
        },
        Value::Attribute(attribute) => declared(&attribute.of).map(|_| attribute.name == "cascading"),
        Value::Subscript(subscript) => declared(&subscript.of),
        _ => None,
    }
}

/// Names of a class body are not seen from the functions in it.
pub(super) fn enclosing<'a>(scope: &Rc<Scope<'a>>) -> Rc<Scope<'a>> {
    match (&scope.parent, scope.place) {
        (Some(parent), Place::Class) => enclosing(parent),
        _ => scope.clone(),
    }
}

/// Whether a function's own body holds a `yield`.
fn yields(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Expr(statement) => matches!(&*statement.value, Expr::Yield(_) | Expr::YieldFrom(_)),
        Stmt::Assign(statement) => matches!(&*statement.value, Expr::Yield(_) | Expr::YieldFrom(_)),
        Stmt::If(statement) => {
            yields(&statement.body) || statement.elif_else_clauses.iter().any(|clause| yields(&clause.body))
        }
        Stmt::For(statement) => yields(&statement.body),
        Stmt::While(statement) => yields(&statement.body),
        Stmt::With(statement) => yields(&statement.body),
        Stmt::Try(statement) => yields(&statement.body) || yields(&statement.finalbody),
        _ => false,
    })
}
