//! From classes to tables: which classes are mapped, to which table, and what it is made of.

mod assembly;
mod autoincrement;
mod class;
mod column;
mod constraint;
mod declarative;
mod default;
mod draft;
mod event;
mod exclusion;
mod field;
mod foreign_key;
mod given_name;
mod hint;
mod index;
mod leftover;
mod metadata;
mod naming;
mod only_on;
mod options;
mod order;
mod place;
mod sequence;
mod table_arguments;
mod table_call;
mod table_column;

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use super::Extent;
use super::classes::Class;
use super::code::Code;
use super::evaluate::{Interpreter, Made};
use super::model::{SequenceModel, StatementModel, TableModel};
use super::trouble::{Touches, Trouble};
use super::types::TypeReader;
use super::value::{Call, Span};
use super::versions::Versions;
use crate::diagnostic::Diagnostic;
use crate::models::ModelTrouble;
use assembly::{Assembly, Told};
use draft::TableDraft;
use naming::Metadata;

/// What was read, before it is put together for good.
pub struct Mapped {
    pub tables: Vec<TableModel>,
    pub sequences: Vec<SequenceModel>,
    pub statements: Vec<StatementModel>,
    pub troubles: Vec<ModelTrouble>,
    pub classes: usize,
}

/// Maps everything that was read; `named` are the files and folders that the project calls its models.
pub fn map<'a>(interpreter: &Interpreter<'a>, versions: Versions, named: &[PathBuf]) -> Mapped {
    let mut mapper = Mapper {
        interpreter,
        versions,
        drafts: Vec::new(),
        by_class: HashMap::new(),
        by_call: HashMap::new(),
        by_metadata: HashMap::new(),
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
    mapper.leave_out_others(named);
    mapper.finish(&made)
}

/// The tables of each `MetaData`, by schema and name.
pub type ByMetadata = HashMap<String, HashMap<(Option<String>, String), usize>>;

struct Mapper<'i, 'a> {
    interpreter: &'i Interpreter<'a>,
    versions: Versions,
    drafts: Vec<TableDraft<'a>>,
    by_class: HashMap<*const Class<'a>, usize>,
    by_call: HashMap<*const Call<'a>, usize>,
    by_metadata: ByMetadata,
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
            left_out: false,
        };
        self.table_arguments(class, &mut draft);
        draft
    }

    fn add(&mut self, draft: TableDraft<'a>) {
        let key = (draft.namespace.clone(), draft.name.clone());
        let at = self.drafts.len();
        let own = self.by_metadata.get(&draft.metadata.identity).and_then(|names| names.get(&key)).copied();
        if let Some(other) = own {
            let extends = draft.keywords.iter().any(|(name, value)| {
                matches!(*name, "extend_existing" | "keep_existing") && value.truth() == Some(true)
            });
            let message = match extends {
                false => format!("the table `{}` is defined twice", draft.name),
                true => format!("the table `{}` is defined twice, the second time as an extension", draft.name),
            };
            let trouble = Trouble::new(Code::TableDefinedTwice, message, draft.span);
            self.drafts[other].troubles.push(trouble);
            for class in &draft.classes {
                self.by_class.insert(Rc::as_ptr(class), other);
            }
            return;
        }
        for class in &draft.classes {
            self.by_class.insert(Rc::as_ptr(class), at);
        }
        if let Some(call) = &draft.call {
            self.by_call.insert(Rc::as_ptr(call), at);
        }
        self.by_metadata.entry(draft.metadata.identity.clone()).or_default().insert(key, at);
        self.drafts.push(draft);
    }

    /// Leaves out the tables of a `MetaData` that no named file uses: those of another database, which an import brought.
    fn leave_out_others(&mut self, named: &[PathBuf]) {
        let is_named = |draft: &TableDraft<'a>| named.iter().any(|path| draft.span.source.path.starts_with(path));
        let used: HashSet<String> =
            self.drafts.iter().filter(|draft| is_named(draft)).map(|draft| draft.metadata.identity.clone()).collect();
        if used.is_empty() || used.contains("") {
            return self.tell_of_twins();
        }
        let mut left_out: Option<(Span<'a>, usize)> = None;
        for draft in &mut self.drafts {
            draft.left_out = !draft.metadata.identity.is_empty() && !used.contains(&draft.metadata.identity);
            if draft.left_out {
                let (place, count) = left_out.unwrap_or((draft.span, 0));
                left_out = Some((place, count + 1));
            }
        }
        self.tell_of_twins();
        if let Some((place, count)) = left_out {
            let (word, verb) = if count == 1 { ("table", "is") } else { ("tables", "are") };
            let message =
                format!("{count} {word} of another `MetaData` {verb} left out: none of the named files uses it");
            let diagnostic = self.interpreter.diagnostic(Code::OtherMetadata, message, place);
            self.interpreter.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// Two `MetaData` are two databases, unless they have no table in common.
    fn tell_of_twins(&mut self) {
        let mut seen: HashMap<(Option<String>, String), usize> = HashMap::new();
        for at in 0..self.drafts.len() {
            let draft = &self.drafts[at];
            if draft.left_out {
                continue;
            }
            match seen.entry((draft.namespace.clone(), draft.name.clone())) {
                Entry::Vacant(vacant) => {
                    vacant.insert(at);
                }
                Entry::Occupied(first) => {
                    let message = format!("the table `{}` is defined in two `MetaData`", draft.name);
                    let trouble = Trouble::new(Code::TableDefinedTwice, message, draft.span);
                    self.drafts[*first.get()].troubles.push(trouble);
                    self.drafts[at].left_out = true;
                }
            }
        }
    }

    fn finish(self, made: &[Made<'a>]) -> Mapped {
        let assembly = Assembly {
            interpreter: self.interpreter,
            types: TypeReader { interpreter: self.interpreter, versions: self.versions },
            drafts: &self.drafts,
            by_metadata: self.by_metadata,
            by_class: self.by_class,
            by_call: self.by_call,
            sequences: RefCell::default(),
            undecided: RefCell::default(),
        };
        let mut tables: Vec<TableModel> = (0..self.drafts.len()).map(|at| assembly.assemble(at)).collect();
        let mut loose = Vec::new();
        let mut statements = Vec::new();
        let used = leftover::used(&assembly, made);
        for construct in made.iter().filter(|construct| !used.contains(&Rc::as_ptr(&construct.call))) {
            leftover::add(&assembly, &mut tables, construct, &mut statements, &mut loose);
        }
        let diagnostic = |trouble: &Trouble<'a>| {
            let help = trouble.of.as_ref().and_then(|value| assembly.interpreter.way_to_settle(value));
            let told = assembly.interpreter.diagnostic(trouble.code, trouble.message.clone(), trouble.span);
            Diagnostic { help, ..told }
        };
        let mut troubles: Vec<ModelTrouble> = assembly
            .undecided
            .borrow()
            .iter()
            .map(|Told { table, column, engine, trouble }| ModelTrouble {
                table: Some(*table),
                extent: extent(trouble.touches, column.as_deref()),
                engine: *engine,
                diagnostic: diagnostic(trouble),
            })
            .collect();
        let unplaced = self.troubles.iter().map(|(_, trouble)| trouble).chain(&loose);
        troubles.extend(unplaced.map(|trouble| ModelTrouble::anywhere(diagnostic(trouble))));
        let sequences = assembly.sequences.borrow().clone();
        keep(&self.drafts, &mut tables, &mut statements, &mut troubles);
        Mapped { tables, sequences, statements, troubles, classes: self.classes }
    }
}

fn extent(touches: Touches, column: Option<&str>) -> Extent {
    match (touches, column) {
        (Touches::Namespace, _) => Extent::Namespace,
        (Touches::Check, _) => Extent::Check,
        (Touches::Column, Some(column)) => Extent::Column(column.to_string()),
        (Touches::Collation, Some(column)) => Extent::Collation(column.to_string()),
        (Touches::Table, _) | (Touches::Column | Touches::Collation, None) => Extent::Table,
    }
}

/// Takes out what belongs to tables that are left out, and counts the others anew.
fn keep(
    drafts: &[TableDraft<'_>],
    tables: &mut Vec<TableModel>,
    statements: &mut Vec<StatementModel>,
    troubles: &mut Vec<ModelTrouble>,
) {
    if !drafts.iter().any(|draft| draft.left_out) {
        return;
    }
    let mut next = 0;
    let positions: Vec<Option<usize>> = drafts
        .iter()
        .map(|draft| {
            (!draft.left_out).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let mut at = 0;
    tables.retain(|_| {
        at += 1;
        positions.get(at - 1).copied().flatten().is_some()
    });
    let moved = |table: &mut Option<usize>| match *table {
        None => true,
        Some(at) => {
            *table = positions.get(at).copied().flatten();
            table.is_some()
        }
    };
    statements.retain_mut(|statement| moved(&mut statement.table));
    troubles.retain_mut(|trouble| moved(&mut trouble.table));
}
