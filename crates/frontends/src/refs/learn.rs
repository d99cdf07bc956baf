use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef};

use super::names::Names;
use crate::sqlmodel::Source;

/// A class of the project, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Class {
    bases: Vec<String>,
    /// Whether it is a table of the name that its own name gives (`table=True`).
    is_table: bool,
    table: Option<String>,
    /// Attributes that are columns of another name.
    renamed: Vec<(String, String)>,
}

/// What the classes say about themselves, by name. Two classes of one name are taken together: either may be meant.
#[derive(Debug, Default)]
pub(super) struct Classes {
    classes: BTreeMap<String, Vec<Class>>,
    /// Variables that hold a `Table("name", …)`, by the table.
    tables: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn classes<'t>(texts: impl IntoIterator<Item = &'t str>) -> Classes {
    let mut classes = Classes::default();
    for text in texts {
        let source = Source::parse(Arc::from(Path::new("")), Arc::from(text));
        for statement in &source.module.body {
            classes.visit_stmt(statement);
        }
    }
    classes
}

/// Gives the names what the classes tell.
pub(super) fn take(names: &mut Names, classes: &Classes) {
    if let Some(variables) = classes.tables.get(&names.table) {
        names.variables.extend(variables.iter().map(|name| name.to_lowercase()));
    }
    // Django puts the name of the application in front.
    let is_django = |name: &str, class: &Class| {
        class.bases.iter().any(|base| base == "Model") && names.table.ends_with(&format!("_{}", name.to_lowercase()))
    };
    let is_table = |name: &str, class: &Class| match &class.table {
        Some(table) => names.is_table(table),
        None => class.is_table && names.is_table(name) || is_django(name, class),
    };
    let found = classes.classes.iter().filter(|(name, all)| all.iter().any(|class| is_table(name, class)));
    let found: BTreeSet<String> = found.map(|(name, _)| name.clone()).collect();
    if found.is_empty() {
        return;
    }
    // The project says which class it is, so what the table's name suggested is no longer needed.
    let above = reach(&found, |name| classes.bases(name));
    let family: BTreeSet<String> = above.union(&found).cloned().collect();
    let mut below: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, all) in &classes.classes {
        for base in all.iter().flat_map(|class| &class.bases) {
            below.entry(base).or_default().insert(name.clone());
        }
    }
    // `EmailCreate(EmailBase)` has the attributes that the table has from `EmailBase`.
    let kin = reach(&above, |name| below.get(name).cloned().unwrap_or_default());
    for class in family.iter().filter_map(|name| classes.classes.get(name)).flatten() {
        let same: Vec<String> = class
            .renamed
            .iter()
            .filter(|(_, column)| names.is_column(column))
            .map(|(attribute, _)| attribute.clone())
            .collect();
        names.attributes.extend(same);
    }
    names.variables.extend(found.iter().flat_map(|name| super::names::called_after(name)));
    names.relatives = family.union(&kin).filter(|name| !found.contains(*name)).cloned().collect();
    names.entities = found;
}

/// Everything that the start leads to, without what every class of a library is.
fn reach(start: &BTreeSet<String>, next: impl Fn(&str) -> BTreeSet<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = start.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for name in next(&name) {
            if !ROOTS.contains(&name.as_str()) && !start.contains(&name) && reached.insert(name.clone()) {
                open.push(name);
            }
        }
    }
    reached
}

const ROOTS: [&str; 8] =
    ["SQLModel", "Base", "DeclarativeBase", "BaseModel", "Model", "object", "Generic", "MappedAsDataclass"];

impl Classes {
    fn bases(&self, name: &str) -> BTreeSet<String> {
        self.classes.get(name).into_iter().flatten().flat_map(|class| class.bases.iter().cloned()).collect()
    }
}

impl<'a> Visitor<'a> for Classes {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::ClassDef(class) = statement {
            self.classes.entry(class.name.to_string()).or_default().push(read(class));
        }
        if let Stmt::Assign(assign) = statement
            && let Expr::Call(call) = &*assign.value
            && last_name(&call.func) == Some("Table")
            && let Some(table) = first_text(call)
        {
            let names = assign.targets.iter().filter_map(last_name).map(str::to_string);
            self.tables.entry(table.to_lowercase()).or_default().extend(names);
        }
        visitor::walk_stmt(self, statement);
    }
}

fn read(class: &StmtClassDef) -> Class {
    let mut read = Class::default();
    for base in class.bases() {
        // `Generic[T]` is no class that has attributes of ours, but `Base[T]` may be.
        let base = if let Expr::Subscript(subscript) = base { &*subscript.value } else { base };
        read.bases.extend(last_name(base).map(str::to_string));
    }
    let keywords = class.arguments.iter().flat_map(|arguments| &arguments.keywords);
    read.is_table = keywords
        .filter(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == "table"))
        .any(|keyword| matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value));
    for statement in &class.body {
        if let Stmt::ClassDef(meta) = statement
            && meta.name.as_str() == "Meta"
        {
            read.table = table_of_meta(meta).or(read.table);
        }
        let (name, value) = match statement {
            Stmt::AnnAssign(assign) => (last_name(&assign.target), assign.value.as_deref()),
            Stmt::Assign(assign) => (assign.targets.first().and_then(last_name), Some(&*assign.value)),
            _ => continue,
        };
        let (Some(name), Some(value)) = (name, value) else { continue };
        match value {
            Expr::StringLiteral(text) if name == "__tablename__" => read.table = Some(text.value.to_str().to_string()),
            Expr::Call(call) => {
                if name == "__table__" {
                    read.table = first_text(call).map(str::to_string);
                } else if let Some(column) = column_name(call).filter(|column| *column != name) {
                    read.renamed.push((name.to_string(), column.to_string()));
                }
            }
            _ => {}
        }
    }
    read
}

/// `class Meta: db_table = "x"` of Django, `table_name` of Peewee.
fn table_of_meta(meta: &StmtClassDef) -> Option<String> {
    meta.body.iter().find_map(|statement| match statement {
        Stmt::Assign(assign)
            if matches!(assign.targets.first().and_then(last_name), Some("db_table" | "table_name")) =>
        {
            text_of(&assign.value).map(str::to_string)
        }
        _ => None,
    })
}

/// The name that `Column("x")`, `mapped_column("x")`, `Field(sa_column=Column("x"))`, `Field(sa_column_kwargs={"name": "x"})`
/// or Django's `CharField(db_column="x")` gives a column.
fn column_name(call: &ExprCall) -> Option<&str> {
    match last_name(&call.func)? {
        "Column" | "mapped_column" => first_text(call).or_else(|| {
            let name = call.arguments.find_keyword("name")?;
            text_of(&name.value)
        }),
        _ => call.arguments.keywords.iter().find_map(|keyword| match (keyword.arg.as_deref(), &keyword.value) {
            (_, Expr::Call(inner)) if last_name(&inner.func) == Some("Column") => column_name(inner),
            (Some("sa_column_kwargs"), Expr::Dict(arguments)) => arguments.items.iter().find_map(|item| {
                let key = item.key.as_ref().and_then(text_of);
                key.filter(|key| *key == "name").and_then(|_| text_of(&item.value))
            }),
            (Some("db_column" | "column_name"), name) => text_of(name),
            _ => None,
        }),
    }
}

fn first_text(call: &ExprCall) -> Option<&str> {
    text_of(call.arguments.args.first()?)
}

pub(super) fn text_of(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    }
}

/// `Email` of `Email` and of `models.Email`.
pub(super) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
