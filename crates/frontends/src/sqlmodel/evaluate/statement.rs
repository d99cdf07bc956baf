//! Statements: what they bind, and where control goes.

use std::rc::Rc;

use ruff_python_ast::{ElifElseClause, ExceptHandler, Expr, Stmt, StmtFor, StmtIf, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use super::import::is_for_checking;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::classes::Annotation;
use crate::sqlmodel::value::{Place, Scope, Span, Unknown, UnknownKind, Value};

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
                return Flow::Raise(Rc::new(Unknown::new(
                    format!("it raises `{}`", what.trim_start_matches("builtins.")),
                    scope.span(statement.range),
                    UnknownKind::Raised,
                )));
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
        let tested = self.evaluate(test, scope);
        match tested.truth() {
            Some(true) => self.execute_all(body, scope),
            Some(false) => self.execute_branches(rest, scope),
            None => {
                let name = tested.settled_by();
                if let Some(name) = name {
                    self.conditions.borrow_mut().insert((std::ptr::from_ref(scope.source), test.range()), name);
                }
                let otherwise = || self.execute_branches(rest, scope);
                self.execute_either(test.range(), name, scope, &|| self.execute_all(body, scope), &otherwise)
            }
        }
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
}

fn too_long<'a>(span: Span<'a>) -> Rc<Unknown<'a>> {
    Rc::new(Unknown::new("it takes too long to work out".to_string(), span, UnknownKind::Undecided))
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
