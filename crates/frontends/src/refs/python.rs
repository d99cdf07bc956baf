use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, FStringPart, InterpolatedStringElement, Keyword, Parameter, Stmt};
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
    let mut reading = Reading { variables: holders.variables, within: Vec::new(), told: BTreeSet::new(), finder };
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
            Expr::Name(name) => self.variables.contains(name.id.as_str()),
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
    /// Texts about which something better than their words is known.
    told: BTreeSet<usize>,
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
                name => self.called(name),
            },
            Expr::Call(call) => match last_name(&call.func) {
                Some(name) if self.names().entities.contains(name) => Receiver::Entity,
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

    /// `Email(subject=…)`, `update(Email).values(subject=…)`.
    fn argument(&mut self, call: &ExprCall, keyword: &Keyword) {
        let Some(name) = &keyword.arg else { return };
        if !self.names().is_attribute(name) {
            return;
        }
        let receiver = match last_name(&call.func) {
            Some(function) if self.names().entities.contains(function) => Receiver::Entity,
            Some(function) if self.names().relatives.contains(function) => Receiver::Holder,
            Some(_) | None if names_entity(&call.func, self.names()) => Receiver::Entity,
            Some(_) | None => self.receiver_of_method(&call.func),
        };
        self.add(name.range, receiver.certainty(), Why::Argument);
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
                Expr::Call(call) if last_name(&call.func) == Some("Column") => call.arguments.args.first(),
                other => Some(other),
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
            for (span, certainty) in sql::scan(&whole, self.names()) {
                let mut before = 0;
                for (text, start) in pieces {
                    if span.start < before + text.len() {
                        let at = start + span.start - before;
                        self.finder.add(at..at + span.len(), certainty, Why::Sql);
                        break;
                    }
                    before += text.len();
                }
            }
            return;
        }
        if let Some(certainty) = words::judge_text(&whole, self.names()) {
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
