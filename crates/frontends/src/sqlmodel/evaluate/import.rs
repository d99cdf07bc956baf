//! Import statements, and the names that they bring.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ruff_python_ast::{Expr, Stmt, StmtImport, StmtImportFrom};

use super::{Interpreter, Module, State};
use crate::sqlmodel::library::{Family, known};
use crate::sqlmodel::project::{Found, import_root};
use crate::sqlmodel::source::Source;
use crate::sqlmodel::value::{Arguments, Import, ModuleId, Scope, Span, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn import(&self, statement: &'a StmtImport, scope: &Rc<Scope<'a>>) {
        for alias in &statement.names {
            let path = alias.name.as_str();
            self.reach(path);
            let (name, target) = match &alias.asname {
                Some(asname) => (asname.as_str(), path),
                None => {
                    let root = path.split('.').next().unwrap_or(path);
                    (root, root)
                }
            };
            let value = self.lazily(target, None, scope.span(alias.range));
            self.assign_name(name, value, scope);
        }
    }

    pub(super) fn import_from(&self, statement: &'a StmtImportFrom, scope: &Rc<Scope<'a>>) {
        let module = self.module(scope.module);
        let Some(target) = self.absolute(&module, statement) else { return };
        self.reach(target);
        for alias in &statement.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.import_all(target, scope);
                continue;
            }
            if !matches!(self.project.find(target), Found::Outside) {
                self.reach(&format!("{target}.{name}"));
            }
            let value = self.lazily(target, Some(name), scope.span(alias.range));
            self.assign_name(alias.asname.as_ref().map_or(name, |asname| asname.as_str()), value, scope);
        }
    }

    /// Imports for type checkers: annotations may name them, nothing else can.
    pub(super) fn import_for_checking(&self, body: &'a [Stmt], scope: &Rc<Scope<'a>>) {
        let module = self.module(scope.module);
        for statement in body {
            match statement {
                Stmt::ImportFrom(statement) => {
                    let Some(target) = self.absolute(&module, statement) else { continue };
                    for alias in &statement.names {
                        let name = alias.name.as_str();
                        let value = self.lazily(target, Some(name), scope.span(alias.range));
                        let bound = alias.asname.as_ref().map_or(name, |asname| asname.as_str());
                        module.checking.borrow_mut().set(bound, value);
                    }
                }
                Stmt::Import(statement) => {
                    for alias in &statement.names {
                        let path = alias.name.as_str();
                        let (name, target) = match &alias.asname {
                            Some(asname) => (asname.as_str(), path),
                            None => (path.split('.').next().unwrap_or(path), path.split('.').next().unwrap_or(path)),
                        };
                        let value = self.lazily(target, None, scope.span(alias.range));
                        module.checking.borrow_mut().set(name, value);
                    }
                }
                Stmt::Assign(statement) => {
                    if let [Expr::Name(name)] = statement.targets.as_slice() {
                        let value = self.evaluate(&statement.value, scope);
                        module.checking.borrow_mut().set(name.id.as_str(), value);
                    }
                }
                _ => {}
            }
        }
    }

    /// The full name of what a `from … import` imports from.
    fn absolute(&self, module: &Module<'a>, statement: &'a StmtImportFrom) -> Option<&'a str> {
        let name = statement.module.as_ref().map_or("", |name| name.as_str());
        if statement.level == 0 {
            return Some(name);
        }
        let mut package = self.package(module);
        for _ in 1..statement.level {
            package = package.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        Some(match (package.is_empty(), name.is_empty()) {
            (true, _) => name,
            (false, true) => package,
            (false, false) => self.arena.name(&format!("{package}.{name}")),
        })
    }

    fn lazily(&self, module: &'a str, name: Option<&'a str>, span: Span<'a>) -> Value<'a> {
        if matches!(self.project.find(module), Found::Outside) {
            return Value::External(match name {
                Some(name) => self.external(module, name),
                None => module,
            });
        }
        Value::Import(Rc::new(Import { module, name, span }))
    }

    /// The path of an attribute of something outside, kept once.
    pub(super) fn external(&self, path: &'a str, name: &str) -> &'a str {
        if let Some(known) = self.paths.borrow().get(path).and_then(|names| names.get(name)) {
            return known;
        }
        let joined = self.arena.name(&format!("{path}.{name}"));
        let name = &joined[path.len() + 1..];
        self.paths.borrow_mut().entry(path).or_default().insert(name, joined);
        joined
    }

    /// What an imported name stands for.
    pub fn resolve(&self, value: Value<'a>) -> Value<'a> {
        let mut value = value;
        for _ in 0..50 {
            match value {
                Value::Import(import) => value = self.resolve_import(&import),
                value => return value,
            }
        }
        value
    }

    fn resolve_import(&self, import: &Import<'a>) -> Value<'a> {
        let Some(name) = import.name else { return self.module_value(import.module, import.span) };
        match self.project.find(import.module) {
            Found::File(file) => {
                let Some(id) = self.load(&file) else { return self.undefined(name, import.span) };
                if !self.may_run(id) {
                    return Value::unknown(format!("`{name}` is imported where the code may not get to"), import.span);
                }
                self.run(id);
                let found = self.module(id).scope.names.borrow().get(name).cloned();
                match found {
                    // A package's own name for a module of its own, imported from itself, is that module.
                    Some(Value::Import(other)) if other.module == import.module && other.name == import.name => {
                        self.submodule(import, name)
                    }
                    Some(value) => value,
                    None => match self.submodule(import, name) {
                        Value::Unknown(unknown) => {
                            let made = self.lazily_made(&self.module(id), name, import.span);
                            made.unwrap_or(Value::Unknown(unknown))
                        }
                        value => value,
                    },
                }
            }
            Found::Namespace(_) => self.submodule(import, name),
            Found::Outside => Value::External(self.external(import.module, name)),
        }
    }

    fn submodule(&self, import: &Import<'a>, name: &'a str) -> Value<'a> {
        let path = self.arena.name(&format!("{}.{name}", import.module));
        match self.project.find(path) {
            Found::File(_) | Found::Namespace(_) => self.module_value(path, import.span),
            Found::Outside => {
                let star = match self.project.find(import.module) {
                    Found::File(file) => self.load(&file).and_then(|id| self.star_import(&self.module(id), name)),
                    Found::Namespace(_) | Found::Outside => None,
                };
                star.unwrap_or_else(|| self.undefined(name, import.span))
            }
        }
    }

    fn module_value(&self, path: &'a str, span: Span<'a>) -> Value<'a> {
        match self.project.find(path) {
            Found::File(file) => match self.load(&file) {
                Some(id) => Value::Module(id),
                None => self.undefined(path, span),
            },
            Found::Namespace(_) => Value::Namespace(path),
            Found::Outside => Value::External(path),
        }
    }

    pub(super) fn module_attribute(&self, id: ModuleId, name: &'a str, span: Span<'a>) -> Value<'a> {
        if !self.may_run(id) {
            return Value::unknown(format!("`{name}` is imported where the code may not get to"), span);
        }
        self.run(id);
        let module = self.module(id);
        let found = module.scope.names.borrow().get(name).cloned();
        if let Some(value) = found {
            return self.resolve(value);
        }
        if let Some(value) = self.star_import(&module, name) {
            return value;
        }
        if module.is_package {
            let path = self.arena.name(&format!("{}.{name}", module.name));
            if !matches!(self.project.find(path), Found::Outside) {
                return self.module_value(path, span);
            }
        }
        if let Some(value) = self.lazily_made(&module, name, span) {
            return value;
        }
        let at_work = if module.state.get() == State::Running { ", which is still being imported" } else { "" };
        Value::unknown(format!("`{}` has no `{name}` that could be found{at_work}", module.name), span)
    }

    /// What a module's own `__getattr__` gives.
    fn lazily_made(&self, module: &Module<'a>, name: &'a str, span: Span<'a>) -> Option<Value<'a>> {
        let Some(Value::Function(function)) = module.scope.names.borrow().get("__getattr__").cloned() else {
            return None;
        };
        if name.starts_with("__") {
            return None;
        }
        let arguments = Arguments { positional: vec![Value::text(name)], ..Arguments::default() };
        let value = self.resolve(self.invoke(&function, arguments, span));
        (!matches!(value, Value::Unknown(_))).then_some(value)
    }

    /// `importlib.import_module("app.models")`.
    pub(super) fn import_module(&self, path: &str, span: Span<'a>) -> Value<'a> {
        if path.starts_with('.') {
            return Value::unknown("a relative import by name is not worked out", span);
        }
        self.reach(path);
        self.module_value(self.arena.name(path), span)
    }

    /// A class of a library that is installed beside the project: its source says which columns it brings.
    pub fn installed(&self, path: &'a str, span: Span<'a>) -> Option<Value<'a>> {
        if !matches!(known(path).0, Family::Other) {
            return None;
        }
        self.project.open(path);
        let mut parts = path.split('.');
        let mut end = parts.next()?.len();
        let mut value = self.module_value(self.arena.name(&path[..end]), span);
        for part in parts {
            end += 1 + part.len();
            value = match value {
                Value::Module(_) | Value::Namespace(_) => match self.attribute(value, part, span) {
                    // A submodule that its package does not name.
                    Value::Unknown(_) => self.module_value(self.arena.name(&path[..end]), span),
                    value => value,
                },
                Value::Class(_) => self.attribute(value, part, span),
                _ => return None,
            };
        }
        matches!(value, Value::Class(_)).then_some(value)
    }

    pub(super) fn namespace_attribute(&self, path: &'a str, name: &str, span: Span<'a>) -> Value<'a> {
        self.module_value(self.arena.name(&format!("{path}.{name}")), span)
    }

    fn import_all(&self, target: &'a str, scope: &Rc<Scope<'a>>) {
        match self.project.find(target) {
            Found::File(file) => {
                let Some(id) = self.load(&file) else { return };
                self.run(id);
                let module = self.module(id);
                let exported = module.scope.names.borrow().get("__all__").and_then(Value::elements);
                let names: Vec<&'a str> = match exported {
                    Some(names) => {
                        names.iter().filter_map(|name| name.as_text().map(|name| self.arena.name(&name))).collect()
                    }
                    None => {
                        let names = module.scope.names.borrow();
                        names.iter().map(|(name, _)| name).filter(|name| !name.starts_with('_')).collect()
                    }
                };
                for name in names {
                    let value = match module.scope.names.borrow().get(name) {
                        Some(value) => value.clone(),
                        None => Value::Import(Rc::new(Import {
                            module: target,
                            name: Some(name),
                            span: scope.span(Default::default()),
                        })),
                    };
                    self.assign_name(name, value, scope);
                }
                let stars = module.stars.borrow().clone();
                self.module(scope.module).stars.borrow_mut().extend(stars);
            }
            Found::Namespace(_) => {}
            Found::Outside => self.module(scope.module).stars.borrow_mut().push(target),
        }
    }

    /// A name that `from library import *` brings.
    pub(super) fn star_import(&self, module: &Module<'a>, name: &str) -> Option<Value<'a>> {
        let stars = module.stars.borrow().clone();
        let library = match stars.as_slice() {
            [] => return None,
            [library] => *library,
            libraries => libraries.iter().copied().find(|library| exports(library, name))?,
        };
        Some(Value::External(self.external(library, name)))
    }

    /// Remembers that a module is run by what was read.
    fn reach(&self, path: &str) {
        let mut end = 0;
        // `import a.b.c` runs `a`, `a.b` and `a.b.c`.
        loop {
            end = match path[end..].find('.') {
                Some(at) => end + at,
                None => path.len(),
            };
            if let Found::File(file) = self.project.find(&path[..end]) {
                self.reach_file(file);
            }
            if end == path.len() {
                break;
            }
            end += 1;
        }
    }

    pub fn reach_file(&self, file: PathBuf) {
        if self.project.is_library(&file) {
            return;
        }
        if self.seen.borrow_mut().insert(file.clone()) {
            self.reachable.borrow_mut().push_back(file);
        }
    }

    /// The packages around a file run before it.
    pub fn reach_parents(&self, file: &Path) {
        let root = import_root(file);
        let mut folder = file.parent();
        while let Some(package) = folder {
            if package == root || !package.starts_with(&root) {
                break;
            }
            let init = package.join("__init__.py");
            if init != file {
                self.reach_file(init);
            }
            folder = package.parent();
        }
    }

    /// Follows the imports of a file that holds no models, and lets go of it.
    pub(super) fn scan_imports(&self, file: &Path, text: Arc<str>) {
        let source = Source::parse(Arc::from(file), text);
        let name = self.project.module_name(file);
        let package = match file.file_name().is_some_and(|name| name == "__init__.py") {
            true => name.as_str(),
            false => name.rsplit_once('.').map_or("", |(package, _)| package),
        };
        self.scan_body(&source.module.body, package);
    }

    fn scan_body(&self, body: &[Stmt], package: &str) {
        for statement in body {
            match statement {
                Stmt::Import(statement) => statement.names.iter().for_each(|alias| self.reach(alias.name.as_str())),
                Stmt::ImportFrom(statement) => {
                    let name = statement.module.as_ref().map_or("", |name| name.as_str());
                    let target = if statement.level == 0 {
                        name.to_string()
                    } else {
                        let mut base = package;
                        for _ in 1..statement.level {
                            base = base.rsplit_once('.').map_or("", |(parent, _)| parent);
                        }
                        if name.is_empty() { base.to_string() } else { format!("{base}.{name}") }
                    };
                    self.reach(&target);
                    if !matches!(self.project.find(&target), Found::Outside) {
                        for alias in &statement.names {
                            self.reach(&format!("{target}.{}", alias.name));
                        }
                    }
                }
                Stmt::If(statement) => {
                    if !is_for_checking(&statement.test) && !is_main(&statement.test) {
                        self.scan_body(&statement.body, package);
                    }
                    for clause in &statement.elif_else_clauses {
                        self.scan_body(&clause.body, package);
                    }
                }
                Stmt::Try(statement) => {
                    self.scan_body(&statement.body, package);
                    self.scan_body(&statement.orelse, package);
                    self.scan_body(&statement.finalbody, package);
                }
                Stmt::With(statement) => self.scan_body(&statement.body, package),
                _ => {}
            }
        }
    }
}

/// `TYPE_CHECKING`, `typing.TYPE_CHECKING`.
pub(super) fn is_for_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

/// `__name__ == "__main__"`.
fn is_main(test: &Expr) -> bool {
    matches!(test, Expr::Compare(compare)
        if matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__"))
}

/// Whether a library is known to export a name, where several were imported whole.
fn exports(library: &str, name: &str) -> bool {
    let path = format!("{library}.{name}");
    match known(&path) {
        (Family::Typing, name) => matches!(
            name,
            "Optional"
                | "Union"
                | "List"
                | "Dict"
                | "Set"
                | "Tuple"
                | "Any"
                | "Annotated"
                | "ClassVar"
                | "Literal"
                | "TYPE_CHECKING"
                | "Type"
                | "Generic"
                | "TypeVar"
                | "Sequence"
                | "Iterable"
                | "FrozenSet"
                | "NewType"
        ),
        (Family::Standard, path) => matches!(
            path,
            "datetime.datetime"
                | "datetime.date"
                | "datetime.time"
                | "datetime.timedelta"
                | "datetime.timezone"
                | "enum.Enum"
                | "enum.IntEnum"
                | "enum.StrEnum"
                | "enum.auto"
                | "uuid.UUID"
                | "uuid.uuid4"
                | "decimal.Decimal"
        ),
        (Family::Sqlmodel, name) => !name.is_empty(),
        (Family::Sqlalchemy, name) => {
            crate::sqlmodel::types::is_generic_type(name)
                || matches!(
                    name,
                    "Column"
                        | "ForeignKey"
                        | "Table"
                        | "MetaData"
                        | "Index"
                        | "UniqueConstraint"
                        | "CheckConstraint"
                        | "ForeignKeyConstraint"
                        | "PrimaryKeyConstraint"
                        | "Computed"
                        | "Identity"
                        | "Sequence"
                        | "func"
                        | "text"
                        | "and_"
                        | "or_"
                        | "not_"
                        | "Mapped"
                        | "mapped_column"
                        | "relationship"
                        | "DeclarativeBase"
                        | "declarative_base"
                        | "declared_attr"
                        | "event"
                        | "DDL"
                        | "true"
                        | "false"
                )
        }
        (Family::Pydantic, name) => {
            matches!(name, "BaseModel" | "EmailStr" | "AnyUrl" | "HttpUrl" | "constr" | "conint" | "condecimal")
        }
        (Family::Postgresql, name) => matches!(name, "JSONB" | "ARRAY" | "UUID" | "INET" | "CITEXT" | "TSVECTOR"),
        (
            Family::Sqlite
            | Family::Mysql
            | Family::OtherDialect
            | Family::Pgvector
            | Family::Geoalchemy
            | Family::SqlalchemyUtils
            | Family::FlaskSqlalchemy
            | Family::Builtin
            | Family::Other,
            _,
        ) => false,
    }
}
