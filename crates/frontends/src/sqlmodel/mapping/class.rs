//! Which classes are mapped, and to which table.

use std::rc::Rc;

use ruff_text_size::{Ranged, TextRange};

use super::column::{self, ColumnSpec};
use super::declarative::Declarative;
use super::draft::TableDraft;
use super::hint::Hint;
use super::{Mapper, field};
use crate::sqlmodel::classes::{Class, constructor};
use crate::sqlmodel::code::Code;
use crate::sqlmodel::evaluate::is_mapped_attribute;
use crate::sqlmodel::library::{Family, brings_no_columns, known};
use crate::sqlmodel::trouble::Trouble;
use crate::sqlmodel::value::{Kind, Span, Value};

impl<'i, 'a> Mapper<'i, 'a> {
    /// A class with a table name whose base is not known may be a model all the same.
    pub(super) fn of_unknown_base(&mut self, class: &Rc<Class<'a>>) {
        let named = class.own("__tablename__").is_some() || class.own("__table__").is_some();
        let says_table = class.keyword("table").and_then(Value::truth) == Some(true);
        if !named && !says_table {
            return;
        }
        let unknown = class.ancestors.iter().find(|ancestor| match ancestor {
            Value::Class(_) => false,
            Value::External(path) => !brings_no_columns(path),
            _ => true,
        });
        let Some(unknown) = unknown else { return };
        let why = match unknown {
            Value::Unknown(reason) => format!("its base is not known: {}", reason.reason),
            base => format!("its base {} is not known", base.describe()),
        };
        let message = format!("`{}` may be a model: {why}", class.name);
        self.trouble(class, Trouble::new(Code::UnknownBase, message, class.span));
    }

    pub(super) fn is_mapped_by_decorator(&self, class: &Rc<Class<'a>>) -> bool {
        class.decorators.iter().any(|decorator| match decorator {
            Value::Attribute(attribute) => matches!(attribute.name, "mapped" | "mapped_as_dataclass"),
            Value::Call(call) => {
                matches!(constructor(&call.callee), Some(("mapped" | "mapped_as_dataclass", Some(_))))
            }
            _ => false,
        })
    }

    pub(super) fn sqlmodel(&mut self, class: &Rc<Class<'a>>) {
        let says = |class: &Rc<Class<'a>>| -> Option<Value<'a>> {
            if let Some(value) = class.keyword("table") {
                return Some(value.clone());
            }
            match class.own("model_config") {
                Some(Value::Dict(config)) => config.borrow().get_text("table").cloned(),
                Some(Value::Call(call)) => call.arguments.keyword("table").cloned(),
                _ => None,
            }
        };
        let Some(value) = says(class) else { return };
        match value.truth() {
            Some(false) => return,
            Some(true) => {}
            None => {
                let trouble = Trouble::undecided(&value, "whether the class is a table", class.span);
                return self.trouble(class, trouble);
            }
        }
        // SQLModel maps no class that extends one with a table.
        let extends_table = class.ancestors.iter().any(|ancestor| match ancestor {
            Value::Class(parent) => says(parent).and_then(|value| value.truth()) == Some(true),
            _ => false,
        });
        if extends_table {
            return;
        }
        self.classes += 1;
        let columns = field::columns(self.interpreter, self.versions, class);
        let name = match self.name_of(class) {
            Ok(Some(name)) => name,
            Ok(None) => class.name.to_lowercase(),
            Err(trouble) => return self.trouble(class, trouble),
        };
        let mut draft = self.draft(class, name);
        draft.columns = columns;
        // `declared_attr` methods that give columns.
        for owner in Class::line(class) {
            let declared: Vec<&'a str> = owner
                .scope
                .names
                .borrow()
                .iter()
                .filter(|(name, value)| {
                    !name.starts_with("__")
                        && matches!(value, Value::Function(function) if matches!(function.kind.get(), Kind::Declared { .. }))
                })
                .map(|(name, _)| name)
                .collect();
            for name in declared {
                if draft.columns.iter().all(|column| column.key != name)
                    && let Some(Value::Function(function)) = owner.own(name)
                {
                    let made = self.interpreter.invoke_for(&function, class);
                    if let Some(call) = column::column_call(&made) {
                        draft.columns.push(ColumnSpec::read(self.interpreter, name, &call));
                    }
                }
            }
        }
        self.unknown_ancestors(class, &mut draft);
        self.add(draft);
    }

    /// An ancestor outside the project may bring columns that nobody sees here.
    fn unknown_ancestors(&self, class: &Rc<Class<'a>>, draft: &mut TableDraft<'a>) {
        for ancestor in &class.ancestors {
            let unknown = match ancestor {
                Value::Class(_) => false,
                Value::External(path) => !brings_no_columns(path) && !self.installed_without_columns(path, class.span),
                Value::Call(call) => !matches!(
                    constructor(&call.callee),
                    Some((
                        "declarative_base"
                            | "generate_base"
                            | "automap_base"
                            | "NamedTuple"
                            | "namedtuple"
                            | "TypedDict",
                        _
                    ))
                ),
                Value::Attribute(attribute) => attribute.name != "Model",
                _ => true,
            };
            if !unknown {
                continue;
            }
            let message = match ancestor {
                Value::Unknown(reason) => format!("`{}` has a base that is not known: {}", class.name, reason.reason),
                other => format!(
                    "`{}` inherits from {}, which is outside the project: its columns are not known",
                    class.name,
                    other.describe()
                ),
            };
            draft.troubles.push(Trouble::new(Code::UnknownBase, message, class.span));
        }
        for owner in Class::line(class) {
            if let Some(Value::Class(meta)) = owner.keyword("metaclass")
                && (meta.own("__new__").is_some() || meta.own("__init__").is_some())
            {
                let message = format!("the metaclass `{}` makes what `{}` becomes", meta.name, class.name);
                draft.troubles.push(Trouble::new(Code::Undecided, message, class.span));
            }
        }
    }

    /// Whether a library's class, read where it is installed, has nothing that becomes a column.
    fn installed_without_columns(&self, path: &'a str, span: Span<'a>) -> bool {
        let Some(Value::Class(found)) = self.interpreter.installed(path, span) else { return false };
        let strange = found.ancestors.iter().any(|ancestor| match ancestor {
            Value::Class(_) => false,
            Value::External(path) => !brings_no_columns(path),
            _ => true,
        });
        let brings = Class::line(&found).any(|owner| {
            let text = |range: TextRange| owner.span.source.text.get(range.start().into()..range.end().into());
            let mapped = |range: TextRange| text(range).is_none_or(|text| text.contains("Mapped"));
            owner.annotations.borrow().iter().any(|annotation| mapped(annotation.expression.range()))
                || owner.scope.names.borrow().iter().any(|(_, value)| match value {
                    Value::Call(call) => is_mapped_attribute(&call.callee),
                    Value::Function(function) => matches!(function.kind.get(), Kind::Declared { .. }),
                    _ => false,
                })
        });
        !strange && !brings && !found.traits.declarative && !found.traits.sqlmodel
    }

    pub(super) fn declarative(&mut self, class: &Rc<Class<'a>>) {
        if class.own("__abstract__").and_then(|value| value.truth()) == Some(true) {
            return;
        }
        // The base itself: a class right below `DeclarativeBase`, or decorated with `as_declarative`.
        let is_base = class.bases.iter().any(|base| match base {
            Value::External(path) => {
                matches!(known(path), (Family::Sqlalchemy, "DeclarativeBase" | "DeclarativeBaseNoMeta"))
            }
            _ => false,
        });
        let by_decorator = class.decorators.iter().any(|decorator| {
            matches!(decorator, Value::Call(call)
                if matches!(constructor(&call.callee), Some(("as_declarative" | "as_declarative_base", _))))
        });
        if is_base || by_decorator {
            return;
        }
        let parent = Class::line(class).skip(1).find_map(|owner| self.by_class.get(&Rc::as_ptr(&owner)).copied());
        if let Some(value) = class.own("__table__") {
            return self.mapped_to_table(class, &value);
        }
        let name = match self.name_of(class) {
            Ok(name) => name,
            Err(trouble) => return self.trouble(class, trouble),
        };
        let name = match (name, class.traits.flask, parent) {
            (None, true, None) => Some(snake_case(class.name)),
            (name, _, _) => name,
        };
        let inherited: Vec<String> = parent.map_or_else(Vec::new, |_| {
            Class::line(class)
                .skip(1)
                .filter_map(|owner| self.by_class.get(&Rc::as_ptr(&owner)))
                .flat_map(|at| self.drafts[*at].columns.iter().map(|column| column.key.clone()))
                .collect()
        });
        let declarative = self.declarative_of(class);
        let by_class = &self.by_class;
        let is_mapped = |owner: &Rc<Class<'a>>| by_class.contains_key(&Rc::as_ptr(owner));
        let columns = declarative.columns(class, &is_mapped, &inherited);
        match (name, parent) {
            (Some(name), _) => {
                self.classes += 1;
                let mut draft = self.draft(class, name);
                draft.columns = columns;
                self.unknown_ancestors(class, &mut draft);
                self.add(draft);
            }
            // Single-table inheritance: the parent's table takes the columns.
            (None, Some(parent)) => {
                self.classes += 1;
                let table = &mut self.drafts[parent];
                for column in columns {
                    let known = table.columns.iter().any(|other| other.name() == column.name());
                    if !known {
                        table.columns.push(column);
                    } else if !column.use_existing {
                        // Two classes that each have the column share it only if they say so; SQLAlchemy refuses.
                        let message = format!("the table `{}` already has a column `{}`", table.name, column.name());
                        table.troubles.push(Trouble::new(Code::SqlalchemyRefuses, message, column.span));
                    }
                }
                table.classes.push(class.clone());
                self.by_class.insert(Rc::as_ptr(class), parent);
            }
            (None, None) => {
                let unknown = class.ancestors.iter().any(|ancestor| match ancestor {
                    Value::Class(_) => false,
                    Value::External(path) => !brings_no_columns(path),
                    Value::Unknown(_) => true,
                    _ => false,
                });
                let (code, message) = if unknown {
                    (
                        Code::UnknownBase,
                        format!("the table of `{}` is not known: a base is outside the project", class.name),
                    )
                } else {
                    (
                        Code::NoTableName,
                        format!("`{}` has no table: it needs a `__tablename__`, or `__abstract__ = True`", class.name),
                    )
                };
                self.trouble(class, Trouble::new(code, message, class.span));
            }
        }
    }

    /// `__table__ = Table(…)`.
    fn mapped_to_table(&mut self, class: &Rc<Class<'a>>, value: &Value<'a>) {
        let found = match value {
            Value::Call(call) => self.by_call.get(&Rc::as_ptr(call)).copied(),
            Value::Attribute(attribute) if attribute.name == "__table__" => match &attribute.of {
                Value::Class(class) => self.by_class.get(&Rc::as_ptr(class)).copied(),
                _ => None,
            },
            _ => None,
        };
        match found {
            Some(at) => {
                self.classes += 1;
                self.drafts[at].classes.push(class.clone());
                self.by_class.insert(Rc::as_ptr(class), at);
            }
            None => {
                let trouble = Trouble::undecided(value, &format!("the table of `{}`", class.name), class.span);
                self.trouble(class, trouble);
            }
        }
    }

    fn declarative_of(&self, class: &Rc<Class<'a>>) -> Declarative<'i, 'a> {
        let mut declarative = Declarative {
            interpreter: self.interpreter,
            versions: self.versions,
            type_map: Vec::new(),
            type_map_trouble: None,
        };
        let own = Class::find(class, "type_annotation_map").map(|(value, owner)| (value, owner.scope.clone()));
        let of_registry = || {
            let registry = Class::find(class, "registry").map(|(value, _)| value).or_else(|| {
                class.ancestors.iter().find_map(|ancestor| match ancestor {
                    Value::Call(call) => match constructor(&call.callee)? {
                        ("generate_base" | "mapped", of) => of.cloned(),
                        _ => Some(Value::Call(call.clone())),
                    },
                    _ => None,
                })
            });
            match registry {
                Some(Value::Call(call)) => call.arguments.keyword("type_annotation_map").cloned(),
                _ => None,
            }
        };
        let (map, scope) = match own {
            Some((map, scope)) => (map, scope),
            None => match of_registry() {
                Some(map) => (map, class.scope.clone()),
                None => return declarative,
            },
        };
        match &map {
            Value::Dict(dict) => {
                let dict = dict.borrow();
                for (key, ty) in dict.entries() {
                    let hint = Hint::of_value(self.interpreter, key.clone(), &scope, class.span, 0);
                    declarative.type_map.push((hint, ty.clone()));
                }
                if let Some(open) = &dict.open {
                    let trouble =
                        Trouble::undecided(&Value::Unknown(open.clone()), "the `type_annotation_map`", class.span);
                    declarative.type_map_trouble = Some(trouble);
                }
            }
            map => {
                declarative.type_map_trouble = Some(Trouble::undecided(map, "the `type_annotation_map`", class.span));
            }
        }
        declarative
    }

    /// `__tablename__`, by SQLAlchemy's rule: the nearest one that is not a mapped parent's.
    fn name_of(&self, class: &Rc<Class<'a>>) -> Result<Option<String>, Trouble<'a>> {
        for owner in Class::line(class) {
            let Some(value) = owner.own("__tablename__") else { continue };
            let own = Rc::ptr_eq(&owner, class);
            let is_parent = !own && self.by_class.contains_key(&Rc::as_ptr(&owner));
            let declared =
                matches!(&value, Value::Function(function) if matches!(function.kind.get(), Kind::Declared { .. }));
            if is_parent && !declared {
                return Ok(None);
            }
            let value = match &value {
                Value::Function(function) => self.interpreter.invoke_for(function, class),
                value => value.clone(),
            };
            return match &value {
                Value::None => Ok(None),
                value => match value.as_text() {
                    Some(text) => Ok(Some(text.to_string())),
                    None => Err(Trouble::undecided(value, &format!("the table name of `{}`", class.name), class.span)),
                },
            };
        }
        Ok(None)
    }
}

/// Flask-SQLAlchemy's table names.
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_uppercase() && at > 0 {
            let before = letters[at - 1];
            let after_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
            if before.is_lowercase() || before.is_numeric() || (before.is_uppercase() && after_lower) {
                result.push('_');
            }
        }
        result.extend(letter.to_lowercase());
    }
    result
}
