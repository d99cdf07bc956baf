use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, FStringPart, InterpolatedStringElement, Keyword, Parameter, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use super::learn::{last_name, text_of};
use super::names::Names;
use super::{Certainty, Finder, Language, Why, sql, words};
use crate::sqlmodel::Source;

/// What Python's own grammar tells; a file that is none is searched for words.
pub(super) fn find(finder: &mut Finder<'_>) {
    let source = Source::parse(Arc::from(Path::new("")), Arc::from(finder.text));
    if !source.faults.is_empty() {
        return words::find(finder, Language::Code(super::files::Family::Hash));
    }
    let mut holders = Holders { names: finder.names, variables: BTreeSet::new() };
    source.module.body.iter().for_each(|statement| holders.visit_stmt(statement));
    let variables = holders.variables;
    let mut reading = Reading {
        variables,
        within: Vec::new(),
        about: Vec::new(),
        told: BTreeSet::new(),
        handed: BTreeSet::new(),
        finder,
    };
    source.module.body.iter().for_each(|statement| reading.visit_stmt(statement));
}

fn range(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// Variables that hold rows of the table, as far as one file tells.
struct Holders<'n> {
    names: &'n Names,
    variables: BTreeSet<String>,
}

impl Holders<'_> {
    fn bind(&mut self, targets: &Expr, value: &Expr) {
        if !names_entity(value, self.names) && !self.comes_from_holder(value) {
            return;
        }
        match targets {
            Expr::Name(name) => {
                self.variables.insert(name.id.to_string());
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.bind(target, value)),
            _ => {}
        }
    }
}

impl Holders<'_> {
    /// `found`, `found.all()`, `await found[0]`; an attribute of it is something else.
    fn comes_from_holder(&self, value: &Expr) -> bool {
        match value {
            Expr::Name(name) => self.variables.contains(name.id.as_str()) || self.names.is_variable(name.id.as_str()),
            Expr::Await(awaited) => self.comes_from_holder(&awaited.value),
            Expr::Subscript(subscript) => self.comes_from_holder(&subscript.value),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) => self.comes_from_holder(&method.value),
                _ => false,
            },
            _ => false,
        }
    }
}

impl<'a> Visitor<'a> for Holders<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.bind(target, &assign.value)),
            Stmt::AnnAssign(assign) => {
                self.bind(&assign.target, &assign.annotation);
                if let Some(value) = &assign.value {
                    self.bind(&assign.target, value);
                }
            }
            Stmt::For(each) => self.bind(&each.target, &each.iter),
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        if parameter.annotation.as_deref().is_some_and(|annotation| names_entity(annotation, self.names)) {
            self.variables.insert(parameter.name.to_string());
        }
        visitor::walk_parameter(self, parameter);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        self.bind(&comprehension.target, &comprehension.iter);
        visitor::walk_comprehension(self, comprehension);
    }
}

/// Whether a class of the table stands anywhere in it, also as text: `"Email | None"`.
fn names_entity(expression: &Expr, names: &Names) -> bool {
    struct Look<'n>(&'n Names, bool);
    impl<'a> Visitor<'a> for Look<'_> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            let named = match expression {
                Expr::StringLiteral(text) => text
                    .value
                    .to_str()
                    .split(|it: char| !it.is_alphanumeric() && it != '_')
                    .any(|word| self.0.is_entity(word)),
                other => last_name(other).is_some_and(|name| self.0.is_entity(name)),
            };
            self.1 |= named;
            visitor::walk_expr(self, expression);
        }
    }
    let mut look = Look(names, false);
    look.visit_expr(expression);
    look.1
}

/// What stands before a dot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Entity,
    /// Something that holds rows of the table, by its name or by where it comes from.
    Holder,
    Unknown,
}

impl Receiver {
    fn certainty(self) -> Certainty {
        match self {
            Receiver::Entity => Certainty::Certain,
            Receiver::Holder => Certainty::Likely,
            Receiver::Unknown => Certainty::Possible,
        }
    }
}

struct Reading<'r, 'f> {
    finder: &'r mut Finder<'f>,
    variables: BTreeSet<String>,
    /// The classes around.
    within: Vec<String>,
    /// Of each whether it is the table's, or says that it is about it (`model = Email`, `@admin.register(Email)`).
    about: Vec<bool>,
    /// Texts about which something better than their words is known.
    told: BTreeSet<usize>,
    /// Conditions (`Q(…)`) that are handed to something of the table.
    handed: BTreeSet<usize>,
}

/// Texts that are the name of a column, also turned round or looked up (`-subject`, `subject__lower`).
struct Texts<'n> {
    names: &'n Names,
    found: Vec<TextRange>,
    lookups: Vec<usize>,
}

impl<'a> Visitor<'a> for Texts<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(text) if is_column_text(text.value.to_str(), self.names) => self.found.push(text.range),
            Expr::Call(call) => {
                if last_name(&call.func) == Some("Q") {
                    self.lookups.push(range(call.range()).start);
                }
                // What is asked of another class within is about that one.
                let root = root_name(&call.func);
                let other = matches!(&*call.func, Expr::Attribute(_))
                    && root.is_some_and(|root| root.starts_with(char::is_uppercase) && !self.names.is_entity(root));
                if other {
                    return;
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

fn is_column_text(text: &str, names: &Names) -> bool {
    let name = text.strip_prefix(['-', '+']).unwrap_or(text);
    names.is_attribute(name.split("__").next().unwrap_or_default())
}

/// `Email` of `Email.objects.filter(…)`.
fn root_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        Expr::Call(call) => root_name(&call.func),
        Expr::Subscript(subscript) => root_name(&subscript.value),
        _ => None,
    }
}

/// Whether a class says in its body or before it that it is about the table: `model = Email`, `@register(Email)`.
fn is_about(class: &StmtClassDef, names: &Names) -> bool {
    let named = |statement: &Stmt| match statement {
        Stmt::Assign(assign) => {
            matches!(assign.targets.first().and_then(last_name), Some("model" | "queryset"))
                && names_entity(&assign.value, names)
        }
        _ => false,
    };
    let in_body = |body: &[Stmt]| body.iter().any(named);
    let in_meta = || {
        class.body.iter().any(|statement| matches!(statement, Stmt::ClassDef(meta) if meta.name.as_str() == "Meta" && in_body(&meta.body)))
    };
    class.decorator_list.iter().any(|decorator| names_entity(&decorator.expression, names))
        || in_body(&class.body)
        || in_meta()
}

impl Reading<'_, '_> {
    fn names(&self) -> &Names {
        self.finder.names
    }

    fn receiver(&self, expression: &Expr) -> Receiver {
        match expression {
            Expr::Name(name) => match name.id.as_str() {
                "self" | "cls" if self.within.last().is_some_and(|class| self.names().is_entity(class)) => {
                    Receiver::Holder
                }
                name => self.called(name),
            },
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                // `emails.c.subject` of a `Table`.
                "c" | "columns" => match self.receiver(&attribute.value) {
                    Receiver::Entity | Receiver::Holder => Receiver::Entity,
                    Receiver::Unknown => Receiver::Unknown,
                },
                // What an attribute is called like is not what a variable of that name holds.
                name => match self.variables.contains(name) && !self.names().is_variable(name) {
                    true => Receiver::Unknown,
                    false => self.called(name),
                },
            },
            Expr::Call(call) => match last_name(&call.func) {
                Some(name) if self.names().entities.contains(name) => Receiver::Entity,
                // `insert(emails)` of a `Table`.
                Some("insert" | "update" | "delete" | "select") if self.takes_holder(call) => Receiver::Holder,
                Some(_) | None if names_entity(expression, self.names()) => Receiver::Holder,
                Some(_) | None => match self.receiver(&call.func) {
                    Receiver::Entity | Receiver::Holder => Receiver::Holder,
                    Receiver::Unknown => self.receiver_of_method(&call.func),
                },
            },
            Expr::Subscript(subscript) => match self.receiver(&subscript.value) {
                Receiver::Entity | Receiver::Holder => Receiver::Holder,
                Receiver::Unknown => Receiver::Unknown,
            },
            Expr::Await(awaited) => self.receiver(&awaited.value),
            _ => Receiver::Unknown,
        }
    }

    /// `q.filter_by(…).first()`: what is called on a holder gives a holder.
    fn receiver_of_method(&self, function: &Expr) -> Receiver {
        match function {
            Expr::Attribute(attribute) => match self.receiver(&attribute.value) {
                Receiver::Entity | Receiver::Holder => Receiver::Holder,
                Receiver::Unknown => Receiver::Unknown,
            },
            _ => Receiver::Unknown,
        }
    }

    fn takes_holder(&self, call: &ExprCall) -> bool {
        let first = call.arguments.args.first();
        first.is_some_and(|first| matches!(first, Expr::Name(_)) && self.receiver(first) != Receiver::Unknown)
    }

    fn called(&self, name: &str) -> Receiver {
        if self.names().entities.contains(name) {
            Receiver::Entity
        } else if self.names().relatives.contains(name)
            || self.variables.contains(name)
            || self.names().is_variable(name)
        {
            Receiver::Holder
        } else {
            Receiver::Unknown
        }
    }

    fn add(&mut self, place: TextRange, certainty: Certainty, why: Why) {
        self.finder.add(range(place), certainty, why);
    }

    fn attribute(&mut self, name: &str, place: TextRange, receiver: Receiver) {
        if self.names().is_attribute(name) {
            self.add(place, receiver.certainty(), Why::Attribute);
        }
    }

    /// `Email(subject=…)`, `update(Email).values(subject=…)`, Django's `filter(subject__gt=…)` and, across a relation,
    /// `filter(email__subject=…)`.
    fn argument(&mut self, call: &ExprCall, keyword: &Keyword) {
        let Some(name) = &keyword.arg else { return };
        let parts: Vec<&str> = name.split("__").collect();
        let Some(at) = parts.iter().position(|part| self.names().is_attribute(part)) else { return };
        let certainty = match at.checked_sub(1).and_then(|before| parts.get(before)) {
            Some(relation) if self.names().is_variable(relation) => Certainty::Likely,
            Some(_) => Certainty::Possible,
            None => self.receiver_of_call(call).certainty(),
        };
        self.add(name.range, certainty, Why::Argument);
    }

    fn receiver_of_call(&self, call: &ExprCall) -> Receiver {
        match last_name(&call.func) {
            Some(function) if self.names().entities.contains(function) => Receiver::Entity,
            Some(function) if self.names().relatives.contains(function) => Receiver::Holder,
            // `Q(subject__gt=…)` is of what it is handed to.
            Some("Q") if self.handed.contains(&range(call.range()).start) => Receiver::Holder,
            Some(_) | None if names_entity(&call.func, self.names()) => Receiver::Entity,
            Some(_) | None => self.receiver_of_method(&call.func),
        }
    }

    /// Names of columns as texts in what is called on the table: `values("subject")`, `order_by("-subject")`,
    /// `F("subject")`, the keys of rows that are inserted.
    fn texts_of_call(&mut self, call: &ExprCall) {
        if self.names().column.is_none() || last_name(&call.func) == Some("getattr") {
            return;
        }
        let arguments = &call.arguments;
        let is_method = matches!(&*call.func, Expr::Attribute(_));
        let rooted = is_method && self.receiver_of_call(call) != Receiver::Unknown;
        let writes = |argument: &Expr| match argument {
            Expr::Call(inner) => {
                matches!(last_name(&inner.func), Some("insert" | "update"))
                    && self.receiver(argument) != Receiver::Unknown
            }
            _ => false,
        };
        let mut texts = Texts { names: self.names(), found: Vec::new(), lookups: Vec::new() };
        if rooted || arguments.args.iter().any(writes) {
            arguments.args.iter().for_each(|argument| texts.visit_expr(argument));
            arguments.keywords.iter().for_each(|keyword| texts.visit_expr(&keyword.value));
        }
        // `select(column("subject")).select_from(table("email"))`.
        let table = |argument: &Expr| match argument {
            Expr::Call(inner) => {
                last_name(&inner.func) == Some("table")
                    && inner.arguments.args.first().and_then(text_of).is_some_and(|name| self.names().is_table(name))
            }
            _ => false,
        };
        if arguments.args.iter().any(table) {
            texts.visit_expr(&call.func);
        }
        let Texts { found, lookups, .. } = texts;
        self.handed.extend(lookups);
        for place in found {
            if self.told.insert(range(place).start) {
                self.add(place, Certainty::Likely, Why::Text);
            }
        }
    }

    /// Texts that a call gives a meaning: `getattr(email, "subject")`, `Table("email", …, Column("subject"))`.
    fn call(&mut self, call: &ExprCall) {
        let function = last_name(&call.func).unwrap_or_default();
        let arguments = &call.arguments.args;
        if matches!(function, "getattr" | "setattr" | "hasattr" | "delattr")
            && let [of, name, ..] = &**arguments
            && text_of(name).is_some_and(|name| self.names().is_attribute(name))
        {
            let certainty = self.receiver(of).certainty();
            self.told.insert(range(name.range()).start);
            self.add(name.range(), certainty, Why::Text);
        }
        let here = match function {
            "Table" => arguments.first().and_then(text_of).is_some_and(|name| self.names().is_table(name)),
            "Index"
            | "UniqueConstraint"
            | "PrimaryKeyConstraint"
            | "ForeignKeyConstraint"
            | "Column"
            | "mapped_column" => self.within.last().is_some_and(|class| self.names().is_entity(class)),
            _ => false,
        };
        if here {
            let inner = arguments.iter().flat_map(|argument| match argument {
                Expr::Call(call) => match last_name(&call.func) {
                    Some("Column") => call.arguments.args.get(..1).unwrap_or_default(),
                    Some("Index" | "UniqueConstraint" | "PrimaryKeyConstraint") => &call.arguments.args,
                    Some(_) | None => &[],
                },
                other => std::slice::from_ref(other),
            });
            let inner: Vec<&Expr> = inner.collect();
            for argument in inner {
                let Some(text) = text_of(argument) else { continue };
                let named = match self.names().column {
                    Some(_) => self.names().is_column(text),
                    None => self.names().is_table(text),
                };
                if named {
                    self.told.insert(range(argument.range()).start);
                    self.add(argument.range(), Certainty::Certain, Why::Definition);
                }
            }
        }
    }

    /// One text, in pieces as they stand in the file.
    fn text(&mut self, place: TextRange, pieces: &[(String, usize)]) {
        if self.told.contains(&range(place).start) {
            return;
        }
        let whole: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
        if sql::is_sql(&whole) {
            for (span, certainty, why) in sql::scan(&whole, self.names()) {
                let mut before = 0;
                for (text, start) in pieces {
                    if span.start < before + text.len() {
                        let at = start + span.start - before;
                        self.finder.add(at..at + span.len(), certainty, why);
                        break;
                    }
                    before += text.len();
                }
            }
            return;
        }
        let listed = self.about.last() == Some(&true) && is_column_text(&whole, self.names());
        if let Some(certainty) = words::judge_text(&whole, self.names()) {
            let certainty = if listed { certainty.min(Certainty::Likely) } else { certainty };
            self.add(place, certainty, Why::Text);
        }
    }
}

impl<'a> Visitor<'a> for Reading<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            // A text that stands alone is a comment.
            Stmt::Expr(alone) if matches!(&*alone.value, Expr::StringLiteral(_)) => return,
            Stmt::ClassDef(class) => {
                let name = class.name.as_str();
                if self.names().column.is_none() && self.names().entities.contains(name) {
                    self.add(class.name.range, Certainty::Certain, Why::Definition);
                }
                self.within.push(name.to_string());
                // `class Meta` is about what is around it.
                let around = name == "Meta" && self.about.last() == Some(&true);
                self.about.push(around || self.names().is_entity(name) || is_about(class, self.names()));
                if self.names().is_entity(name) {
                    let certain = self.names().entities.contains(name);
                    let certainty = if certain { Certainty::Certain } else { Certainty::Likely };
                    for statement in &class.body {
                        let target = match statement {
                            Stmt::AnnAssign(assign) => Some(&*assign.target),
                            Stmt::Assign(assign) => assign.targets.first(),
                            _ => None,
                        };
                        if let Some(Expr::Name(name)) = target
                            && self.names().is_attribute(name.id.as_str())
                        {
                            self.add(name.range, certainty, Why::Definition);
                        }
                    }
                }
                visitor::walk_stmt(self, statement);
                self.within.pop();
                self.about.pop();
                return;
            }
            Stmt::Assign(assign)
                if assign.targets.first().and_then(last_name) == Some("__tablename__")
                    && self.names().column.is_none()
                    && text_of(&assign.value).is_some_and(|name| self.names().is_table(name)) =>
            {
                self.told.insert(range(assign.value.range()).start);
                self.add(assign.value.range(), Certainty::Certain, Why::Definition);
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Attribute(attribute) => {
                let receiver = self.receiver(&attribute.value);
                self.attribute(attribute.attr.as_str(), attribute.attr.range, receiver);
                if self.names().column.is_none() && self.names().entities.contains(attribute.attr.as_str()) {
                    self.add(attribute.attr.range, Certainty::Likely, Why::Model);
                }
            }
            Expr::Name(name) if self.names().column.is_none() && self.names().entities.contains(name.id.as_str()) => {
                self.add(name.range, Certainty::Likely, Why::Model);
            }
            Expr::Call(call) => {
                self.call(call);
                self.texts_of_call(call);
                for keyword in &call.arguments.keywords {
                    self.argument(call, keyword);
                }
            }
            Expr::Subscript(subscript) => {
                if let Some(text) = text_of(&subscript.slice)
                    && self.names().is_attribute(text)
                {
                    let receiver = self.receiver(&subscript.value);
                    self.told.insert(range(subscript.slice.range()).start);
                    // A key of something that is called like the table, and may be anything.
                    let certainty = receiver.certainty().max(Certainty::Likely);
                    self.add(subscript.slice.range(), certainty, Why::Text);
                }
            }
            Expr::StringLiteral(text) => {
                let pieces: Vec<(String, usize)> = text.value.iter().map(|part| self.piece(part.range)).collect();
                self.text(text.range, &pieces);
            }
            Expr::FString(text) => {
                let mut pieces = Vec::new();
                for part in text.value.as_slice() {
                    match part {
                        FStringPart::Literal(literal) => pieces.push(self.piece(literal.range)),
                        FStringPart::FString(part) => {
                            for element in &part.elements {
                                match element {
                                    InterpolatedStringElement::Literal(literal) => {
                                        let place = range(literal.range);
                                        pieces.push((self.raw(place.clone()), place.start));
                                    }
                                    // Something stands there.
                                    InterpolatedStringElement::Interpolation(inner) => {
                                        pieces.push((" ? ".to_string(), range(inner.range).start));
                                    }
                                }
                            }
                        }
                    }
                }
                self.text(text.range, &pieces);
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

impl Reading<'_, '_> {
    fn raw(&self, place: Range<usize>) -> String {
        self.finder.text.get(place).unwrap_or_default().to_string()
    }

    /// A literal without its prefix and quotes, as it stands in the file, so that places in it are places in the file.
    fn piece(&self, place: TextRange) -> (String, usize) {
        let place = range(place);
        let text = self.raw(place.clone());
        let quote = text.find(['"', '\'']).unwrap_or(0);
        let mark = text.get(quote..quote + 1).unwrap_or_default();
        let long = text.get(quote..).is_some_and(|rest| rest.starts_with(&mark.repeat(3)) && rest.len() >= 6);
        let width = if long { 3 } else { 1 };
        let inner = text.get(quote + width..text.len().saturating_sub(width)).unwrap_or_default();
        (inner.to_string(), place.start + quote + width)
    }
}
