//! Type classes of the project: decorators of other types, and types of their own.

use std::rc::Rc;

use whimbrel_schema::Engine;

use super::{Place, ReadType, TypeReader, plain};
use crate::sqlmodel::classes::Class;
use crate::sqlmodel::code::Code;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Instance, Kind, Span, Value};

impl<'i, 'a> TypeReader<'i, 'a> {
    /// A type class of the project: a decorator of another type, or a type of its own.
    pub(super) fn of_project(
        &self,
        instance: &Rc<Instance<'a>>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        let class = &instance.class;
        let receiver = Value::Instance(instance.clone());
        let undecided = |what: &str| {
            Trouble::new(
                Code::Undecided,
                format!("{what} of the type `{}` is not known before the code runs", class.name),
                span,
            )
        };
        let base = class.ancestors.iter().find_map(|ancestor| match ancestor {
            Value::External(path) => match known(path) {
                (Family::Builtin | Family::Typing | Family::Standard, _) => None,
                _ => Some(*path),
            },
            _ => None,
        });
        let Some(base) = base else { return Err(undecided("the base")) };
        let is_decorator = class
            .descends_from_external(|path| matches!(known(path), (Family::Sqlalchemy, "TypeDecorator" | "PickleType")));
        let own_arguments = || instance.base_arguments.borrow().clone().unwrap_or_default();
        if is_decorator {
            if let Some((Value::Function(function), _)) = Class::find(class, "load_dialect_impl") {
                self.interpreter.refuel();
                let dialect = Value::External(match engine {
                    Engine::Sqlite => "dialect.sqlite",
                    Engine::Postgres => "dialect.postgresql",
                    Engine::Mysql => "dialect.mysql",
                });
                let arguments = Arguments { positional: vec![receiver.clone(), dialect], ..Arguments::default() };
                let chosen = self.interpreter.invoke(&function, arguments, function.span);
                let own = match &chosen {
                    Value::Call(call) => matches!(&call.callee, Value::External("super.load_dialect_impl")),
                    Value::Attribute(attribute) => matches!(attribute.name, "impl" | "impl_instance"),
                    _ => false,
                };
                // `self.impl` is the declared type unless `__init__` made another.
                if !own {
                    if let (Value::External(_) | Value::Class(_), Some((declared, _))) =
                        (&chosen, Class::find(class, "impl"))
                        && declared.equal(&chosen) == Some(true)
                    {
                        return self.declared_type(&declared, &own_arguments(), engine, place, span, depth);
                    }
                    return self.read_at(&chosen, engine, place, function.span, depth + 1);
                }
            }
            let set = instance.attributes.borrow().get("impl").cloned();
            if let Some(set) = set {
                return self.read_at(&set, engine, place, span, depth + 1);
            }
            return match Class::find(class, "impl") {
                Some((declared, _)) => self.declared_type(&declared, &own_arguments(), engine, place, span, depth),
                None => match known(base) {
                    (Family::Sqlalchemy, "TypeDecorator") => Err(undecided("`impl`")),
                    _ => self.of_library(base, &own_arguments(), engine, place, span, depth),
                },
            };
        }
        if let Some((Value::Function(function), _)) = Class::find(class, "get_col_spec") {
            self.interpreter.refuel();
            let positional = match function.kind.get() {
                Kind::Static => Vec::new(),
                Kind::Class => vec![Value::Class(class.clone())],
                Kind::Plain | Kind::Property | Kind::Declared { .. } => vec![receiver],
            };
            let arguments = Arguments { positional, ..Arguments::default() };
            let written = self.interpreter.invoke(&function, arguments, function.span);
            return match written.as_text() {
                Some(text) => Ok(plain(&*text)),
                None => Err(Trouble::undecided(&written, "the column's type", function.span)),
            };
        }
        match known(base) {
            (Family::Sqlalchemy, "UserDefinedType" | "TypeEngine" | "SchemaType") => Err(undecided("the SQL")),
            _ => {
                let arguments = own_arguments();
                if let Some(open) = &arguments.open {
                    return Err(Trouble::undecided(&Value::Unknown(open.clone()), "the column's type", span));
                }
                self.of_library(base, &arguments, engine, place, span, depth)
            }
        }
    }

    /// `impl = X`: a class is called with what the decorator was given, an instance stands as it is.
    fn declared_type(
        &self,
        declared: &Value<'a>,
        arguments: &Arguments<'a>,
        engine: Engine,
        place: Place<'_>,
        span: Span<'a>,
        depth: u32,
    ) -> Result<ReadType, Trouble<'a>> {
        match declared {
            Value::External(path) => {
                if let Some(open) = &arguments.open {
                    return Err(Trouble::undecided(&Value::Unknown(open.clone()), "the column's type", span));
                }
                self.of_library(path, arguments, engine, place, span, depth)
            }
            Value::Class(class) => {
                let made = self.interpreter.call(declared.clone(), arguments.clone(), class.span, &class.scope);
                self.read_at(&made, engine, place, span, depth + 1)
            }
            declared => self.read_at(declared, engine, place, span, depth + 1),
        }
    }
}
