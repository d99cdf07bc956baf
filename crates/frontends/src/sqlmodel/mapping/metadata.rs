//! The `MetaData` of a class: its own, its registry's, or the one that its base makes.

use std::rc::Rc;

use super::Mapper;
use super::naming::{Metadata, identity, read_metadata};
use crate::sqlmodel::classes::{Class, constructor};
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::value::{Call, Span, Value};

impl<'i, 'a> Mapper<'i, 'a> {
    pub(super) fn metadata_of(&mut self, class: &Rc<Class<'a>>) -> Rc<Metadata<'a>> {
        let (value, span) = self.metadata_value(class);
        self.metadata_from(&value, span)
    }

    pub(super) fn metadata_from(&mut self, value: &Value<'a>, span: Span<'a>) -> Rc<Metadata<'a>> {
        let identity = identity(value);
        if !identity.is_empty()
            && let Some(known) = self.metadata.get(&identity)
        {
            return known.clone();
        }
        let metadata = Rc::new(read_metadata(self.interpreter, value, span));
        self.metadata.insert(identity, metadata.clone());
        metadata
    }

    /// The `MetaData` of a class: its own, its registry's, or the one that its base makes.
    pub(super) fn metadata_value(&self, class: &Rc<Class<'a>>) -> (Value<'a>, Span<'a>) {
        for owner in Class::line(class) {
            // SQLModel sets the registry's over the class's own.
            if let Some(Value::Call(registry)) = owner.keyword("registry") {
                return (self.metadata_of_registry(registry), owner.span);
            }
            if let Some(value) = owner.own("metadata")
                && !matches!(value, Value::Function(_))
            {
                return (value, owner.span);
            }
        }
        if let Some((Value::Call(registry), owner)) = Class::find(class, "registry") {
            return (self.metadata_of_registry(&registry), owner.span);
        }
        for owner in Class::line(class) {
            for decorator in &owner.decorators {
                let of = match decorator {
                    Value::Attribute(attribute) if attribute.name == "mapped" => Some(&attribute.of),
                    Value::Call(call) => match constructor(&call.callee) {
                        Some(("as_declarative", None)) => {
                            if let Some(value) = call.arguments.keyword("metadata") {
                                return (value.clone(), owner.span);
                            }
                            None
                        }
                        Some((_, of)) => of,
                        None => None,
                    },
                    _ => None,
                };
                if let Some(Value::Call(registry)) = of {
                    return (self.metadata_of_registry(registry), owner.span);
                }
            }
        }
        for ancestor in &class.ancestors {
            match ancestor {
                Value::Call(call) => match constructor(&call.callee) {
                    Some(("declarative_base" | "automap_base", _)) => {
                        let value = call.arguments.keyword("metadata").filter(|value| !value.is_none()).cloned();
                        return match value {
                            Some(value) => (value, call.span),
                            None => (self.interpreter.attribute(ancestor.clone(), "metadata", call.span), call.span),
                        };
                    }
                    Some(("generate_base", Some(Value::Call(registry)))) => {
                        return (self.metadata_of_registry(registry), call.span);
                    }
                    _ => {}
                },
                Value::Attribute(attribute) if attribute.name == "Model" => {
                    if let Value::Call(call) = &attribute.of
                        && let Some(value) = call.arguments.keyword("metadata")
                    {
                        return (value.clone(), call.span);
                    }
                    return (self.interpreter.attribute(attribute.of.clone(), "metadata", class.span), class.span);
                }
                Value::External(path) if known(path) == (Family::Sqlmodel, "SQLModel") => {
                    return (
                        self.interpreter.attribute(Value::External("sqlmodel.SQLModel"), "metadata", class.span),
                        class.span,
                    );
                }
                _ => {}
            }
        }
        // A class right below `DeclarativeBase` makes one of its own.
        let base = Class::line(class).find(|owner| {
            owner.bases.iter().any(|base| {
                matches!(base, Value::External(path)
                if matches!(known(path), (Family::Sqlalchemy, "DeclarativeBase" | "DeclarativeBaseNoMeta")))
            })
        });
        let base = base.unwrap_or_else(|| class.clone());
        let span = base.span;
        (self.interpreter.attribute(Value::Class(base), "metadata", span), span)
    }

    fn metadata_of_registry(&self, registry: &Rc<Call<'a>>) -> Value<'a> {
        match registry.arguments.keyword("metadata") {
            Some(value) if !value.is_none() => value.clone(),
            _ => self.interpreter.attribute(Value::Call(registry.clone()), "metadata", registry.span),
        }
    }
}
