//! SQLAlchemy's declarative classes: which attributes of a class and its mixins are columns, and of what type.

use std::rc::Rc;

use super::column::{ColumnSpec, column_call, construct_name};
use super::field::{Python, python_type};
use super::hint::Hint;
use super::order::merged;
use crate::sqlmodel::classes::{Annotation, Class};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Call, Kind, Span, Value};
use crate::sqlmodel::versions::Versions;

pub struct Declarative<'i, 'a> {
    pub interpreter: &'i Interpreter<'a>,
    pub versions: Versions,
    /// `type_annotation_map` of the registry: annotation and type.
    pub type_map: Vec<(Hint<'a>, Value<'a>)>,
    pub type_map_trouble: Option<Trouble<'a>>,
}

impl<'i, 'a> Declarative<'i, 'a> {
    /// The columns that a class brings to its table: its own, then those of its mixins. `inherited` are the names that
    /// a mapped parent has already.
    pub fn columns(
        &self,
        class: &Rc<Class<'a>>,
        is_mapped: &dyn Fn(&Rc<Class<'a>>) -> bool,
        inherited: &[String],
    ) -> Vec<ColumnSpec<'a>> {
        let mut columns: Vec<ColumnSpec<'a>> = Vec::new();
        let mut seen: Vec<&'a str> = Vec::new();
        for owner in Class::line(class) {
            let own = Rc::ptr_eq(&owner, class);
            if !own && is_mapped(&owner) {
                // What a mapped parent has is in its own table; what stands behind it was copied there.
                seen.extend(attribute_names(&owner));
                continue;
            }
            for name in attribute_names(&owner) {
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
                if !own && inherited.iter().any(|other| other == name) && !self.cascades(&owner, name) {
                    continue;
                }
                self.interpreter.refuel();
                columns.extend(self.attribute(class, &owner, name));
            }
        }
        // A stable sort: columns without an order keep theirs.
        columns.sort_by_key(|column| column.sort_order);
        columns
    }

    fn cascades(&self, owner: &Rc<Class<'a>>, name: &str) -> bool {
        matches!(owner.own(name), Some(Value::Function(function)) if function.kind.get() == Kind::Declared { cascading: true })
    }

    /// The columns of one attribute: none, one, or those of a composite.
    fn attribute(&self, class: &Rc<Class<'a>>, owner: &Rc<Class<'a>>, name: &'a str) -> Vec<ColumnSpec<'a>> {
        if name.starts_with("__") {
            return Vec::new();
        }
        let value = owner.own(name);
        let annotation = owner.annotations.borrow().iter().find(|annotation| annotation.name == name).cloned();
        match value {
            None => annotation.and_then(|annotation| self.annotated(name, &annotation, None)).into_iter().collect(),
            Some(Value::Function(function)) => match function.kind.get() {
                Kind::Declared { .. } => {
                    let made = self.interpreter.invoke_for(&function, class);
                    // `-> Mapped[int]` says of the column what an annotation would.
                    let annotation = function.returns.map(|expression| Annotation {
                        name,
                        expression,
                        scope: function.scope.clone(),
                        span: function.span,
                    });
                    if let Value::Unknown(_) = made {
                        let mut spec = ColumnSpec::new(name, function.span);
                        spec.troubles.push(Trouble::undecided(
                            &made,
                            &format!("what `{name}` declares"),
                            function.span,
                        ));
                        return vec![spec];
                    }
                    self.made(name, &made, annotation.as_ref())
                }
                Kind::Plain | Kind::Static | Kind::Class | Kind::Property => Vec::new(),
            },
            Some(value) => self.made(name, &value, annotation.as_ref()),
        }
    }

    fn made(&self, name: &'a str, value: &Value<'a>, annotation: Option<&Annotation<'a>>) -> Vec<ColumnSpec<'a>> {
        if let Some(call) = column_call(value) {
            let is_mapped_column = construct_name(&call.callee) == Some("mapped_column");
            let spec = ColumnSpec::read(self.interpreter, name, &call);
            return match annotation {
                Some(annotation) => {
                    self.annotated(name, annotation, Some((spec, is_mapped_column))).into_iter().collect()
                }
                None => vec![spec],
            };
        }
        match value {
            Value::Call(call) if construct_name(&call.callee) == Some("composite") => {
                let columns = call.arguments.positional.iter().filter_map(column_call);
                columns
                    .map(|call| ColumnSpec::read(self.interpreter, "", &call))
                    .filter(|spec| spec.name.is_some())
                    .collect()
            }
            Value::Call(call) => {
                let known_name = construct_name(&call.callee);
                let harmless = match (&call.callee, known_name) {
                    (_, Some(_)) => true,
                    // A function of some library that gives an attribute may as well give a column.
                    (Value::External(path), None) => !matches!(known(path).0, Family::Other | Family::SqlalchemyUtils),
                    (Value::Attribute(_), None) => true,
                    (_, None) => true,
                };
                match (harmless, annotation) {
                    (true, None) => Vec::new(),
                    // `Mapped[int]` set to something that is no column and no relation.
                    (true, Some(annotation)) => match known_name {
                        Some(
                            "relationship" | "Relationship" | "column_property" | "query_expression" | "synonym"
                            | "association_proxy" | "composite" | "dynamic_loader" | "backref",
                        ) => Vec::new(),
                        _ => self.annotated_plain(name, annotation, value),
                    },
                    (false, annotation) => {
                        let mapped = annotation
                            .is_none_or(|annotation| Hint::of(self.interpreter, annotation).head() == Some("Mapped"));
                        if !mapped {
                            return Vec::new();
                        }
                        let mut spec = ColumnSpec::new(name, call.span);
                        let message = format!(
                            "whether `{name}` is a column is not known: {} comes from outside the project",
                            value.describe()
                        );
                        spec.troubles.push(Trouble::new(Code::Undecided, message, call.span));
                        vec![spec]
                    }
                }
            }
            Value::Unknown(unknown) => {
                // An attribute that cannot be read matters only if it can be a column.
                let mapped = annotation
                    .is_some_and(|annotation| matches!(Hint::of(self.interpreter, annotation).head(), Some("Mapped")));
                if !mapped && annotation.is_some() {
                    return Vec::new();
                }
                let text = unknown
                    .span
                    .source
                    .text
                    .get(usize::from(unknown.span.range.start())..usize::from(unknown.span.range.end()));
                let may_be_column = mapped || text.is_some_and(|text| text.contains("olumn"));
                if !may_be_column {
                    return Vec::new();
                }
                let mut spec = ColumnSpec::new(name, unknown.span);
                spec.troubles.push(Trouble::undecided(value, &format!("what `{name}` is"), unknown.span));
                vec![spec]
            }
            value => match annotation {
                Some(annotation) => self.annotated_plain(name, annotation, value),
                None => Vec::new(),
            },
        }
    }

    /// `name: Mapped[int] = 5`, as dataclass mappings write defaults.
    fn annotated_plain(&self, name: &'a str, annotation: &Annotation<'a>, value: &Value<'a>) -> Vec<ColumnSpec<'a>> {
        let plain = !matches!(value, Value::Function(_) | Value::Class(_) | Value::Bound(_) | Value::Module(_));
        if !plain {
            return Vec::new();
        }
        let mut columns: Vec<ColumnSpec<'a>> = self.annotated(name, annotation, None).into_iter().collect();
        for column in &mut columns {
            column.default = (!value.is_none()).then(|| value.clone());
        }
        columns
    }

    /// `name: Mapped[T] = mapped_column(…)`.
    fn annotated(
        &self,
        name: &'a str,
        annotation: &Annotation<'a>,
        written: Option<(ColumnSpec<'a>, bool)>,
    ) -> Option<ColumnSpec<'a>> {
        let hint = Hint::of(self.interpreter, annotation);
        let inner = match &hint {
            Hint::Generic { of: Value::External(path), parameters } => match known(path) {
                (Family::Sqlalchemy, "Mapped") => parameters.first().cloned(),
                (Family::Sqlalchemy, _) => return written.map(|written| written.0),
                _ => None,
            },
            _ => None,
        };
        let Some(inner) = inner else {
            // Not `Mapped`: an annotation that the mapping does not look at.
            return match (written, &hint) {
                (Some((spec, _)), _) => Some(spec),
                (None, _) => None,
            };
        };
        // `Column` beside an annotation takes nothing from it but that it is there.
        let (mut spec, infer) = match written {
            Some((spec, is_mapped_column)) => (spec, is_mapped_column),
            None => (ColumnSpec::new(name, annotation.span), true),
        };
        if matches!(inner, Hint::Generic { .. }) && self.is_relation(&inner) && spec.objects.is_empty() {
            return None;
        }
        if spec.objects.is_empty() && self.is_relation(&inner.without_none()) {
            return None;
        }
        if !infer {
            return Some(spec);
        }
        let written_nullable = spec.nullable;
        let bare = inner.without_none();
        let mut from_annotated = None;
        if let Hint::Annotated { metadata, .. } = &bare {
            from_annotated = metadata.iter().find_map(|value| match value {
                Value::Call(call) if construct_name(&call.callee) == Some("mapped_column") => Some(call.clone()),
                _ => None,
            });
        }
        if let Some(call) = from_annotated {
            let other = ColumnSpec::read(self.interpreter, name, &call);
            spec.fill_from(&other);
        }
        // A key is never null, whatever its annotation says of new objects.
        if written_nullable.is_none() && spec.nullable.is_none() {
            spec.nullable = Some(inner.includes_none());
        }
        if spec.ty.is_none() && !spec.has_foreign_key() {
            match self.type_of(&inner, annotation.span) {
                Ok(ty) => spec.ty = Some(ty),
                Err(trouble) => spec.troubles.push(trouble),
            }
        }
        Some(spec)
    }

    /// `Mapped["User"]`, `Mapped[list["Item"]]` without a value: SQLAlchemy would refuse; nothing to read here.
    fn is_relation(&self, hint: &Hint<'a>) -> bool {
        match hint {
            Hint::Named(Value::Class(class)) => class.traits.declarative || class.traits.sqlmodel,
            _ => false,
        }
    }

    /// The column type that the registry finds for an annotation.
    fn type_of(&self, hint: &Hint<'a>, span: Span<'a>) -> Result<Value<'a>, Trouble<'a>> {
        let bare = hint.without_none();
        if let Some(trouble) = &self.type_map_trouble {
            return Err(trouble.clone());
        }
        let mapped = |wanted: &Hint<'a>| {
            self.type_map.iter().rev().find(|(hint, _)| hint.same(wanted)).map(|(_, ty)| ty.clone())
        };
        if let Some(ty) = mapped(hint).or_else(|| mapped(&bare)) {
            return Ok(ty);
        }
        match &bare {
            Hint::Unknown(unknown) => Err(Trouble::undecided(&Value::Unknown(unknown.clone()), "the annotation", span)),
            Hint::Annotated { of, metadata, .. } => {
                // A type within `Annotated` is the type.
                if let Some(ty) = metadata.iter().find(|value| crate::sqlmodel::types::is_type(value)) {
                    return Ok(ty.clone());
                }
                self.type_of(of, span)
            }
            Hint::Literal(values) => {
                if values.iter().any(|value| value.as_text().is_none()) {
                    return Err(refused("a `Literal` that is not of strings", span));
                }
                let arguments = Arguments {
                    positional: values.clone(),
                    keywords: vec![("native_enum", Value::Bool(false))],
                    open: None,
                };
                Ok(construct("sqlalchemy.Enum", arguments, span))
            }
            Hint::Named(value) => {
                if let Value::Class(class) = value
                    && class.is_enum()
                {
                    // `type_annotation_map = {enum.Enum: Enum(…, native_enum=False)}` is a template for all of them.
                    let template = self.type_map.iter().rev().find_map(|(hint, ty)| match (hint, ty) {
                        (Hint::Named(Value::External("enum.Enum")), Value::Call(call)) => Some(call.clone()),
                        _ => None,
                    });
                    let mut arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                    if let Some(template) = template {
                        arguments.keywords = template.arguments.keywords.clone();
                    }
                    return Ok(construct("sqlalchemy.Enum", arguments, span));
                }
                // Of a class of one's own, the nearest ancestor that the map knows counts.
                if let Value::Class(class) = value {
                    for ancestor in &class.ancestors {
                        if let Some(ty) = mapped(&Hint::Named(ancestor.clone())) {
                            return Ok(ty);
                        }
                    }
                }
                if let Value::Call(call) = value
                    && matches!(&call.callee, Value::External(path) if known(path) == (Family::Typing, "NewType"))
                    && let Some(of) = call.arguments.positional.get(1)
                {
                    return self.type_of(&Hint::Named(of.clone()), span);
                }
                match python_type(value).filter(|_| !matches!(value, Value::Call(_))) {
                    Some(kind) => Ok(Value::External(self.default_type(kind))),
                    None => Err(match value {
                        Value::External(path) if known(path).0 == Family::Other => Trouble::new(
                            Code::Undecided,
                            format!("the annotation is not known: `{path}` comes from outside the project"),
                            span,
                        ),
                        Value::External("builtins.object") => refused("`object`", span),
                        value => refused(&value.describe(), span),
                    }),
                }
            }
            Hint::Union(_) => Err(refused("a union of several types", span)),
            Hint::Generic { of, .. } => {
                Err(refused(&format!("`{}[…]`", of.dotted().unwrap_or_default().trim_start_matches("builtins.")), span))
            }
            Hint::None => Err(refused("`None`", span)),
        }
    }

    fn default_type(&self, kind: Python) -> &'a str {
        match kind {
            Python::Text => "sqlalchemy.String",
            Python::Int => "sqlalchemy.Integer",
            Python::Float if self.versions.float_is_double() => "sqlalchemy.Double",
            Python::Float => "sqlalchemy.Float",
            Python::Bool => "sqlalchemy.Boolean",
            Python::DateTime | Python::AwareDateTime | Python::NaiveDateTime => "sqlalchemy.DateTime",
            Python::Date => "sqlalchemy.Date",
            Python::Time => "sqlalchemy.Time",
            Python::TimeDelta => "sqlalchemy.Interval",
            Python::Bytes => "sqlalchemy.LargeBinary",
            Python::Decimal => "sqlalchemy.Numeric",
            Python::Uuid => "sqlalchemy.Uuid",
        }
    }
}

fn refused<'a>(what: &str, span: Span<'a>) -> Trouble<'a> {
    Trouble::new(
        Code::NoColumnType,
        format!(
            "SQLAlchemy has no column type for {what}: name one in `mapped_column(…)` or in the `type_annotation_map`"
        ),
        span,
    )
}

fn construct<'a>(path: &'a str, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
    Value::Call(Rc::new(Call { callee: Value::External(path), arguments, span }))
}

/// The attributes of a class body, annotated or assigned, in the order in which SQLAlchemy looks at them.
fn attribute_names<'a>(class: &Rc<Class<'a>>) -> Vec<&'a str> {
    let names = class.scope.names.borrow();
    let attributes: Vec<&'a str> = names.iter().map(|(name, _)| name).collect();
    let annotations = class.annotations.borrow();
    let annotations: Vec<&'a str> = annotations.iter().map(|annotation| annotation.name).collect();
    merged(&attributes, &annotations)
}
