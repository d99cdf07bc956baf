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
mod options;
mod order;
mod place;
mod sequence;
mod table_arguments;
mod table_call;
mod table_column;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use whimbrel_schema::Engine;

use super::classes::Class;
use super::evaluate::{Interpreter, Made};
use super::model::{SequenceModel, StatementModel, TableModel};
use super::trouble::Trouble;
use super::types::TypeReader;
use super::value::Call;
use super::versions::Versions;
use crate::diagnostic::{Diagnostic, Severity};
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
            leftover::add(&assembly, &mut tables, construct, &mut statements, &mut loose);
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
