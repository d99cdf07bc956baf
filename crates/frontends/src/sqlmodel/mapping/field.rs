//! SQLModel's fields: from an annotation and `Field(…)` to a column.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::column::{ColumnSpec, construct_name};
use super::hint::Hint;
use super::order::merged;
use crate::sqlmodel::classes::{Annotation, Class};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Arguments, Call, Span, Value};
use crate::sqlmodel::versions::Versions;

/// One field of a model, as pydantic sees it: its annotation and, where it has one, its value.
#[derive(Clone)]
struct Field<'a> {
    annotation: Annotation<'a>,
    value: Option<Value<'a>>,
}

/// The columns of a table class, in the order of its fields: the oldest ancestor's first.
pub fn columns<'a>(interpreter: &Interpreter<'a>, versions: Versions, class: &Rc<Class<'a>>) -> Vec<ColumnSpec<'a>> {
    let mut order: Vec<&'a str> = Vec::new();
    let mut fields: FxHashMap<&'a str, Field<'a>> = FxHashMap::default();
    let mut line: Vec<Rc<Class<'a>>> = Class::line(class).collect();
    line.reverse();
    for owner in &line {
        for annotation in owner.annotations.borrow().iter() {
            let name = annotation.name;
            if name.starts_with('_') || name == "model_config" || name == "metadata" {
                continue;
            }
            let value = owner.own(name);
            if !fields.contains_key(name) {
                order.push(name);
            }
            fields.insert(name, Field { annotation: annotation.clone(), value });
        }
    }
    let mut columns = Vec::with_capacity(order.len());
    for name in in_order_of_scan(class, &order) {
        let Some(field) = fields.remove(name) else { continue };
        interpreter.refuel();
        if let Some(column) = column_of(interpreter, versions, name, &field) {
            columns.push(column);
        }
    }
    columns
}

/// SQLModel sets the columns on the class in the order of its fields; SQLAlchemy then reads the class's attributes and
/// its own annotations as it reads any class.
fn in_order_of_scan<'a>(class: &Rc<Class<'a>>, fields: &[&'a str]) -> Vec<&'a str> {
    let names = class.scope.names.borrow();
    let is_relation = |name: &str| matches!(names.get(name), Some(Value::Call(call)) if field_kind(&call.callee) == Some("Relationship"));
    let annotations = class.annotations.borrow();
    let mut attributes: Vec<&'a str> =
        names.iter().map(|(name, _)| name).filter(|name| !fields.contains(name) && !is_relation(name)).collect();
    attributes.extend(fields);
    attributes.extend(names.iter().map(|(name, _)| name).filter(|name| is_relation(name)));
    let (mut own, fields_own): (Vec<&'a str>, Vec<&'a str>) =
        annotations.iter().map(|annotation| annotation.name).partition(|name| is_relation(name));
    own.extend(fields_own);
    merged(&attributes, &own).into_iter().filter(|name| fields.contains(name)).collect()
}

/// The arguments of `Field(…)`, with those that stand in `Annotated` where it has none of its own.
struct Settings<'a> {
    calls: Vec<Rc<Call<'a>>>,
}

impl<'a> Settings<'a> {
    fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.calls.iter().find_map(|call| call.arguments.keyword(name))
    }
}

fn column_of<'a>(
    interpreter: &Interpreter<'a>,
    versions: Versions,
    name: &'a str,
    field: &Field<'a>,
) -> Option<ColumnSpec<'a>> {
    let span = field.annotation.span;
    let mut calls = Vec::new();
    let mut plain_default = None;
    match &field.value {
        Some(Value::Call(call)) => match field_kind(&call.callee) {
            Some("Field") => calls.push(call.clone()),
            Some("Relationship" | "relationship" | "PrivateAttr") => return None,
            _ => plain_default = field.value.clone(),
        },
        Some(Value::Function(_)) => return None,
        value => plain_default = value.clone(),
    }
    let hint = Hint::of(interpreter, &field.annotation);
    if matches!(hint.head(), Some("ClassVar")) {
        return None;
    }
    let mut metadata = Vec::new();
    let mut outer = &hint;
    while let Hint::Annotated { of, metadata: inner, .. } = outer {
        for value in inner {
            match value {
                Value::Call(call) if field_kind(&call.callee) == Some("Field") => calls.push(call.clone()),
                value => metadata.push(value.clone()),
            }
        }
        outer = of;
    }
    let settings = Settings { calls };
    let mut spec = ColumnSpec::new(name, span);
    for call in &settings.calls {
        if let Some(open) = &call.arguments.open {
            spec.troubles.push(Trouble::undecided(&Value::Unknown(open.clone()), "what `Field` is given", span));
        }
    }
    if let Some(unknown @ Value::Unknown(_)) = &plain_default {
        // A default that only the running code knows is a default all the same; a `Field` that is hidden behind a
        // function is not.
        spec.troubles.push(Trouble::undecided(unknown, &format!("what `{name}` is set to"), span));
    }
    if let Some(column) = settings.get("sa_column") {
        match column {
            Value::Call(call) if construct_name(&call.callee) == Some("Column") => {
                let mut column = ColumnSpec::read(interpreter, name, call);
                column.troubles.extend(spec.troubles);
                return Some(column);
            }
            Value::None => {}
            Value::External(path) if path.ends_with("PydanticUndefined") || path.ends_with("Undefined") => {}
            other => {
                spec.troubles.push(Trouble::undecided(other, "`sa_column`", span));
                return Some(spec);
            }
        }
    }
    let truth = |name: &str, spec: &mut ColumnSpec<'a>| match settings.get(name) {
        None => None,
        Some(Value::External(path)) if path.ends_with("Undefined") => None,
        Some(value) => match value.truth() {
            Some(truth) => Some(truth),
            None => {
                spec.troubles.push(Trouble::undecided(value, &format!("`{name}`"), span));
                None
            }
        },
    };
    spec.primary_key = truth("primary_key", &mut spec).unwrap_or(false);
    spec.index = truth("index", &mut spec).unwrap_or(false);
    spec.unique = truth("unique", &mut spec).unwrap_or(false);
    let nullable = truth("nullable", &mut spec);
    let noneable = is_noneable(&hint);
    spec.nullable = Some(nullable.unwrap_or(!spec.primary_key && noneable));
    match settings.get("sa_type") {
        Some(Value::External(path)) if path.ends_with("Undefined") => {}
        Some(ty) => spec.ty = Some(ty.clone()),
        None => {}
    }
    if spec.ty.is_none() {
        match field_type(interpreter, versions, &hint, &metadata, &settings, span) {
            Ok(ty) => spec.ty = Some(ty),
            Err(trouble) => spec.troubles.push(trouble),
        }
    }
    match settings.get("foreign_key") {
        None | Some(Value::None) => {}
        Some(Value::External(path)) if path.ends_with("Undefined") => {}
        Some(target) => {
            let mut arguments = Arguments { positional: vec![target.clone()], ..Arguments::default() };
            if let Some(action) = settings.get("ondelete")
                && !action.is_none()
            {
                if action.as_text().as_deref() == Some("SET NULL") && spec.nullable == Some(false) {
                    spec.troubles.push(Trouble::new(
                        Code::SqlmodelRefuses,
                        "SQLModel refuses `ondelete=\"SET NULL\"` on a column that is not nullable",
                        span,
                    ));
                }
                arguments.keywords.push(("ondelete", action.clone()));
            }
            spec.arguments.push(construct("sqlalchemy.ForeignKey", arguments, span));
        }
    }
    match settings.get("default_factory") {
        Some(factory) if !factory.is_none() => spec.default = Some(factory.clone()),
        _ => {
            let default = match settings.calls.first().filter(|_| plain_default.is_none()) {
                Some(call) => call.arguments.get(0, "default").cloned(),
                None => plain_default.filter(|value| !matches!(value, Value::Unknown(_))),
            };
            spec.default = default.filter(|value| {
                !matches!(value, Value::None | Value::Ellipsis)
                    && !matches!(value, Value::External(path) if path.ends_with("Undefined"))
            });
        }
    }
    match settings.get("sa_column_args") {
        None | Some(Value::None) => {}
        Some(Value::External(path)) if path.ends_with("Undefined") => {}
        Some(arguments) => match arguments.elements() {
            Some(elements) => spec.arguments.extend(elements),
            None => spec.troubles.push(Trouble::undecided(arguments, "`sa_column_args`", span)),
        },
    }
    match settings.get("sa_column_kwargs") {
        None | Some(Value::None) => {}
        Some(Value::External(path)) if path.ends_with("Undefined") => {}
        Some(Value::Dict(dict)) => {
            let dict = dict.borrow();
            for (key, value) in dict.entries() {
                match key.as_text() {
                    Some(key) => {
                        if &*key == "default" {
                            spec.default = None;
                        }
                        spec.keyword(interpreter, &key, value);
                    }
                    None => spec.troubles.push(Trouble::undecided(key, "`sa_column_kwargs`", span)),
                }
            }
            if let Some(open) = &dict.open {
                spec.troubles.push(Trouble::undecided(&Value::Unknown(open.clone()), "`sa_column_kwargs`", span));
            }
        }
        Some(other) => spec.troubles.push(Trouble::undecided(other, "`sa_column_kwargs`", span)),
    }
    Some(spec)
}

/// `Field`, `Relationship`, `PrivateAttr`: of SQLModel or of pydantic.
fn field_kind<'a>(callee: &Value<'a>) -> Option<&'a str> {
    match callee {
        Value::External(path) => match known(path) {
            (Family::Sqlmodel | Family::Pydantic, name @ ("Field" | "Relationship" | "PrivateAttr")) => Some(name),
            (Family::Sqlalchemy, name @ "relationship") => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// By SQLModel's own rule: only a union that names `None` at the top.
fn is_noneable(hint: &Hint<'_>) -> bool {
    match hint {
        Hint::None => true,
        Hint::Union(parts) => parts.iter().any(|part| matches!(part, Hint::None)),
        // pydantic takes the outermost `Annotated` off before SQLModel looks.
        Hint::Annotated { of, .. } => is_noneable(of),
        Hint::Named(_) | Hint::Generic { .. } | Hint::Literal(_) | Hint::Unknown(_) => false,
    }
}

fn construct<'a>(path: &'a str, arguments: Arguments<'a>, span: Span<'a>) -> Value<'a> {
    Value::Call(Rc::new(Call { callee: Value::External(path), arguments, span }))
}

/// The class that SQLModel looks at, after `Optional` and `Annotated` are taken off.
fn field_type<'a>(
    interpreter: &Interpreter<'a>,
    versions: Versions,
    hint: &Hint<'a>,
    metadata: &[Value<'a>],
    settings: &Settings<'a>,
    span: Span<'a>,
) -> Result<Value<'a>, Trouble<'a>> {
    let refuses = |what: String| {
        let message = format!("SQLModel has no column type for {what}: give the field an `sa_type` or an `sa_column`");
        Trouble::new(Code::NoColumnType, message, span)
    };
    match hint {
        Hint::Annotated { of, .. } => {
            let ty = field_type(interpreter, versions, of, metadata, settings, span)?;
            Ok(zoned(metadata, versions, span).unwrap_or(ty))
        }
        Hint::Union(parts) => {
            let rest: Vec<&Hint<'a>> = parts.iter().filter(|part| !matches!(part, Hint::None)).collect();
            match rest.as_slice() {
                [Hint::Annotated { of, metadata: inner, .. }] => {
                    // Within a union SQLModel sees the type, but not what stands beside it.
                    let ty = field_type(
                        interpreter,
                        versions,
                        of,
                        inner,
                        &Settings { calls: settings.calls.clone() },
                        span,
                    )?;
                    Ok(zoned(inner, versions, span).unwrap_or(ty))
                }
                [one] => field_type(interpreter, versions, one, metadata, settings, span),
                _ => Err(refuses("a union of several types".to_string())),
            }
        }
        Hint::None => Err(refuses("`None`".to_string())),
        Hint::Literal(_) => Err(refuses("`Literal`".to_string())),
        Hint::Generic { of, .. } => {
            let name = of.dotted().unwrap_or_else(|| "a generic type".to_string());
            Err(refuses(format!("`{}[…]`", name.trim_start_matches("builtins."))))
        }
        Hint::Unknown(unknown) => Err(Trouble::undecided(&Value::Unknown(unknown.clone()), "the annotation", span)),
        Hint::Named(value) => {
            if let Value::Class(class) = value
                && class.is_enum()
            {
                let arguments = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                return Ok(construct("sqlalchemy.Enum", arguments, span));
            }
            let Some(kind) = python_type(value) else {
                return Err(match value {
                    Value::External(path) if matches!(known(path).0, Family::Other) => Trouble::new(
                        Code::Undecided,
                        format!("the annotation is not known: `{path}` comes from outside the project"),
                        span,
                    ),
                    Value::Call(_) | Value::Attribute(_) => Trouble::undecided(value, "the annotation", span),
                    value => refuses(value.describe()),
                });
            };
            of_python(interpreter, versions, kind, value, metadata, settings, span)
        }
    }
}

fn zoned<'a>(metadata: &[Value<'a>], versions: Versions, span: Span<'a>) -> Option<Value<'a>> {
    if !versions.datetime_has_zone() {
        return None;
    }
    let last =
        metadata.iter().rev().find_map(|value| match value.dotted()?.trim_end_matches("(…)").rsplit('.').next() {
            Some(name @ ("AwareDatetime" | "NaiveDatetime")) => Some(name == "AwareDatetime"),
            _ => None,
        })?;
    Some(if last {
        Value::External("sqlmodel.UTCDateTime")
    } else {
        construct("sqlalchemy.DateTime", Arguments::default(), span)
    })
}

fn of_python<'a>(
    _interpreter: &Interpreter<'a>,
    versions: Versions,
    kind: Python,
    hint: &Value<'a>,
    metadata: &[Value<'a>],
    settings: &Settings<'a>,
    span: Span<'a>,
) -> Result<Value<'a>, Trouble<'a>> {
    let number = |name: &str| -> Result<Option<Value<'a>>, Trouble<'a>> {
        let found = settings.get(name).cloned().or_else(|| constraint(hint, metadata, name));
        match found {
            None | Some(Value::None) => Ok(None),
            Some(value @ Value::Int(_)) => Ok(Some(value)),
            Some(value) => match value.as_int() {
                Some(number) => Ok(Some(Value::Int(number))),
                None => Err(Trouble::undecided(&value, &format!("`{name}`"), span)),
            },
        }
    };
    Ok(match kind {
        Python::Text => {
            let length = number("max_length")?.filter(|length| length.as_int() != Some(0));
            let keywords = length.map(|length| vec![("length", length)]).unwrap_or_default();
            construct("sqlmodel.AutoString", Arguments { keywords, ..Arguments::default() }, span)
        }
        Python::Float => Value::External("sqlalchemy.Float"),
        Python::Bool => Value::External("sqlalchemy.Boolean"),
        Python::Int => Value::External("sqlalchemy.Integer"),
        Python::DateTime | Python::AwareDateTime => match versions.datetime_has_zone() {
            true => Value::External("sqlmodel.UTCDateTime"),
            false => Value::External("sqlalchemy.DateTime"),
        },
        Python::NaiveDateTime => Value::External("sqlalchemy.DateTime"),
        Python::Date => Value::External("sqlalchemy.Date"),
        Python::TimeDelta => Value::External("sqlalchemy.Interval"),
        Python::Time => Value::External("sqlalchemy.Time"),
        Python::Bytes => Value::External("sqlalchemy.LargeBinary"),
        Python::Decimal => {
            let mut keywords = Vec::new();
            if let Some(precision) = number("max_digits")? {
                keywords.push(("precision", precision));
            }
            if let Some(scale) = number("decimal_places")? {
                keywords.push(("scale", scale));
            }
            construct("sqlalchemy.Numeric", Arguments { keywords, ..Arguments::default() }, span)
        }
        Python::Uuid => Value::External("sqlalchemy.Uuid"),
    })
}

/// A limit that stands beside the type in `Annotated`, or within `condecimal(…)`. SQLModel looks at single limits
/// (`MaxLen`) and at pydantic's own, not into `StringConstraints`.
fn constraint<'a>(hint: &Value<'a>, metadata: &[Value<'a>], name: &str) -> Option<Value<'a>> {
    for value in metadata {
        if let Value::Call(call) = value
            && let Value::External(path) = &call.callee
            && let (Family::Pydantic, "MaxLen") = known(path)
            && name == "max_length"
        {
            return call.arguments.get(0, "max_length").cloned();
        }
    }
    if let Value::Call(call) = hint
        && let Value::External(path) = &call.callee
        && known(path) == (Family::Pydantic, "condecimal")
    {
        return call.arguments.keyword(name).cloned();
    }
    None
}

/// The Python types that SQLModel and SQLAlchemy know columns for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Python {
    Text,
    Int,
    Float,
    Bool,
    DateTime,
    AwareDateTime,
    NaiveDateTime,
    Date,
    Time,
    TimeDelta,
    Bytes,
    Decimal,
    Uuid,
}

/// The Python type that SQLModel takes a class for.
pub fn python_type(value: &Value<'_>) -> Option<Python> {
    match value {
        Value::External(path) => of_path(path),
        Value::Call(call) => match &call.callee {
            Value::External(path) => match known(path) {
                (Family::Pydantic, "constr") => Some(Python::Text),
                (Family::Pydantic, "conint") => Some(Python::Int),
                (Family::Pydantic, "confloat") => Some(Python::Float),
                (Family::Pydantic, "condecimal") => Some(Python::Decimal),
                (Family::Pydantic, "condate") => Some(Python::Date),
                (Family::Pydantic, "conbytes") => Some(Python::Bytes),
                _ => None,
            },
            _ => None,
        },
        // `class Email(str)`: what it inherits from decides, in the order that SQLModel asks.
        Value::Class(class) => {
            let kinds: Vec<Python> = class
                .ancestors
                .iter()
                .filter_map(|ancestor| match ancestor {
                    Value::External(path) => of_path(path),
                    _ => None,
                })
                .collect();
            [Python::Text, Python::Float, Python::Bool, Python::Int, Python::DateTime, Python::Date]
                .into_iter()
                .find(|kind| kinds.contains(kind))
                .or_else(|| kinds.first().copied())
        }
        _ => None,
    }
}

fn of_path(path: &str) -> Option<Python> {
    Some(match known(path) {
        (Family::Builtin, "str") => Python::Text,
        (Family::Builtin, "int") => Python::Int,
        (Family::Builtin, "float") => Python::Float,
        (Family::Builtin, "bool") => Python::Bool,
        (Family::Builtin, "bytes") => Python::Bytes,
        (Family::Typing, "Text") => Python::Text,
        (Family::Standard, path) => match path {
            "datetime.datetime" => Python::DateTime,
            "datetime.date" => Python::Date,
            "datetime.time" => Python::Time,
            "datetime.timedelta" => Python::TimeDelta,
            "decimal.Decimal" => Python::Decimal,
            "uuid.UUID" => Python::Uuid,
            "pathlib.Path" | "pathlib.PosixPath" | "pathlib.WindowsPath" => Python::Text,
            "ipaddress.IPv4Address" | "ipaddress.IPv4Network" | "ipaddress.IPv6Address" | "ipaddress.IPv6Network" => {
                Python::Text
            }
            _ => return None,
        },
        (Family::Pydantic, name) => match name {
            "EmailStr" | "StrictStr" | "FilePath" | "DirectoryPath" | "NewPath" | "Base64Str" | "Base64UrlStr"
            | "PhoneNumber" => Python::Text,
            "StrictInt" | "PositiveInt" | "NegativeInt" | "NonNegativeInt" | "NonPositiveInt" | "ByteSize" => {
                Python::Int
            }
            "StrictFloat" | "PositiveFloat" | "NegativeFloat" | "NonNegativeFloat" | "NonPositiveFloat"
            | "FiniteFloat" => Python::Float,
            "StrictBool" => Python::Bool,
            "StrictBytes" | "Base64Bytes" | "Base64UrlBytes" => Python::Bytes,
            "UUID1" | "UUID3" | "UUID4" | "UUID5" | "UUID6" | "UUID7" | "UUID8" => Python::Uuid,
            "AwareDatetime" => Python::AwareDateTime,
            "NaiveDatetime" => Python::NaiveDateTime,
            _ => return None,
        },
        _ => return None,
    })
}
