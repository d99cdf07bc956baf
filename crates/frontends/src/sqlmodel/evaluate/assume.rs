//! Values that the project's settings give to names, where the source does not say them.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{Expr, Number, Stmt, UnaryOp};

use super::Interpreter;
use crate::diagnostic::Diagnostic;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::source::Source;
use crate::sqlmodel::value::{Dict, Name, Place, Scope, Span, Unknown, UnknownKind, Value};

/// `app.config.SCHEMA = 'shop'`, `os.environ['SCHEMA'] = 'shop'`.
pub struct Assumption<'a> {
    name: &'a str,
    value: Value<'a>,
    used: Cell<bool>,
}

impl<'a> Interpreter<'a> {
    /// Takes what the project assumes; each entry is one assignment of Python with a literal value.
    pub fn assume(&self, entries: &[String]) {
        let place: Arc<Path> = Arc::from(Path::new("whimbrel.toml"));
        for entry in entries {
            let source = self.arena.source(Source::parse(place.clone(), Arc::from(entry.as_str())));
            match assignment(source) {
                Some((name, value)) => {
                    let name = self.arena.name(&name);
                    self.assumptions.borrow_mut().push(Assumption { name, value, used: Cell::new(false) });
                }
                None => {
                    let message = format!("`{entry}` is no assignment of a literal to a dotted name");
                    let help = "write `app.config.SCHEMA = 'shop'`, or `os.environ['SCHEMA'] = 'shop'`";
                    let diagnostic = Diagnostic::new(
                        Code::UnreadableAssumption.severity(),
                        Code::UnreadableAssumption.word(),
                        message,
                        place.clone(),
                        source.text.clone(),
                        0..entry.len(),
                    );
                    self.diagnostics.borrow_mut().push(diagnostic.with_help(help));
                }
            }
        }
    }

    /// Tells of assumptions that nothing asked for: a name may be misspelt.
    pub fn tell_unused_assumptions(&self) {
        for assumption in self.assumptions.borrow().iter().filter(|assumption| !assumption.used.get()) {
            self.diagnostics.borrow_mut().push(Diagnostic::without_text(
                Code::UnusedAssumption.severity(),
                Code::UnusedAssumption.word(),
                format!("nothing that the models need is called `{}`", assumption.name),
                Path::new("whimbrel.toml"),
            ));
        }
    }

    /// The value that is assumed for a name.
    pub(super) fn assumed(&self, name: &str) -> Option<Value<'a>> {
        let assumptions = self.assumptions.borrow();
        let found = assumptions.iter().rev().find(|assumption| assumption.name == name)?;
        found.used.set(true);
        Some(found.value.clone())
    }

    /// What a variable of a module is, once it is given `value`.
    pub(super) fn settle(&self, name: &'a str, value: Value<'a>, scope: &Rc<Scope<'a>>) -> Value<'a> {
        if scope.place != Place::Module {
            return value;
        }
        let unnamed = match &value {
            Value::Unknown(unknown) => unknown.kind == UnknownKind::Undecided && unknown.settled_by.is_none(),
            _ => false,
        };
        let assumes = !self.assumptions.borrow().is_empty();
        if !unnamed && !assumes && !matches!(value, Value::Call(_)) {
            return value;
        }
        let full = format!("{}.{name}", self.module(scope.module).name);
        if assumes {
            if let Some(assumed) = self.assumed(&full) {
                return assumed;
            }
            self.settle_parts(&full, &value, scope.span(Default::default()));
        }
        match &value {
            Value::Unknown(unknown) if unnamed => Value::Unknown(Rc::new(Unknown {
                settled_by: Some(Name::Variable(self.arena.name(&full))),
                reason: unknown.reason.clone(),
                among: unknown.among.clone(),
                ..**unknown
            })),
            Value::Call(call) => {
                self.variables.borrow_mut().entry(Rc::as_ptr(call)).or_insert_with(|| self.arena.name(&full));
                value
            }
            _ => value,
        }
    }

    /// `app.config.settings.SCHEMA = 'shop'`: an attribute of what the variable holds.
    fn settle_parts(&self, full: &str, value: &Value<'a>, span: Span<'a>) {
        let parts: Vec<(Vec<&'a str>, Value<'a>)> = self
            .assumptions
            .borrow()
            .iter()
            .filter_map(|assumption| {
                let rest = assumption.name.strip_prefix(full)?.strip_prefix('.')?;
                assumption.used.set(true);
                Some((rest.split('.').collect(), assumption.value.clone()))
            })
            .collect();
        for (path, assumed) in parts {
            let Some((last, path)) = path.split_last() else { continue };
            let of = path.iter().fold(value.clone(), |of, name| self.attribute(of, name, span));
            self.set_attribute(of, last, assumed, span);
        }
    }

    /// `os.environ["NAME"]`.
    pub(super) fn environment(&self, name: &str, span: Span<'a>) -> Value<'a> {
        let full = format!("os.environ['{name}']");
        self.assumed(&full).unwrap_or_else(|| {
            let reason = format!("the environment variable `{name}` decides it");
            let settled_by = Some(Name::Setting(self.arena.name(&full)));
            Value::Unknown(Rc::new(Unknown { settled_by, ..Unknown::new(reason, span, UnknownKind::Undecided) }))
        })
    }

    /// A value that stands for an undecided condition.
    pub fn condition(&self, place: Span<'a>) -> Value<'a> {
        let settled_by = self.conditions.borrow().get(&(std::ptr::from_ref(place.source), place.range)).copied();
        let unknown =
            Unknown { settled_by, ..Unknown::new("the condition is not known", place, UnknownKind::Undecided) };
        Value::Unknown(Rc::new(unknown))
    }

    /// What to do about a value that is not known.
    pub fn way_to_settle(&self, value: &Value<'a>) -> Option<String> {
        let name = match value {
            Value::Unknown(unknown) => unknown.settled_by.map(Name::text),
            Value::Call(call) => self.variables.borrow().get(&Rc::as_ptr(call)).copied(),
            _ => None,
        };
        name.map(|name| format!("give its value in whimbrel.toml, under `[models]`: `assume = [\"{name} = …\"]`"))
    }
}

/// The name and the value of the one assignment that a source consists of.
fn assignment<'a>(source: &'a Source) -> Option<(String, Value<'a>)> {
    let [Stmt::Assign(assign)] = source.module.body.as_slice() else { return None };
    let ([target], true) = (assign.targets.as_slice(), source.faults.is_empty()) else { return None };
    let name = match target {
        Expr::Subscript(subscript) => match (dotted(&subscript.value)?.as_str(), &*subscript.slice) {
            ("os.environ", Expr::StringLiteral(key)) => format!("os.environ['{}']", key.value.to_str()),
            _ => return None,
        },
        Expr::Attribute(_) => dotted(target)?,
        _ => return None,
    };
    Some((name, literal(&assign.value)?))
}

fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        _ => None,
    }
}

fn literal<'a>(expression: &Expr) -> Option<Value<'a>> {
    let all = |elements: &[Expr]| elements.iter().map(literal).collect::<Option<Vec<Value<'a>>>>();
    Some(match expression {
        Expr::NoneLiteral(_) => Value::None,
        Expr::BooleanLiteral(value) => Value::Bool(value.value),
        Expr::StringLiteral(text) => Value::text(text.value.to_str()),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(number) => Value::Int(i128::from(number.as_i64()?)),
            Number::Float(number) => Value::Float(*number),
            Number::Complex { .. } => return None,
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => match literal(&operation.operand)? {
            Value::Int(number) => Value::Int(-number),
            Value::Float(number) => Value::Float(-number),
            _ => return None,
        },
        Expr::List(list) => Value::list(all(&list.elts)?),
        Expr::Tuple(tuple) => Value::tuple(all(&tuple.elts)?),
        Expr::Set(set) => Value::set(all(&set.elts)?),
        Expr::Dict(dict) => {
            let entries: Option<Vec<(Value<'a>, Value<'a>)>> =
                dict.items.iter().map(|item| Some((literal(item.key.as_ref()?)?, literal(&item.value)?))).collect();
            Value::dict(Dict::from_entries(entries?))
        }
        _ => return None,
    })
}
