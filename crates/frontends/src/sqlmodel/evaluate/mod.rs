//! A partial evaluator of Python: what a module makes when it is imported, as far as that can be known.
//!
//! Modules run in the order that Python would run them in, but lazily: a name imported from another module makes that
//! module run when the name is first used. Every evaluation ends, with a value or with an [`Unknown`] and its reason;
//! loops, calls and sizes are bounded.

mod assignment;
mod assume;
mod attribute;
mod branch;
mod builtin;
mod call;
mod definition;
mod expression;
mod format;
mod import;
mod method;
mod operator;
mod regex;
mod statement;
mod subscript;
mod text;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::classes::{Annotation, Class};
use super::code::Code;
use super::project::Project;
use super::source::{Arena, Source};
use super::value::{Call, Function, ModuleId, Name, Names, Operation, Scope, Span, Unknown, UnknownKind, Value};
use crate::diagnostic::Diagnostic;

use assume::Assumption;
pub use attribute::is_mapped_attribute;
pub use statement::Flow;

/// How deep calls and expressions may be nested.
const DEEPEST: u32 = 150;
/// Steps that one statement of a module may take.
const STEPS_OF_A_STATEMENT: u64 = 200_000;
/// The longest text, list or dictionary that is made.
const LARGEST: usize = 200_000;

/// One file of the project that is run.
pub struct Module<'a> {
    pub name: &'a str,
    /// Whether relative imports start at its own name (`__init__.py`) or its parent's.
    pub is_package: bool,
    pub source: &'a Source,
    pub scope: Rc<Scope<'a>>,
    pub state: Cell<State>,
    /// What is imported for type checkers only.
    pub checking: RefCell<Names<'a>>,
    /// Libraries of which everything was imported.
    pub stars: RefCell<Vec<&'a str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Waiting,
    Running,
    Done,
}

pub struct Interpreter<'a> {
    pub arena: &'a Arena,
    pub project: &'a Project,
    pub modules: RefCell<Vec<Rc<Module<'a>>>>,
    by_file: RefCell<HashMap<PathBuf, ModuleId>>,
    /// Dotted paths of libraries' attributes, each kept once.
    paths: RefCell<FxHashMap<&'a str, FxHashMap<&'a str, &'a str>>>,
    /// Every class that was made, in order.
    pub classes: RefCell<Vec<Rc<Class<'a>>>>,
    /// Calls that leave something behind in a `MetaData`: `Table`, `Index`, `UniqueConstraint`, `DDL`, ….
    pub made: RefCell<Vec<Made<'a>>>,
    /// Functions that write an expression of the project's own as SQL (`@compiles`).
    pub compiled: RefCell<Vec<Hook<'a>>>,
    /// Attributes that were set on terms: `SQLModel.metadata.naming_convention = …`.
    pub assigned: RefCell<HashMap<String, Value<'a>>>,
    /// Values that the project's settings give to names.
    assumptions: RefCell<Vec<Assumption<'a>>>,
    /// The variables that first held a call, for whoever has to say which value is not known.
    variables: RefCell<HashMap<*const Call<'a>, &'a str>>,
    /// The names that decide conditions, by where those stand.
    conditions: RefCell<HashMap<(*const Source, TextRange), Name<'a>>>,
    /// The files that the project names as its models.
    named: RefCell<HashSet<PathBuf>>,
    pub diagnostics: RefCell<Vec<Diagnostic>>,
    /// Files that importing what was read would run too.
    reachable: RefCell<VecDeque<PathBuf>>,
    seen: RefCell<HashSet<PathBuf>>,
    /// The annotations of the class bodies that are being read, the innermost last.
    annotating: RefCell<Vec<Vec<Annotation<'a>>>>,
    /// Where one path of several is taken that nobody can decide between.
    maybe: RefCell<Vec<Span<'a>>>,
    /// Whether an annotation is being read.
    annotation: Cell<bool>,
    steps: Cell<u64>,
    total: Cell<u64>,
    depth: Cell<u32>,
    /// How many functions are running.
    calls: Cell<u32>,
    /// How many modules are running, one within another.
    running: Cell<u32>,
    /// Modules that ran in the middle of one that they need.
    torn: RefCell<Vec<ModuleId>>,
    mended: RefCell<HashSet<ModuleId>>,
}

/// `@compiles(Expression, "postgresql")`.
pub struct Hook<'a> {
    pub class: Value<'a>,
    /// Empty for every engine.
    pub dialects: Vec<String>,
    pub function: Rc<Function<'a>>,
}

/// A construct of SQLAlchemy that was called.
#[derive(Clone)]
pub struct Made<'a> {
    pub call: Rc<Call<'a>>,
    pub conditional: Option<Span<'a>>,
}

impl<'a> Interpreter<'a> {
    pub fn new(arena: &'a Arena, project: &'a Project) -> Self {
        Interpreter {
            arena,
            project,
            modules: RefCell::default(),
            by_file: RefCell::default(),
            paths: RefCell::default(),
            classes: RefCell::default(),
            made: RefCell::default(),
            compiled: RefCell::default(),
            assigned: RefCell::default(),
            assumptions: RefCell::default(),
            variables: RefCell::default(),
            conditions: RefCell::default(),
            named: RefCell::default(),
            diagnostics: RefCell::default(),
            reachable: RefCell::default(),
            seen: RefCell::default(),
            annotating: RefCell::default(),
            maybe: RefCell::default(),
            annotation: Cell::new(false),
            steps: Cell::new(STEPS_OF_A_STATEMENT),
            total: Cell::new(5_000_000),
            depth: Cell::new(0),
            calls: Cell::new(0),
            running: Cell::new(0),
            torn: RefCell::default(),
            mended: RefCell::default(),
        }
    }

    pub fn module(&self, id: ModuleId) -> Rc<Module<'a>> {
        self.modules.borrow()[id.0].clone()
    }

    /// The files that were run.
    pub fn files(&self) -> Vec<PathBuf> {
        self.modules.borrow().iter().map(|module| module.source.path.to_path_buf()).collect()
    }

    /// Gives back what circles of functions and scopes would keep.
    pub fn forget(&self) {
        for module in self.modules.borrow().iter() {
            module.scope.names.borrow_mut().clear();
            module.checking.borrow_mut().clear();
        }
        for class in self.classes.borrow().iter() {
            class.forget();
        }
        self.made.borrow_mut().clear();
        self.compiled.borrow_mut().clear();
        self.assigned.borrow_mut().clear();
        self.assumptions.borrow_mut().clear();
    }

    pub fn diagnostic(&self, code: Code, message: impl Into<String>, span: Span<'a>) -> Diagnostic {
        let range = usize::from(span.range.start())..usize::from(span.range.end());
        let (path, text) = (span.source.path.clone(), span.source.text.clone());
        Diagnostic::new(code.severity(), code.word(), message, path, text, range)
    }

    /// Reads a file without running it yet.
    pub fn load(&self, file: &Path) -> Option<ModuleId> {
        if let Some(id) = self.by_file.borrow().get(file) {
            return Some(*id);
        }
        let source = self.read(file)?;
        let source = self.arena.source(source);
        let id = ModuleId(self.modules.borrow().len());
        let name = self.arena.name(&self.project.module_name(file));
        let module = Module {
            name,
            is_package: file.file_name().is_some_and(|name| name == "__init__.py"),
            source,
            scope: Scope::new(id, source, super::value::Place::Module, None),
            state: Cell::new(State::Waiting),
            checking: RefCell::default(),
            stars: RefCell::default(),
        };
        self.total.set(self.total.get().saturating_add(source.text.len() as u64 * 4));
        self.modules.borrow_mut().push(Rc::new(module));
        self.by_file.borrow_mut().insert(file.to_path_buf(), id);
        Some(id)
    }

    fn tell_unreadable(&self, file: &Path, problem: String) {
        let (severity, word) = (Code::UnreadableFile.severity(), Code::UnreadableFile.word());
        self.diagnostics.borrow_mut().push(Diagnostic::without_text(severity, word, problem, file));
    }

    /// A file that the project names as one of its models.
    pub fn name_file(&self, file: PathBuf) {
        self.reach_parents(&file);
        self.named.borrow_mut().insert(file.clone());
        self.reach_file(file);
    }

    fn read(&self, file: &Path) -> Option<Source> {
        match read_text(file) {
            Ok(text) => Some(Source::parse(Arc::from(file), text)),
            Err(problem) => {
                self.tell_unreadable(file, problem);
                None
            }
        }
    }

    /// Runs a module, unless it has run or is running.
    pub fn run(&self, id: ModuleId) {
        let module = self.module(id);
        if module.state.get() != State::Waiting {
            return;
        }
        module.state.set(State::Running);
        for fault in &module.source.faults {
            let message = format!("python does not read this: {}", fault.message);
            let diagnostic = self.diagnostic(Code::PythonSyntax, message, module.scope.span(fault.range));
            self.diagnostics.borrow_mut().push(diagnostic);
        }
        {
            let mut names = module.scope.names.borrow_mut();
            names.set("__name__", Value::text(module.name));
            names.set("__file__", Value::text(&module.source.path.to_string_lossy()));
            names.set("__doc__", Value::None);
            names.set("__package__", Value::text(self.package(&module)));
        }
        // A module runs on its own account, wherever the import stands.
        let depth = self.depth.replace(0);
        let calls = self.calls.replace(0);
        self.running.set(self.running.get() + 1);
        let steps = self.steps.get();
        let maybe = std::mem::take(&mut *self.maybe.borrow_mut());
        for statement in &module.source.module.body {
            self.steps.set(STEPS_OF_A_STATEMENT);
            match self.execute(statement, &module.scope) {
                Flow::Next => {}
                // Python stops here; what follows may still hold models, and reading them tells more than silence.
                Flow::Raise(_) | Flow::Return(_) | Flow::Break | Flow::Continue => {}
            }
        }
        self.steps.set(steps);
        self.depth.set(depth);
        self.calls.set(calls);
        *self.maybe.borrow_mut() = maybe;
        module.state.set(State::Done);
        self.running.set(self.running.get() - 1);
        if self.running.get() == 0 {
            self.mend();
        }
    }

    /// A class's base is not defined yet: the module that has it is running, and this one ran in its middle. Python runs
    /// neither before it has to; here, a function may have been followed further than it goes.
    fn tear(&self, module: ModuleId) {
        if self.running.get() > 1 && self.mended.borrow_mut().insert(module) {
            self.torn.borrow_mut().push(module);
        }
    }

    /// Runs torn modules again, now that those that they need are done.
    fn mend(&self) {
        let torn = std::mem::take(&mut *self.torn.borrow_mut());
        for id in torn {
            let module = self.module(id);
            self.classes.borrow_mut().retain(|class| class.scope.module != id);
            self.made.borrow_mut().retain(|made| !std::ptr::eq(made.call.span.source, module.source));
            module.scope.names.borrow_mut().clear();
            module.state.set(State::Waiting);
            self.run(id);
        }
    }

    /// Whether a module may be run now: a function that imports one on a way that may not be taken does not decide when
    /// it runs. Python's own order would see it later, and whole.
    pub fn may_run(&self, id: ModuleId) -> bool {
        let waits = self.module(id).state.get() == State::Waiting;
        !waits || self.calls.get() == 0 || self.maybe.borrow().is_empty()
    }

    pub fn package(&self, module: &Module<'a>) -> &'a str {
        match (module.is_package, module.name.rsplit_once('.')) {
            (true, _) => module.name,
            (false, Some((package, _))) => package,
            (false, None) => "",
        }
    }

    /// Runs everything that importing the models would run, as far as it can hold models.
    pub fn follow_imports(&self) {
        loop {
            let next = self.reachable.borrow_mut().pop_front();
            let Some(file) = next else { break };
            let loaded = self.by_file.borrow().get(&file).copied();
            match loaded {
                Some(id) => self.run(id),
                None => {
                    // What is missing is not the models' fault; whoever uses it says so.
                    let text = match read_text(&file) {
                        Ok(text) => text,
                        Err(problem) if self.named.borrow().contains(&file) => {
                            self.tell_unreadable(&file, problem);
                            continue;
                        }
                        Err(_) => continue,
                    };
                    if may_hold_models(&text) {
                        if let Some(id) = self.load(&file) {
                            self.run(id);
                        }
                    } else {
                        self.scan_imports(&file, text);
                    }
                }
            }
        }
    }

    /// One more step; `false` when there were too many.
    pub fn step(&self) -> bool {
        let (steps, total) = (self.steps.get(), self.total.get());
        if steps == 0 || total == 0 {
            return false;
        }
        self.steps.set(steps - 1);
        self.total.set(total - 1);
        true
    }

    /// Gives a computation that is done for its own sake (one column, one type) its steps.
    pub fn refuel(&self) {
        self.steps.set(STEPS_OF_A_STATEMENT);
    }

    /// Goes one level deeper, or says that it is too deep.
    fn descend<T>(&self, run: impl FnOnce() -> T, otherwise: impl FnOnce() -> T) -> T {
        let depth = self.depth.get();
        if depth >= DEEPEST || !self.step() {
            return otherwise();
        }
        self.depth.set(depth + 1);
        let result = run();
        self.depth.set(depth);
        result
    }

    pub fn too_long(&self, span: Span<'a>) -> Value<'a> {
        Value::unknown("it takes too long to work out", span)
    }

    pub fn undefined(&self, name: &str, span: Span<'a>) -> Value<'a> {
        Value::Unknown(Rc::new(Unknown::new(
            format!("`{name}` is not defined in the project"),
            span,
            UnknownKind::Undefined,
        )))
    }

    /// Where execution stands in a branch that may or may not be taken.
    pub fn conditional(&self) -> Option<Span<'a>> {
        self.maybe.borrow().first().copied()
    }

    pub fn operation(&self, operator: super::value::Operator, operands: Vec<Value<'a>>, span: Span<'a>) -> Value<'a> {
        if let Some(unknown) = operands.iter().find(|operand| matches!(operand, Value::Unknown(_))) {
            unknown.touch();
            return unknown.clone();
        }
        Value::Operation(Rc::new(Operation { operator, operands, span }))
    }

    pub fn enter_maybe<T>(&self, range: TextRange, scope: &Rc<Scope<'a>>, run: impl FnOnce() -> T) -> T {
        self.maybe.borrow_mut().push(scope.span(range));
        let result = run();
        self.maybe.borrow_mut().pop();
        result
    }
}

/// A file's text; what is not UTF-8 is told, not replaced.
fn read_text(file: &Path) -> Result<Arc<str>, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).map(Arc::from).map_err(|_| format!("`{}` is not written in UTF-8", file.display()))
}

/// Whether a file has any of the words that a table cannot be declared without. A class can inherit all it has, but
/// then its own words are `class` and a base whose name is in another file; those of single-table inheritance name
/// their mapper.
fn may_hold_models(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "sqlalchemy",
        "sqlmodel",
        "SQLModel",
        "__table",
        "table=True",
        "table = True",
        "Column(",
        "mapped_column",
        "Mapped[",
        "__mapper_args__",
        "relationship(",
        "Relationship(",
    ];
    WORDS.iter().any(|word| text.contains(word))
}
