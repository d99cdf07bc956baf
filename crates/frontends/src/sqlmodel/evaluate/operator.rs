//! Operators between values.

use std::rc::Rc;

use ruff_python_ast::{BoolOp, CmpOp, ExprBoolOp, ExprCompare, Operator as Arithmetic};

use super::{Interpreter, LARGEST};
use crate::sqlmodel::value::{Dict, Operator, Scope, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn binary(&self, operator: Arithmetic, left: Value<'a>, right: Value<'a>, span: Span<'a>) -> Value<'a> {
        if let Value::Unknown(_) = left {
            return left;
        }
        if let Value::Unknown(_) = right {
            return right;
        }
        let term =
            |left: Value<'a>, right: Value<'a>| self.operation(Operator::Binary(operator), vec![left, right], span);
        match (operator, &left, &right) {
            // `int | None` and `str | int` are annotations.
            (Arithmetic::BitOr, Value::Class(_) | Value::External(_) | Value::Subscript(_) | Value::None, _)
            | (Arithmetic::BitOr, _, Value::Class(_) | Value::External(_) | Value::Subscript(_) | Value::None) => {
                term(left, right)
            }
            (Arithmetic::Add, Value::List(a), Value::List(b)) => {
                let mut values = a.borrow().clone();
                values.extend(b.borrow().iter().cloned());
                self.bounded(Value::list(values), span)
            }
            (Arithmetic::Add, Value::Tuple(a), Value::Tuple(b)) => {
                let values = a.iter().chain(b.iter()).cloned().collect();
                self.bounded(Value::tuple(values), span)
            }
            (Arithmetic::BitOr, Value::Dict(a), Value::Dict(b)) => {
                let mut dict: Dict<'a> = a.borrow().clone();
                self.spread(&mut dict, Value::Dict(b.clone()), span);
                Value::dict(dict)
            }
            (Arithmetic::BitOr, Value::Set(a), Value::Set(b)) => {
                let mut values = a.borrow().clone();
                values.extend(b.borrow().iter().cloned());
                if values.len() > 5_000 { self.too_long(span) } else { Value::set(values) }
            }
            (Arithmetic::Sub, Value::Set(a), Value::Set(b)) => {
                let b = b.borrow();
                let kept = a.borrow().iter().filter(|value| !holds(&b, value)).cloned().collect();
                Value::Set(Rc::new(std::cell::RefCell::new(kept)))
            }
            (Arithmetic::BitAnd, Value::Set(a), Value::Set(b)) => {
                let b = b.borrow();
                let kept = a.borrow().iter().filter(|value| holds(&b, value)).cloned().collect();
                Value::Set(Rc::new(std::cell::RefCell::new(kept)))
            }
            (Arithmetic::Mult, Value::List(values), count) | (Arithmetic::Mult, count, Value::List(values)) => {
                match count.as_int().map(|count| usize::try_from(count).unwrap_or(0)) {
                    Some(count) if values.borrow().len().saturating_mul(count) <= LARGEST => Value::list(
                        values.borrow().iter().cycle().take(values.borrow().len() * count).cloned().collect(),
                    ),
                    Some(_) => self.too_long(span),
                    None => term(left.clone(), right.clone()),
                }
            }
            (Arithmetic::Mult, Value::Tuple(values), count) => {
                match count.as_int().map(|count| usize::try_from(count).unwrap_or(0)) {
                    Some(count) if values.len().saturating_mul(count) <= LARGEST => {
                        Value::tuple(values.iter().cycle().take(values.len() * count).cloned().collect())
                    }
                    Some(_) => self.too_long(span),
                    None => term(left.clone(), right.clone()),
                }
            }
            (Arithmetic::Mod, Value::Str(template), _) => self.format_percent(template, &right, span),
            _ => match (left.as_text(), right.as_text()) {
                (Some(a), Some(b)) => match operator {
                    Arithmetic::Add if a.len() + b.len() <= LARGEST => Value::text(&format!("{a}{b}")),
                    _ => self.too_long(span),
                },
                (Some(text), None) | (None, Some(text)) if operator == Arithmetic::Mult => {
                    match left.as_int().or(right.as_int()).map(|count| usize::try_from(count).unwrap_or(0)) {
                        Some(count) if text.len().saturating_mul(count) <= LARGEST => Value::text(&text.repeat(count)),
                        Some(_) => self.too_long(span),
                        None => term(left, right),
                    }
                }
                _ => match number(operator, &left, &right) {
                    Some(Some(value)) => value,
                    Some(None) => Value::raised("the number cannot be worked out", span),
                    None => term(left, right),
                },
            },
        }
    }

    pub(super) fn bounded(&self, value: Value<'a>, span: Span<'a>) -> Value<'a> {
        let length = match &value {
            Value::List(values) | Value::Set(values) => values.borrow().len(),
            Value::Tuple(values) => values.len(),
            Value::Str(text) => text.len(),
            _ => 0,
        };
        if length > LARGEST { self.too_long(span) } else { self.shallow(value, span) }
    }

    pub(super) fn boolean(&self, operation: &'a ExprBoolOp, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        let mut undecided: Option<Value<'a>> = None;
        let mut last = Value::None;
        for operand in &operation.values {
            let value = self.evaluate(operand, scope);
            match (operation.op, value.truth()) {
                (BoolOp::And, Some(false)) | (BoolOp::Or, Some(true)) => match undecided {
                    // Whatever the undecided one is, the whole is as true as this one; but its value may be another.
                    Some(_) if matches!(value, Value::Bool(_)) => return value,
                    Some(undecided) => return self.operation(Operator::Not, vec![undecided], span),
                    None => return value,
                },
                (_, Some(_)) => last = value,
                (_, None) => {
                    undecided.get_or_insert(value);
                    last = Value::None;
                }
            }
        }
        match undecided {
            Some(undecided) if operation.values.len() == 1 => undecided,
            Some(undecided) => match &undecided {
                Value::Unknown(_) => undecided,
                _ => {
                    let text = self.text_of(operation.range, scope);
                    Value::unknown(format!("`{text}` is not known before the code runs"), span)
                }
            },
            None => last,
        }
    }

    pub(super) fn compare(&self, comparison: &'a ExprCompare, scope: &Rc<Scope<'a>>, span: Span<'a>) -> Value<'a> {
        let mut left = self.evaluate(&comparison.left, scope);
        let mut result = Value::Bool(true);
        for (operator, right) in comparison.ops.iter().zip(&comparison.comparators) {
            let right = self.evaluate(right, scope);
            let compared = match compare(*operator, &left, &right) {
                Some(truth) => Value::Bool(truth),
                None => self.operation(Operator::Compare(*operator), vec![left.clone(), right.clone()], span),
            };
            match compared.truth() {
                Some(true) => {}
                Some(false) => return compared,
                None => result = compared,
            }
            left = right;
        }
        result
    }
}

fn holds<'a>(values: &[Value<'a>], value: &Value<'a>) -> bool {
    values.iter().any(|other| other.equal(value) == Some(true))
}

/// `None` where at least one operand is a term: `User.name == "x"` is SQL, not a truth.
fn compare<'a>(operator: CmpOp, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
    let is_term = |value: &Value<'a>| {
        matches!(value, Value::Call(_) | Value::Attribute(_) | Value::Operation(_) | Value::Unknown(_))
    };
    if (is_term(left) || is_term(right))
        && matches!(operator, CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE)
    {
        return None;
    }
    match operator {
        CmpOp::Eq => left.equal(right),
        CmpOp::NotEq => left.equal(right).map(|equal| !equal),
        CmpOp::Is | CmpOp::IsNot => {
            let same = match (left, right) {
                // A construct is never `None`, `True` or `False`.
                (Value::Call(_) | Value::Instance(_), Value::None | Value::Bool(_))
                | (Value::None | Value::Bool(_), Value::Call(_) | Value::Instance(_)) => match (left, right) {
                    (Value::Call(call), _) | (_, Value::Call(call)) => {
                        let known = match &call.callee {
                            Value::External(path) => !matches!(
                                crate::sqlmodel::library::known(path).0,
                                crate::sqlmodel::library::Family::Other | crate::sqlmodel::library::Family::Standard
                            ),
                            _ => false,
                        };
                        if known { Some(false) } else { None }
                    }
                    _ => Some(false),
                },
                _ => left.equal(right),
            };
            same.map(|same| same == (operator == CmpOp::Is))
        }
        CmpOp::In | CmpOp::NotIn => {
            let found = match (left.as_text(), right) {
                (Some(part), Value::Str(whole)) => Some(whole.contains(&*part)),
                _ => match right {
                    Value::Dict(dict) => {
                        let dict = dict.borrow();
                        match dict.get(left) {
                            Some(_) => Some(true),
                            None if dict.open.is_some() || is_term(left) => None,
                            None => Some(false),
                        }
                    }
                    right => {
                        let elements = right.elements()?;
                        let mut found = Some(false);
                        for element in &elements {
                            match element.equal(left) {
                                Some(true) => {
                                    found = Some(true);
                                    break;
                                }
                                Some(false) => {}
                                None => found = None,
                            }
                        }
                        found
                    }
                },
            };
            found.map(|found| found == (operator == CmpOp::In))
        }
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
            let order = order(left, right)?;
            Some(match operator {
                CmpOp::Lt => order.is_lt(),
                CmpOp::LtE => order.is_le(),
                CmpOp::Gt => order.is_gt(),
                _ => order.is_ge(),
            })
        }
    }
}

pub(super) fn order<'a>(left: &Value<'a>, right: &Value<'a>) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Tuple(a), Value::Tuple(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match order(a, b)? {
                    std::cmp::Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), b) => a.partial_cmp(&(b.as_int()? as f64)),
        (a, Value::Float(b)) => (a.as_int()? as f64).partial_cmp(b),
        (a, b) => match (a.as_int(), b.as_int()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(a.as_text()?.cmp(&b.as_text()?)),
        },
    }
}

/// `Some(None)` where Python would raise or the number grows out of hand.
fn number<'a>(operator: Arithmetic, left: &Value<'a>, right: &Value<'a>) -> Option<Option<Value<'a>>> {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        let whole = |number: Option<i128>| Some(number.map(Value::Int));
        return match operator {
            Arithmetic::Add => whole(a.checked_add(b)),
            Arithmetic::Sub => whole(a.checked_sub(b)),
            Arithmetic::Mult => whole(a.checked_mul(b)),
            Arithmetic::FloorDiv => whole(floor_divide(a, b)),
            Arithmetic::Mod => whole(
                floor_divide(a, b).and_then(|quotient| quotient.checked_mul(b)).and_then(|whole| a.checked_sub(whole)),
            ),
            Arithmetic::Div if b != 0 => Some(Some(Value::Float(a as f64 / b as f64))),
            Arithmetic::Div => Some(None),
            Arithmetic::Pow => whole(u32::try_from(b).ok().and_then(|power| a.checked_pow(power))),
            Arithmetic::LShift => {
                whole(u32::try_from(b).ok().filter(|by| *by < 100).and_then(|by| a.checked_mul(1i128.checked_shl(by)?)))
            }
            Arithmetic::RShift => whole(u32::try_from(b).ok().filter(|by| *by < 127).map(|by| a >> by)),
            Arithmetic::BitOr => whole(Some(a | b)),
            Arithmetic::BitAnd => whole(Some(a & b)),
            Arithmetic::BitXor => whole(Some(a ^ b)),
            Arithmetic::MatMult => None,
        };
    }
    let float = |value: &Value<'a>| match value {
        Value::Float(number) => Some(*number),
        value => value.as_int().map(|number| number as f64),
    };
    let (a, b) = (float(left)?, float(right)?);
    Some(match operator {
        Arithmetic::Add => Some(Value::Float(a + b)),
        Arithmetic::Sub => Some(Value::Float(a - b)),
        Arithmetic::Mult => Some(Value::Float(a * b)),
        Arithmetic::Div if b != 0.0 => Some(Value::Float(a / b)),
        Arithmetic::FloorDiv if b != 0.0 => Some(Value::Float((a / b).floor())),
        Arithmetic::Pow => Some(Value::Float(a.powf(b))),
        _ => None,
    })
}

fn floor_divide(a: i128, b: i128) -> Option<i128> {
    let quotient = a.checked_div(b)?;
    let remainder = a.checked_rem(b)?;
    if remainder != 0 && (remainder < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
}
