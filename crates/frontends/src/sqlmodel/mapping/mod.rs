//! From classes to tables: which classes are mapped, to which table, and what it is made of.

mod column;
mod constraint;
mod declarative;
mod event;
mod field;
mod hint;
mod naming;
mod order;
mod table;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use whimbrel_schema::Engine;

use super::classes::{Class, constructor};
use super::evaluate::{Interpreter, Made};
use super::library::{Family, brings_no_columns, known};
use super::model::{SequenceModel, StatementModel, TableModel};
use super::types::{Trouble, TypeReader};
use super::value::{Call, Kind, Span, Value};
use super::versions::Versions;
use column::{ColumnSpec, construct_name};
use constraint::Parts;
use declarative::Declarative;
use hint::Hint;
use naming::{Metadata, identity, read_metadata};
use table::{Assembly, TableDraft, Told};

use crate::diagnostic::{Diagnostic, Severity};

/// What was read, before it is put together for good.
pub struct Mapped {
    pub tables: Vec<TableModel>,
    pub sequences: Vec<SequenceModel>,
    pub statements: Vec<StatementModel>,
    pub troubles: Vec<ModelTrouble>,
    pub classes: usize,
}

/// Trouble with one table, for one engine or all.
#[derive(Debug, Clone)]
pub struct ModelTrouble {
    /// Position in [`Mapped::tables`]; `None` where it is not known which table it is.
    pub table: Option<usize>,
    pub column: Option<String>,
    pub engine: Option<Engine>,
    pub diagnostic: Diagnostic,
}

pub fn map<'a>(interpreter: &Interpreter<'a>, versions: Versions) -> Mapped {
    let mut mapper = Mapper {
        interpreter,
        versions,
        drafts: Vec::new(),
        by_class: HashMap::new(),
        by_call: HashMap::new(),
        by_name: HashMap::new(),
        metadata: HashMap::new(),
        troubles: Vec::new(),
        classes: 0,
    };
    let made = interpreter.made.borrow().clone();
    for construct in &made {
        mapper.table_construct(construct);
    }
    let classes = interpreter.classes.borrow().clone();
    for class in &classes {
        mapper.class(class);
    }
    mapper.finish(&made)
}

struct Mapper<'i, 'a> {
    interpreter: &'i Interpreter<'a>,
    versions: Versions,
    drafts: Vec<TableDraft<'a>>,
    by_class: HashMap<*const Class<'a>, usize>,
    by_call: HashMap<*const Call<'a>, usize>,
    by_name: HashMap<(Option<String>, String), usize>,
    metadata: HashMap<String, Rc<Metadata<'a>>>,
    troubles: Vec<(Option<Rc<Class<'a>>>, Trouble<'a>)>,
    classes: usize,
}

impl<'i, 'a> Mapper<'i, 'a> {
    fn trouble(&mut self, class: &Rc<Class<'a>>, trouble: Trouble<'a>) {
        self.troubles.push((Some(class.clone()), trouble));
    }

    fn class(&mut self, class: &Rc<Class<'a>>) {
        if class.traits.is_enum || class.traits.column_type {
            return;
        }
        self.interpreter.refuel();
        if class.traits.sqlmodel {
            self.sqlmodel(class);
        } else if class.traits.declarative || self.is_mapped_by_decorator(class) {
            self.declarative(class);
        } else {
            self.of_unknown_base(class);
        }
    }

    /// A class with a table name whose base is not known may be a model all the same.
    fn of_unknown_base(&mut self, class: &Rc<Class<'a>>) {
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
        let message = format!("`{}` may be a model: its base {} is not known", class.name, unknown.describe());
        self.trouble(class, Trouble::new("unknown-base", message, class.span));
    }

    fn is_mapped_by_decorator(&self, class: &Rc<Class<'a>>) -> bool {
        class.decorators.iter().any(|decorator| match decorator {
            Value::Attribute(attribute) => matches!(attribute.name, "mapped" | "mapped_as_dataclass"),
            Value::Call(call) => {
                matches!(constructor(&call.callee), Some(("mapped" | "mapped_as_dataclass", Some(_))))
            }
            _ => false,
        })
    }

    fn sqlmodel(&mut self, class: &Rc<Class<'a>>) {
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
                Value::External(path) => !brings_no_columns(path),
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
            draft.troubles.push(Trouble::new("unknown-base", message, class.span));
        }
        for owner in Class::line(class) {
            if let Some(Value::Class(meta)) = owner.keyword("metaclass")
                && (meta.own("__new__").is_some() || meta.own("__init__").is_some())
            {
                let message = format!("the metaclass `{}` makes what `{}` becomes", meta.name, class.name);
                draft.troubles.push(Trouble::new("undecided", message, class.span));
            }
        }
    }

    fn declarative(&mut self, class: &Rc<Class<'a>>) {
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
                        table.troubles.push(Trouble::new("sqlalchemy-refuses", message, column.span));
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
                        "unknown-base",
                        format!("the table of `{}` is not known: a base is outside the project", class.name),
                    )
                } else {
                    (
                        "no-table-name",
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

    fn draft(&mut self, class: &Rc<Class<'a>>, name: String) -> TableDraft<'a> {
        let metadata = self.metadata_of(class);
        let mut draft = TableDraft {
            name,
            namespace: metadata.schema.clone(),
            metadata,
            columns: Vec::new(),
            arguments: Vec::new(),
            keywords: Vec::new(),
            span: class.span,
            classes: vec![class.clone()],
            call: None,
            troubles: Vec::new(),
            conditional: class.conditional,
        };
        self.table_arguments(class, &mut draft);
        draft
    }

    /// `__table_args__`: a tuple, a dictionary, or a tuple that ends in one.
    fn table_arguments(&self, class: &Rc<Class<'a>>, draft: &mut TableDraft<'a>) {
        let found = Class::line(class).find_map(|owner| {
            let value = owner.own("__table_args__")?;
            let parents = !Rc::ptr_eq(&owner, class) && self.by_class.contains_key(&Rc::as_ptr(&owner));
            let declared =
                matches!(&value, Value::Function(function) if matches!(function.kind.get(), Kind::Declared { .. }));
            (!parents || declared).then_some(value)
        });
        let Some(value) = found else { return };
        let value = match &value {
            Value::Function(function) => self.interpreter.invoke_for(function, class),
            value => value.clone(),
        };
        let undecided =
            |value: &Value<'a>| Trouble::undecided(value, &format!("`__table_args__` of `{}`", class.name), class.span);
        let keywords = |value: &Value<'a>, draft: &mut TableDraft<'a>| {
            let Value::Dict(dict) = value else { return false };
            let dict = dict.borrow();
            for (key, value) in dict.entries() {
                match key.as_text() {
                    Some(key) => draft.keywords.push((self.interpreter.arena.name(&key), value.clone())),
                    None => draft.troubles.push(undecided(key)),
                }
            }
            if let Some(open) = &dict.open {
                draft.troubles.push(undecided(&Value::Unknown(open.clone())));
            }
            true
        };
        match &value {
            Value::None => {}
            Value::Dict(_) => {
                keywords(&value, draft);
            }
            Value::Tuple(parts) => {
                let (last, parts) = match parts.split_last() {
                    Some((last @ Value::Dict(_), rest)) => (Some(last), rest),
                    _ => (None, &parts[..]),
                };
                draft.arguments.extend(parts.iter().cloned());
                if let Some(last) = last {
                    keywords(last, draft);
                }
            }
            value => draft.troubles.push(undecided(value)),
        }
        self.schema_keyword(draft);
    }

    fn schema_keyword(&self, draft: &mut TableDraft<'a>) {
        let schema = draft.keywords.iter().rev().find(|(name, _)| *name == "schema").map(|(_, value)| value.clone());
        match schema {
            None => {}
            Some(Value::None) => draft.namespace = None,
            Some(Value::External(path)) if path.ends_with("BLANK_SCHEMA") => draft.namespace = None,
            Some(value) => match value.as_text() {
                Some(text) => draft.namespace = Some(text.to_string()),
                None => draft.troubles.push(Trouble::undecided(&value, "the table's schema", draft.span)),
            },
        }
    }

    fn metadata_of(&mut self, class: &Rc<Class<'a>>) -> Rc<Metadata<'a>> {
        let (value, span) = self.metadata_value(class);
        self.metadata_from(&value, span)
    }

    fn metadata_from(&mut self, value: &Value<'a>, span: Span<'a>) -> Rc<Metadata<'a>> {
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
    fn metadata_value(&self, class: &Rc<Class<'a>>) -> (Value<'a>, Span<'a>) {
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

    fn add(&mut self, draft: TableDraft<'a>) {
        let key = (draft.namespace.clone(), draft.name.clone());
        let at = self.drafts.len();
        if let Some(other) = self.by_name.get(&key) {
            let extends = draft.keywords.iter().any(|(name, value)| {
                matches!(*name, "extend_existing" | "keep_existing") && value.truth() == Some(true)
            });
            let same_metadata = self.drafts[*other].metadata.identity == draft.metadata.identity;
            let message = match (same_metadata, extends) {
                (true, false) => format!("the table `{}` is defined twice", draft.name),
                (true, true) => format!("the table `{}` is defined twice, the second time as an extension", draft.name),
                (false, _) => format!("the table `{}` is defined in two `MetaData`", draft.name),
            };
            let trouble = Trouble::new("table-defined-twice", message, draft.span);
            self.drafts[*other].troubles.push(trouble);
            for class in &draft.classes {
                self.by_class.insert(Rc::as_ptr(class), *other);
            }
            return;
        }
        for class in &draft.classes {
            self.by_class.insert(Rc::as_ptr(class), at);
        }
        if let Some(call) = &draft.call {
            self.by_call.insert(Rc::as_ptr(call), at);
        }
        self.by_name.insert(key, at);
        self.drafts.push(draft);
    }

    /// `Table("name", metadata, Column(…), …)`.
    fn table_construct(&mut self, made: &Made<'a>) {
        let call = &made.call;
        let is_table = match &call.callee {
            Value::External(path) => known(path) == (Family::Sqlalchemy, "Table"),
            Value::Attribute(attribute) => attribute.name == "Table" && super::classes::is_flask(&attribute.of),
            _ => false,
        };
        if !is_table {
            return;
        }
        self.interpreter.refuel();
        let flask = matches!(&call.callee, Value::Attribute(_));
        let mut positional = call.arguments.positional.iter();
        let name = positional.next().or_else(|| call.arguments.keyword("name"));
        let Some(name) = name.and_then(Value::as_text) else {
            let value = call.arguments.positional.first().cloned().unwrap_or(Value::None);
            self.troubles.push((None, Trouble::undecided(&value, "the name of a table", call.span)));
            return;
        };
        let mut rest: Vec<Value<'a>> = positional.cloned().collect();
        let metadata = match rest.first() {
            Some(Value::Call(column))
                if matches!(construct_name(&column.callee), Some("Column" | "ForeignKeyConstraint")) =>
            {
                None
            }
            Some(_) => Some(rest.remove(0)),
            None => call.arguments.keyword("metadata").cloned(),
        };
        let metadata = match (metadata, flask) {
            (Some(value), _) => value,
            (None, true) => match &call.callee {
                Value::Attribute(attribute) => self.interpreter.attribute(attribute.of.clone(), "metadata", call.span),
                _ => Value::None,
            },
            (None, false) => Value::None,
        };
        // `Base.metadata` and `Model.metadata` are whatever the class has.
        let metadata = match &metadata {
            Value::Attribute(attribute) if attribute.name == "metadata" => match &attribute.of {
                Value::Class(class) => self.metadata_value(&class.clone()).0,
                // A declarative base of the function kind keeps the `MetaData` that it was given.
                Value::Call(base) => base
                    .arguments
                    .keyword("metadata")
                    .filter(|value| !value.is_none())
                    .cloned()
                    .or_else(|| match constructor(&base.callee) {
                        Some(("generate_base", Some(Value::Call(registry)))) => {
                            registry.arguments.keyword("metadata").cloned()
                        }
                        _ => None,
                    })
                    .unwrap_or(metadata),
                _ => metadata,
            },
            _ => metadata,
        };
        let metadata = self.metadata_from(&metadata, call.span);
        let mut draft = TableDraft {
            name: name.to_string(),
            namespace: metadata.schema.clone(),
            metadata,
            columns: Vec::new(),
            arguments: Vec::new(),
            keywords: call.arguments.keywords.clone(),
            span: call.span,
            classes: Vec::new(),
            call: Some(call.clone()),
            troubles: Vec::new(),
            conditional: made.conditional,
        };
        draft.keywords.retain(|(name, _)| !matches!(*name, "name" | "metadata"));
        if let Some(open) = &call.arguments.open {
            let trouble = Trouble::undecided(&Value::Unknown(open.clone()), "what the table is made of", call.span);
            draft.troubles.push(trouble);
        }
        for value in rest {
            match &value {
                Value::Call(column) if construct_name(&column.callee) == Some("Column") => {
                    let mut spec = ColumnSpec::read(self.interpreter, "", column);
                    let name = spec.name.clone().unwrap_or_default();
                    if spec.key.is_empty() {
                        spec.key = name.clone();
                    }
                    if name.is_empty() {
                        spec.troubles.push(Trouble::new("undecided", "a column of the table has no name", column.span));
                    }
                    draft.columns.push(spec);
                }
                _ => draft.arguments.push(value),
            }
        }
        self.schema_keyword(&mut draft);
        self.add(draft);
    }

    fn finish(self, made: &[Made<'a>]) -> Mapped {
        let assembly = Assembly {
            interpreter: self.interpreter,
            types: TypeReader { interpreter: self.interpreter, versions: self.versions },
            drafts: &self.drafts,
            by_name: self.by_name,
            by_class: self.by_class,
            by_call: self.by_call,
            sequences: RefCell::default(),
            undecided: RefCell::default(),
        };
        let mut tables: Vec<TableModel> = (0..self.drafts.len()).map(|at| assembly.assemble(at)).collect();
        let mut loose = Vec::new();
        let mut statements = Vec::new();
        for construct in made {
            leftover(&assembly, &mut tables, construct, &mut statements, &mut loose);
        }
        let diagnostic = |trouble: &Trouble<'a>| {
            assembly.interpreter.diagnostic(Severity::Error, trouble.code, trouble.message.clone(), trouble.span)
        };
        let mut troubles: Vec<ModelTrouble> = assembly
            .undecided
            .borrow()
            .iter()
            .map(|Told { table, column, engine, trouble }| ModelTrouble {
                table: Some(*table),
                column: column.clone(),
                engine: *engine,
                diagnostic: diagnostic(trouble),
            })
            .collect();
        for (_, trouble) in &self.troubles {
            troubles.push(ModelTrouble { table: None, column: None, engine: None, diagnostic: diagnostic(trouble) });
        }
        for trouble in &loose {
            troubles.push(ModelTrouble { table: None, column: None, engine: None, diagnostic: diagnostic(trouble) });
        }
        let sequences = assembly.sequences.borrow().clone();
        Mapped { tables, sequences, statements, troubles, classes: self.classes }
    }
}

/// What was made outside of any table: an index of a class's columns belongs to its table, DDL is only told.
fn leftover<'a>(
    assembly: &Assembly<'_, '_, 'a>,
    tables: &mut [TableModel],
    made: &Made<'a>,
    statements: &mut Vec<StatementModel>,
    loose: &mut Vec<Trouble<'a>>,
) {
    let call = &made.call;
    let name = construct_name(&call.callee);
    let used = |call: &Rc<Call<'a>>| {
        assembly.drafts.iter().any(|draft| {
            draft.arguments.iter().any(|argument| matches!(argument, Value::Call(other) if Rc::ptr_eq(other, call)))
        })
    };
    match (&call.callee, name) {
        (_, Some("Index" | "UniqueConstraint" | "CheckConstraint" | "ExcludeConstraint")) => {
            let owner = call.arguments.positional.iter().find_map(|value| assembly.owner_within(value, 0));
            let Some(at) = owner else { return };
            if used(call) {
                return;
            }
            if let Some(place) = made.conditional {
                let message = format!("whether `{}` gets this depends on a condition", tables[at].name);
                assembly.tell(at, None, None, Trouble::new("undecided", message, place));
            }
            let mut parts = Parts { assembly, at, draft: &assembly.drafts[at], table: &mut tables[at] };
            parts.argument(&Value::Call(call.clone()));
        }
        (Value::Attribute(attribute), _) if matches!(attribute.name, "append_constraint" | "append_column") => {
            // A constraint of columns that are in a table already is in it by being made.
            let attached = call.arguments.positional.first().is_some_and(|value| {
                matches!(value, Value::Call(made) if made.arguments.positional.iter().any(|value| {
                    assembly.owner_within(value, 0).is_some()
                }))
            });
            if attached {
                return;
            }
            let at = assembly.table_of(&attribute.of);
            match (at, attribute.name, call.arguments.positional.first()) {
                (Some(at), "append_constraint", Some(constraint)) => {
                    let mut parts = Parts { assembly, at, draft: &assembly.drafts[at], table: &mut tables[at] };
                    parts.argument(constraint);
                }
                (Some(at), _, _) => {
                    let message = format!("`{}` is called on the table `{}`", attribute.name, tables[at].name);
                    assembly.tell(at, None, None, Trouble::new("undecided", message, call.span));
                }
                (None, _, _) => {
                    let message = format!("`{}` is called on a table that is not known", attribute.name);
                    loose.push(Trouble::new("undecided", message, call.span));
                }
            }
        }
        (Value::Attribute(attribute), _) if matches!(attribute.name, "to_metadata" | "tometadata") => {
            loose.push(Trouble::new("undecided", "a table is copied to another `MetaData`", call.span));
        }
        (_, Some("listen")) => match event::statement(assembly, call) {
            None => {}
            Some(Ok(statement)) => statements.push(statement),
            Some(Err(trouble)) => match assembly.table_of(call.arguments.positional.first().unwrap_or(&Value::None)) {
                Some(at) => assembly.tell(at, None, None, trouble),
                None => loose.push(trouble),
            },
        },
        (_, Some("Sequence")) if call.arguments.keyword("metadata").is_some_and(|value| !value.is_none()) => {
            let schema = match call.arguments.keyword("metadata") {
                Some(Value::Call(metadata)) => metadata.arguments.get(0, "schema").and_then(Value::as_text),
                _ => None,
            };
            if let Err(trouble) = assembly.sequence_construct(call, schema.as_deref()) {
                loose.push(trouble);
            }
        }
        (_, Some("automap_base")) => {
            loose.push(Trouble::new("undecided", "`automap_base` reads its tables from a database", call.span));
        }
        _ => {}
    }
}

/// Flask-SQLAlchemy's table names.
fn snake_case(name: &str) -> String {
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
