//! Operators: comparisons, arithmetic, `AND`, `OR`, `NOT`.

use ruff_python_ast::{CmpOp, Operator as Arithmetic};
use whimbrel_schema::Engine;

use super::text::literal;
use super::{AND, COMPARISON, Clause, Compiler, OR, PRODUCT, SUM};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Operation, Operator, Span, Value};

impl<'c, 'i, 'a> Compiler<'c, 'i, 'a> {
    pub(super) fn operation(&self, operation: &Operation<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        let span = operation.span;
        let operand = |at: usize| operation.operands.get(at).unwrap_or(&Value::None);
        match operation.operator {
            Operator::Compare(operator) => self.comparison(operator, operand(0), operand(1), span, depth),
            Operator::Binary(Arithmetic::BitAnd) => self.chain(" AND ", AND, &operation.operands, span, depth),
            Operator::Binary(Arithmetic::BitOr) => self.chain(" OR ", OR, &operation.operands, span, depth),
            Operator::Binary(operator) => {
                let left = self.clause(operand(0), span, depth + 1)?;
                let right = self.clause(operand(1), span, depth + 1)?;
                let is_text =
                    |clause: &Clause| clause.is_text || clause.column.as_ref().is_some_and(|facts| facts.text);
                let (sign, binds, same) = match operator {
                    Arithmetic::Add if is_text(&left) || is_text(&right) => (" || ", COMPARISON, Some(" || ")),
                    Arithmetic::Add => (" + ", SUM, Some(" + ")),
                    Arithmetic::Sub => (" - ", SUM, None),
                    Arithmetic::Mult => (" * ", PRODUCT, Some(" * ")),
                    Arithmetic::Mod => (" % ", PRODUCT, None),
                    Arithmetic::Div
                    | Arithmetic::FloorDiv
                    | Arithmetic::Pow
                    | Arithmetic::LShift
                    | Arithmetic::RShift
                    | Arithmetic::BitXor
                    | Arithmetic::MatMult
                    | Arithmetic::BitAnd
                    | Arithmetic::BitOr => {
                        return Err(Trouble::new(
                            Code::Undecided,
                            format!(
                                "how SQLAlchemy writes `{}` here depends on its operands' types",
                                operator.as_str()
                            ),
                            span,
                        ));
                    }
                };
                let text = format!("{}{sign}{}", left.within(binds, same), right.within(binds, same));
                Ok(Clause { associative: same, is_text: sign == " || ", ..Clause::binding(text, binds) })
            }
            Operator::Negate => {
                let clause = self.clause(operand(0), span, depth + 1)?;
                Ok(Clause::binding(format!("-{}", clause.within(PRODUCT, None)), PRODUCT))
            }
            Operator::Plus => self.clause(operand(0), span, depth + 1),
            Operator::Invert | Operator::Not => self.negated(operand(0), span, depth),
        }
    }

    /// `NOT x`, which SQLAlchemy moves into the comparison where it can.
    pub(super) fn negated(&self, value: &Value<'a>, span: Span<'a>, depth: u32) -> Result<Clause, Trouble<'a>> {
        if let Value::Operation(operation) = value
            && let Operator::Compare(operator) = operation.operator
            && let [left, right] = operation.operands.as_slice()
        {
            return self.comparison(operator.negate(), left, right, span, depth);
        }
        if let Value::Call(call) = value
            && let Value::Attribute(attribute) = &call.callee
        {
            let opposite = match attribute.name {
                "is_" => "is_not",
                "is_not" | "isnot" => "is_",
                "in_" => "not_in",
                "not_in" | "notin_" => "in_",
                "like" => "not_like",
                "ilike" => "not_ilike",
                "between" => "not_between",
                _ => "",
            };
            if !opposite.is_empty() {
                return self.method(call, &attribute.of, opposite, depth);
            }
        }
        let clause = self.clause(value, span, depth + 1)?;
        if let (Some(facts), Engine::Sqlite) = (&clause.column, self.engine)
            && facts.boolean
        {
            return Ok(Clause::binding(format!("{} = 0", clause.text), COMPARISON));
        }
        Ok(Clause::binding(format!("NOT {}", clause.within(COMPARISON, None)), COMPARISON))
    }

    fn comparison(
        &self,
        operator: CmpOp,
        left: &Value<'a>,
        right: &Value<'a>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        // `5 < column` is `column > 5` to SQLAlchemy, as Python hands it over.
        let is_plain = |value: &Value<'a>| {
            matches!(
                value,
                Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Member(_)
            )
        };
        let (operator, left, right) = if is_plain(left) && !is_plain(right) {
            let turned = match operator {
                CmpOp::Lt => CmpOp::Gt,
                CmpOp::LtE => CmpOp::GtE,
                CmpOp::Gt => CmpOp::Lt,
                CmpOp::GtE => CmpOp::LtE,
                other => other,
            };
            (turned, right, left)
        } else {
            (operator, left, right)
        };
        let one = self.clause(left, span, depth + 1)?;
        let other = match right {
            Value::None => {
                let word = match operator {
                    CmpOp::Eq => "IS NULL",
                    CmpOp::NotEq => "IS NOT NULL",
                    _ => return Err(Trouble::new(Code::Undecided, "`None` is compared by size", span)),
                };
                return Ok(Clause::binding(format!("{} {word}", one.within(COMPARISON, None)), COMPARISON));
            }
            right => self.beside(&one, right, span, depth)?,
        };
        let sign = match operator {
            CmpOp::Eq => "=",
            CmpOp::NotEq => "!=",
            CmpOp::Lt => "<",
            CmpOp::LtE => "<=",
            CmpOp::Gt => ">",
            CmpOp::GtE => ">=",
            CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn => {
                return Err(Trouble::new(
                    Code::Undecided,
                    format!("`{}` is no operator of SQL here", operator.as_str()),
                    span,
                ));
            }
        };
        let text = format!("{} {sign} {}", one.within(COMPARISON, None), other.within(COMPARISON, None));
        Ok(Clause::binding(text, COMPARISON))
    }

    /// A value next to a column, which decides how a member of an enum is stored.
    pub(super) fn beside(
        &self,
        clause: &Clause,
        value: &Value<'a>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        if let (Value::Member(member), Some(facts)) = (value, &clause.column)
            && let Some(stored) = &facts.stored
        {
            return match stored.get(member.name) {
                Some(text) => Ok(Clause { is_text: true, ..Clause::tight(literal(text)) }),
                None => Err(Trouble::undecided(value, "the stored value", span)),
            };
        }
        self.clause(value, span, depth + 1)
    }

    pub(super) fn chain(
        &self,
        sign: &'static str,
        binds: i8,
        operands: &[Value<'a>],
        span: Span<'a>,
        depth: u32,
    ) -> Result<Clause, Trouble<'a>> {
        let mut parts = Vec::new();
        for operand in operands {
            let neutral = match operand {
                Value::Bool(truth) => Some(*truth),
                Value::Call(call) => match &call.callee {
                    Value::External(path) => match known(path) {
                        (Family::Sqlalchemy, "true") => Some(true),
                        (Family::Sqlalchemy, "false") => Some(false),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            };
            match neutral {
                Some(truth) if truth == (sign == " AND ") && operands.len() > 1 => continue,
                Some(truth) if operands.len() > 1 => return Ok(Clause::tight(self.truth(truth))),
                Some(_) | None => {}
            }
            let clause = self.clause(operand, span, depth + 1)?;
            let text = match (&clause.column, self.engine) {
                (Some(facts), Engine::Sqlite) if facts.boolean => format!("{} = 1", clause.text),
                _ => clause.within(binds, Some(sign)),
            };
            parts.push(text);
        }
        match parts.len() {
            0 => Err(Trouble::new(Code::Undecided, "nothing is combined here", span)),
            1 => Ok(Clause::binding(parts.remove(0), binds)),
            _ => Ok(Clause { associative: Some(sign), ..Clause::binding(parts.join(sign), binds) }),
        }
    }
}
