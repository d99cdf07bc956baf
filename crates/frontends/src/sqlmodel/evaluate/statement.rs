//! Statements: what they bind, and where control goes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{
    ElifElseClause, ExceptHandler, Expr, Parameters, Stmt, StmtClassDef, StmtFor, StmtFunctionDef, StmtIf, StmtTry,
};
use ruff_text_size::{Ranged, TextRange};

use super::import::is_for_checking;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::{Annotation, Class, Traits, constructor};
use crate::sqlmodel::value::{Body, Function, Kind, Names, Place, Scope, Span, Unknown, UnknownKind, Value};

/// What happens after a statement.
pub enum Flow<'a> {
    Next,
    Return(Value<'a>),
    Raise(Rc<Unknown<'a>>),
    Break,
    Continue,
}

impl<'a> Interpreter<'a> {
    pub fn execute_all(&self, body: &'a [Stmt], scope: &Rc<Scope<'a>>) -> Flow<'a> {
        for statement in body {
            match self.execute(statement, scope) {
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Next
    }

    pub(super) fn execute(&self, statement: &'a Stmt, scope: &Rc<Scope<'a>>) -> Flow<'a> {
        let span = scope.span(statement.range());
        self.descend(|| self.execute_statement(statement, scope), || Flow::Raise(too_long(span)))
    }

    fn execute_statement(&self, statement: &'a Stmt, scope: &Rc<Scope<'a>>) -> Flow<'a> {
        match statement {
            Stmt::Import(import) => self.import(import, scope),
            Stmt::ImportFrom(import) => self.import_from(import, scope),
            Stmt::Assign(assign) => {
                let value = self.evaluate(&assign.value, scope);
                for target in &assign.targets {
                    self.assign(target, value.clone(), scope);
                }
                return raised_at_function(&value, scope);
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Place::Class) = (&*assign.target, scope.place) {
                    self.annotate(name.id.as_str(), &assign.annotation, scope, name.range());
                }
                if let Some(value) = &assign.value {
                    let value = self.evaluate(value, scope);
                    self.assign(&assign.target, value, scope);
                }
            }
            Stmt::AugAssign(assign) => {
                let before = self.evaluate(&assign.target, scope);
                let by = self.evaluate(&assign.value, scope);
                let span = scope.span(assign.range);
                // `list += …` changes the list itself.
                if let (Value::List(list), ruff_python_ast::Operator::Add, Some(more)) =
                    (&before, assign.op, by.elements())
                {
                    let mut values = list.borrow_mut();
                    if values.len() + more.len() <= LARGEST {
                        values.extend(more);
                        return Flow::Next;
                    }
                }
                let value = self.binary(assign.op, before, by, span);
                self.assign(&assign.target, value, scope);
            }
            Stmt::Expr(expression) => {
                let value = self.evaluate(&expression.value, scope);
                return raised_at_function(&value, scope);
            }
            Stmt::If(statement) => return self.execute_if(statement, scope),
            Stmt::For(statement) => return self.execute_for(statement, scope),
            Stmt::While(statement) => {
                loop {
                    if !self.step() {
                        return Flow::Raise(too_long(scope.span(statement.range)));
                    }
                    match self.evaluate(&statement.test, scope).truth() {
                        Some(true) => {}
                        Some(false) => break,
                        None => {
                            self.spoil(&statement.body, scope, statement.test.range());
                            return Flow::Next;
                        }
                    }
                    match self.execute_all(&statement.body, scope) {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => return Flow::Next,
                        flow => return flow,
                    }
                }
                return self.execute_all(&statement.orelse, scope);
            }
            Stmt::Try(statement) => return self.execute_try(statement, scope),
            Stmt::With(statement) => {
                for item in &statement.items {
                    let value = self.evaluate(&item.context_expr, scope);
                    if let Some(target) = &item.optional_vars {
                        let entered = self.attribute(value, "__enter__", scope.span(item.range));
                        let entered = self.call_without_arguments(entered, scope.span(item.range), scope);
                        self.assign(target, entered, scope);
                    }
                }
                return self.execute_all(&statement.body, scope);
            }
            Stmt::FunctionDef(definition) => self.define_function(definition, scope),
            Stmt::ClassDef(definition) => self.define_class(definition, scope),
            Stmt::Return(statement) => {
                return Flow::Return(match &statement.value {
                    Some(value) => self.evaluate(value, scope),
                    None => Value::None,
                });
            }
            Stmt::Raise(statement) => {
                let what = match &statement.exc {
                    Some(exception) => match self.evaluate(exception, scope) {
                        Value::Instance(instance) => instance.class.name.to_string(),
                        value => value.dotted().unwrap_or_else(|| "an exception".to_string()),
                    },
                    None => "an exception".to_string(),
                };
                return Flow::Raise(Rc::new(Unknown {
                    reason: format!("it raises `{}`", what.trim_start_matches("builtins.")),
                    span: scope.span(statement.range),
                    kind: UnknownKind::Raised,
                }));
            }
            Stmt::Delete(statement) => {
                for target in &statement.targets {
                    match target {
                        Expr::Name(name) => scope.names.borrow_mut().remove(name.id.as_str()),
                        Expr::Subscript(subscript) => {
                            let of = self.evaluate(&subscript.value, scope);
                            let key = self.evaluate(&subscript.slice, scope);
                            if let Value::Dict(dict) = of {
                                dict.borrow_mut().remove(&key);
                            }
                        }
                        _ => {}
                    }
                }
            }
            Stmt::Global(statement) => {
                scope.outer.borrow_mut().extend(statement.names.iter().map(|name| name.as_str()));
            }
            Stmt::Nonlocal(statement) => {
                scope.outer.borrow_mut().extend(statement.names.iter().map(|name| name.as_str()));
            }
            Stmt::Match(statement) => {
                let _ = self.evaluate(&statement.subject, scope);
                for case in &statement.cases {
                    self.spoil(&case.body, scope, case.range);
                }
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    let value = self.evaluate(&alias.value, scope);
                    self.assign_name(name.id.as_str(), value, scope);
                }
            }
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            Stmt::Assert(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Flow::Next
    }

    fn annotate(&self, name: &'a str, expression: &'a Expr, scope: &Rc<Scope<'a>>, range: TextRange) {
        if let Some(annotations) = self.annotating.borrow_mut().last_mut() {
            annotations.retain(|annotation: &Annotation<'a>| annotation.name != name);
            annotations.push(Annotation { name, expression, scope: scope.clone(), span: scope.span(range) });
        }
    }

    fn execute_if(&self, statement: &'a StmtIf, scope: &Rc<Scope<'a>>) -> Flow<'a> {
        let mut tests: Vec<(Option<&'a Expr>, &'a [Stmt])> = vec![(Some(&statement.test), &statement.body)];
        for ElifElseClause { test, body, .. } in &statement.elif_else_clauses {
            tests.push((test.as_ref(), body));
        }
        self.execute_branches(&tests, scope)
    }

    fn execute_branches(&self, branches: &[(Option<&'a Expr>, &'a [Stmt])], scope: &Rc<Scope<'a>>) -> Flow<'a> {
        let Some(((test, body), rest)) = branches.split_first() else { return Flow::Next };
        let Some(test) = test else { return self.execute_all(body, scope) };
        if is_for_checking(test) {
            self.import_for_checking(body, scope);
            return self.execute_branches(rest, scope);
        }
        match self.evaluate(test, scope).truth() {
            Some(true) => self.execute_all(body, scope),
            Some(false) => self.execute_branches(rest, scope),
            None => self.execute_either(test.range(), scope, &|| self.execute_all(body, scope), &|| {
                self.execute_branches(rest, scope)
            }),
        }
    }

    /// Takes both of two ways, of which one will be taken, and keeps what holds after either.
    fn execute_either(
        &self,
        condition: TextRange,
        scope: &Rc<Scope<'a>>,
        one: &dyn Fn() -> Flow<'a>,
        other: &dyn Fn() -> Flow<'a>,
    ) -> Flow<'a> {
        let before = scope.names.borrow().clone();
        let first = self.enter_maybe(condition, scope, one);
        let after_first = std::mem::replace(&mut *scope.names.borrow_mut(), before);
        let second = self.enter_maybe(condition, scope, other);
        let depends = || {
            let text = scope.source.text.get(usize::from(condition.start())..usize::from(condition.end()));
            let text = text.unwrap_or("a condition").lines().next().unwrap_or("");
            Value::unknown(
                format!("it depends on `{text}`, which is not known before the code runs"),
                scope.span(condition),
            )
        };
        match (first, second) {
            // A way that ends in an exception is not the one that models are read by.
            (Flow::Raise(_), flow) => flow,
            (flow, Flow::Raise(_)) => {
                *scope.names.borrow_mut() = after_first;
                flow
            }
            (Flow::Return(one), Flow::Return(other)) => {
                if one.equal(&other) == Some(true) {
                    Flow::Return(one)
                } else {
                    Flow::Return(depends())
                }
            }
            (Flow::Return(value), flow) => {
                scope.pending.borrow_mut().push(value);
                flow
            }
            (flow, Flow::Return(value)) => {
                scope.pending.borrow_mut().push(value);
                *scope.names.borrow_mut() = after_first;
                flow
            }
            (_, flow) => {
                self.merge(&after_first, scope, &depends);
                match flow {
                    Flow::Break | Flow::Continue => Flow::Next,
                    flow => flow,
                }
            }
        }
    }

    fn merge(&self, other: &Names<'a>, scope: &Rc<Scope<'a>>, depends: &dyn Fn() -> Value<'a>) {
        let mut names = scope.names.borrow_mut();
        let mut changes = Vec::new();
        for (name, value) in other.iter() {
            let same = match (names.get(name), value) {
                (Some(Value::Import(a)), Value::Import(b)) => a.module == b.module && a.name == b.name,
                (Some(mine), value) => mine.equal(value) == Some(true),
                (None, _) => false,
            };
            if !same {
                changes.push(name);
            }
        }
        for (name, _) in names.iter() {
            if other.get(name).is_none() {
                changes.push(name);
            }
        }
        for name in changes {
            // Where one way defines a class or a function and the other does not, the definition is what names it;
            // classes know themselves that they stand under a condition.
            let kept = match (names.get(name), other.get(name)) {
                (
                    None,
                    Some(value @ (Value::Class(_) | Value::Function(_) | Value::Import(_) | Value::External(_))),
                ) => value.clone(),
                (
                    Some(value @ (Value::Class(_) | Value::Function(_) | Value::Import(_) | Value::External(_))),
                    None,
                ) => value.clone(),
                _ => depends(),
            };
            names.set(name, kept);
        }
    }

    /// A body that runs nobody knows how often: whatever it binds is not known afterwards.
    fn spoil(&self, body: &'a [Stmt], scope: &Rc<Scope<'a>>, condition: TextRange) {
        let _ = self.execute_either(condition, scope, &|| self.execute_all(body, scope), &|| Flow::Next);
    }

    fn execute_for(&self, statement: &'a StmtFor, scope: &Rc<Scope<'a>>) -> Flow<'a> {
        let values = self.evaluate(&statement.iter, scope);
        let Some(elements) = values.elements() else {
            self.assign(
                &statement.target,
                Value::unknown(
                    format!("it loops over {}, which is not known before the code runs", values.describe()),
                    scope.span(statement.iter.range()),
                ),
                scope,
            );
            self.spoil(&statement.body, scope, statement.iter.range());
            return Flow::Next;
        };
        for element in elements {
            if !self.step() {
                return Flow::Raise(too_long(scope.span(statement.range)));
            }
            self.assign(&statement.target, element, scope);
            match self.execute_all(&statement.body, scope) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                flow => return flow,
            }
        }
        self.execute_all(&statement.orelse, scope)
    }

    /// Imports are taken to succeed; of the handlers, the first one runs when the body is known to raise.
    fn execute_try(&self, statement: &'a StmtTry, scope: &Rc<Scope<'a>>) -> Flow<'a> {
        let flow = match self.execute_all(&statement.body, scope) {
            Flow::Raise(_) => match statement.handlers.first() {
                Some(ExceptHandler::ExceptHandler(handler)) => {
                    if let Some(name) = &handler.name {
                        let value = Value::unknown("it is an exception", scope.span(handler.range));
                        self.assign_name(name.as_str(), value, scope);
                    }
                    self.execute_all(&handler.body, scope)
                }
                None => Flow::Next,
            },
            Flow::Next => self.execute_all(&statement.orelse, scope),
            flow => flow,
        };
        match self.execute_all(&statement.finalbody, scope) {
            Flow::Next => flow,
            last => last,
        }
    }

    fn define_function(&self, definition: &'a StmtFunctionDef, scope: &Rc<Scope<'a>>) {
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

    fn define_class(&self, definition: &'a StmtClassDef, scope: &Rc<Scope<'a>>) {
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
        self.classes.borrow_mut().push(class.clone());
        self.initialize_subclass(&class);
        class
    }

    /// `__init_subclass__` of the nearest ancestor that has one.
    fn initialize_subclass(&self, class: &Rc<Class<'a>>) {
        let hook = Class::line(class).skip(1).find_map(|owner| owner.own("__init_subclass__"));
        if let Some(Value::Function(function)) = hook {
            let arguments = crate::sqlmodel::value::Arguments {
                positional: vec![Value::Class(class.clone())],
                keywords: class.keywords.iter().filter(|(name, _)| *name != "metaclass").cloned().collect(),
                open: None,
            };
            let _ = self.invoke(&function, arguments, class.span);
        }
    }

    pub(super) fn assign_name(&self, name: &'a str, value: Value<'a>, scope: &Rc<Scope<'a>>) {
        if scope.outer.borrow().contains(&name) {
            let mut outer = scope.parent.clone();
            while let Some(next) = outer {
                if next.place == Place::Module || next.names.borrow().get(name).is_some() {
                    next.names.borrow_mut().set(name, value);
                    return;
                }
                outer = next.parent.clone();
            }
            self.module(scope.module).scope.names.borrow_mut().set(name, value);
            return;
        }
        scope.names.borrow_mut().set(name, value);
    }

    pub(super) fn assign(&self, target: &'a Expr, value: Value<'a>, scope: &Rc<Scope<'a>>) {
        match target {
            Expr::Name(name) => self.assign_name(name.id.as_str(), value, scope),
            Expr::Tuple(tuple) => self.assign_all(&tuple.elts, value, scope),
            Expr::List(list) => self.assign_all(&list.elts, value, scope),
            Expr::Starred(starred) => self.assign(&starred.value, value, scope),
            Expr::Attribute(attribute) => {
                let of = self.evaluate(&attribute.value, scope);
                self.set_attribute(of, attribute.attr.as_str(), value, scope.span(attribute.range));
            }
            Expr::Subscript(subscript) => {
                let of = self.evaluate(&subscript.value, scope);
                let key = self.evaluate(&subscript.slice, scope);
                match of {
                    Value::Dict(dict) if dict.borrow().entries().len() < LARGEST => {
                        let value = self.shallow(value, scope.span(subscript.range));
                        dict.borrow_mut().insert(key, value);
                    }
                    Value::List(list) => {
                        let value = self.shallow(value, scope.span(subscript.range));
                        if let Some(at) = key.as_int().and_then(|at| position(at, list.borrow().len())) {
                            list.borrow_mut()[at] = value;
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn assign_all(&self, targets: &'a [Expr], value: Value<'a>, scope: &Rc<Scope<'a>>) {
        let starred = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        match (value.elements(), starred) {
            (Some(values), None) if values.len() == targets.len() => {
                for (target, value) in targets.iter().zip(values) {
                    self.assign(target, value, scope);
                }
            }
            (Some(values), Some(at)) if values.len() + 1 >= targets.len() => {
                let after = targets.len() - at - 1;
                for (target, value) in targets[..at].iter().zip(&values) {
                    self.assign(target, value.clone(), scope);
                }
                self.assign(&targets[at], Value::list(values[at..values.len() - after].to_vec()), scope);
                for (target, value) in targets[at + 1..].iter().zip(&values[values.len() - after..]) {
                    self.assign(target, value.clone(), scope);
                }
            }
            _ => {
                for target in targets {
                    let unknown = match &value {
                        Value::Unknown(_) => value.clone(),
                        value => Value::unknown(
                            format!("it is a part of {}, which is not known before the code runs", value.describe()),
                            scope.span(target.range()),
                        ),
                    };
                    self.assign(target, unknown, scope);
                }
            }
        }
    }

    pub(super) fn set_attribute(&self, of: Value<'a>, name: &'a str, value: Value<'a>, span: Span<'a>) {
        match &of {
            Value::Class(class) => {
                let mut names = class.scope.names.borrow_mut();
                names.set(name, value);
            }
            Value::Instance(instance) => instance.attributes.borrow_mut().set(name, value),
            Value::Module(id) => self.module(*id).scope.names.borrow_mut().set(name, value),
            Value::External(_) | Value::Call(_) | Value::Attribute(_) => {
                let attribute = self.term_attribute(&of, name, span);
                if let Some(key) = key_of(&attribute) {
                    self.assigned.borrow_mut().insert(key, value);
                }
            }
            _ => {}
        }
    }

    /// Keeps containers from holding themselves, and from nesting without end.
    pub(super) fn shallow(&self, value: Value<'a>, span: Span<'a>) -> Value<'a> {
        fn depth(value: &Value<'_>, left: u32) -> bool {
            if left == 0 {
                return false;
            }
            match value {
                Value::List(values) => match values.try_borrow() {
                    Ok(values) => values.iter().take(100).all(|value| depth(value, left - 1)),
                    Err(_) => false,
                },
                Value::Dict(dict) => match dict.try_borrow() {
                    Ok(dict) => dict.entries().iter().take(100).all(|(_, value)| depth(value, left - 1)),
                    Err(_) => false,
                },
                Value::Tuple(values) => values.iter().take(100).all(|value| depth(value, left - 1)),
                _ => true,
            }
        }
        if depth(&value, 12) { value } else { Value::unknown("it is nested too deeply", span) }
    }
}

/// A word for a term, under which what was assigned to it is kept.
pub(super) fn key_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::External(path) => Some(format!("x{path}")),
        Value::Call(call) => Some(format!("t{:p}", Rc::as_ptr(call))),
        Value::Class(class) => Some(format!("c{:p}", Rc::as_ptr(class))),
        Value::Attribute(attribute) => Some(format!("{}.{}", key_of(&attribute.of)?, attribute.name)),
        _ => None,
    }
}

pub(super) fn position(at: i128, length: usize) -> Option<usize> {
    let length = i128::try_from(length).ok()?;
    let at = if at < 0 { at + length } else { at };
    (0..length).contains(&at).then(|| usize::try_from(at).ok())?
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

fn too_long<'a>(span: Span<'a>) -> Rc<Unknown<'a>> {
    Rc::new(Unknown { reason: "it takes too long to work out".to_string(), span, kind: UnknownKind::Undecided })
}

/// An exception leaves a function; a module is read on behind it.
fn raised_at_function<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Flow<'a> {
    match value {
        Value::Unknown(unknown) if unknown.kind == UnknownKind::Raised && scope.place == Place::Function => {
            Flow::Raise(unknown.clone())
        }
        _ => Flow::Next,
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
