//! Expressions: names, literals, displays, comprehensions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use ruff_python_ast::{Comprehension, Expr, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::branch::one_of;
use super::definition::enclosing;
use super::{Interpreter, LARGEST};
use crate::sqlmodel::library;
use crate::sqlmodel::value::{
    Body, Dict, Function, Kind, Operator, Place, Scope, Span, Subscript, Unknown, UnknownKind, Value,
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
            Expr::If(choice) => {
                let tested = self.evaluate(&choice.test, scope);
                match tested.truth() {
                    Some(true) => self.evaluate(&choice.body, scope),
                    Some(false) => self.evaluate(&choice.orelse, scope),
                    None => {
                        let one = self.evaluate(&choice.body, scope);
                        let other = self.evaluate(&choice.orelse, scope);
                        if one.equal(&other) == Some(true) {
                            return one;
                        }
                        let text = self.text_of(choice.test.range(), scope);
                        let reason = format!("it depends on `{text}`, which is not known before the code runs");
                        one_of([&one, &other].into_iter(), reason, tested.settled_by(), span)
                    }
                }
            }
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
            value => Rc::new(Unknown::new(
                format!("the elements of {} are not known before the code runs", value.describe()),
                span,
                UnknownKind::Undecided,
            )),
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
