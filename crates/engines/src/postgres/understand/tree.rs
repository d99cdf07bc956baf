//! One statement as a tree of what its words are.
//!
//! The grammar is squawk's; its events are laid out flat, in the order of the text, because walking them that way is
//! several times faster than building the crate's own tree. Nothing outside this folder knows about squawk.

pub(super) use squawk_parser::SyntaxKind as Is;
use squawk_parser::{EntryPoint, LexedStr, StrStep};
use whimbrel_schema::{Expression, ObjectName};

use super::Refusal;
use crate::postgres::quote;

struct Record {
    kind: Is,
    start: u32,
    end: u32,
    /// The record after this one's last descendant.
    next: u32,
}

pub(super) struct Tree<'t> {
    text: &'t str,
    records: Vec<Record>,
    comments: Vec<(u32, u32)>,
    /// The first thing that the grammar could not place.
    pub(super) error: Option<Refusal>,
}

impl<'t> Tree<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let lexed = LexedStr::new(text);
        let output = EntryPoint::SourceFile.parse(&lexed.to_input());
        let mut records: Vec<Record> = Vec::with_capacity(text.len() / 3 + 8);
        let mut comments = Vec::new();
        let mut open: Vec<u32> = Vec::new();
        let mut error: Option<Refusal> = None;
        let (mut at, mut end) = (0_u32, 0_u32);
        lexed.intersperse_trivia(&output, &mut |step| match step {
            StrStep::Token { kind, text } => {
                let start = at;
                at += text.len() as u32;
                match kind {
                    Is::WHITESPACE => {}
                    Is::COMMENT => comments.push((start, at)),
                    _ => {
                        let next = records.len() as u32 + 1;
                        records.push(Record { kind, start, end: at, next });
                        end = at;
                    }
                }
            }
            StrStep::Enter { kind } => {
                open.push(records.len() as u32);
                records.push(Record { kind, start: at, end: at, next: 0 });
            }
            StrStep::Exit => {
                let Some(index) = open.pop() else { return };
                let next = records.len() as u32;
                let first = records.get(index as usize + 1).map(|record| record.start);
                let record = &mut records[index as usize];
                record.next = next;
                record.start = first.unwrap_or(record.start);
                record.end = end.max(record.start);
            }
            StrStep::Error { msg, pos } => {
                if error.is_none() {
                    error = Some(Refusal { reason: msg.to_string(), at: pos });
                }
            }
        });
        let lexing = lexed.errors().next();
        if let Some((range, message)) = lexing {
            let at = range.start as usize;
            if error.as_ref().is_none_or(|error| at < error.at) {
                error = Some(Refusal { reason: message.to_string(), at });
            }
        }
        Tree { text, records, comments, error }
    }

    pub(super) fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// The statements, without those that say nothing.
    pub(super) fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        self.root().children().filter(|node| !matches!(node.kind(), Is::SEMICOLON | Is::EMPTY_STMT))
    }
}

#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

impl<'t> Node<'t> {
    fn record(&self) -> &'t Record {
        &self.tree.records[self.index as usize]
    }

    pub(super) fn kind(&self) -> Is {
        self.record().kind
    }

    pub(super) fn start(&self) -> usize {
        self.record().start as usize
    }

    pub(super) fn end(&self) -> usize {
        self.record().end as usize
    }

    fn is_token(&self) -> bool {
        self.record().next == self.index + 1
    }

    /// The text as written, comments inside it too.
    pub(super) fn text(&self) -> &'t str {
        &self.tree.text[self.start()..self.end()]
    }

    /// The text without comments.
    pub(super) fn sql(&self) -> String {
        self.tree.sql(self.start(), self.end())
    }

    pub(super) fn expression(&self) -> Expression {
        Expression::new(self.sql())
    }

    /// Nodes and tokens directly under this one.
    pub(super) fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let (tree, end) = (self.tree, self.record().next);
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            (index < end).then(|| {
                let node = Node { tree, index };
                index = node.record().next;
                node
            })
        })
    }

    /// This node and everything under it.
    pub(super) fn descendants(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tree = self.tree;
        (self.index..self.record().next).map(move |index| Node { tree, index })
    }

    fn tokens(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.descendants().filter(Node::is_token).filter(|token| token.start() < token.end())
    }

    pub(super) fn child(&self, kind: Is) -> Option<Node<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    pub(super) fn all(&self, kind: Is) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(move |child| child.kind() == kind)
    }

    pub(super) fn any(&self, kinds: &[Is]) -> Option<Node<'t>> {
        self.children().find(|child| kinds.contains(&child.kind()))
    }

    pub(super) fn has(&self, kind: Is) -> bool {
        self.child(kind).is_some()
    }

    pub(super) fn find(&self, kind: Is) -> Option<Node<'t>> {
        self.descendants().find(|node| node.kind() == kind)
    }

    /// The child, or a refusal that says what the statement lacks.
    pub(super) fn need(&self, kind: Is) -> Result<Node<'t>, Refusal> {
        self.child(kind).ok_or_else(|| self.refuse(format!("{kind:?} is missing").to_lowercase()))
    }

    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal { reason: reason.into(), at: self.start() }
    }

    /// The first child that is a node and not a word.
    pub(super) fn first_node(&self) -> Option<Node<'t>> {
        self.children().find(|child| !child.is_token())
    }

    /// An expression without the parentheses around the whole of it.
    pub(super) fn bare(&self) -> Node<'t> {
        let query = [Is::SELECT, Is::COMPOUND_SELECT, Is::PAREN_SELECT, Is::VALUES, Is::TABLE];
        let mut node = *self;
        while node.kind() == Is::PAREN_EXPR {
            match node.first_node() {
                Some(inner) if !query.contains(&inner.kind()) => node = inner,
                Some(_) | None => break,
            }
        }
        node
    }

    /// The expression in the parentheses that are this node's own, bare.
    pub(super) fn inside(&self) -> Option<Expression> {
        let mut rest = self.children().skip_while(|child| child.kind() != Is::L_PAREN).skip(1);
        rest.find(|child| !child.is_token()).map(|inner| inner.bare().expression())
    }

    /// The text after the child that is `from`, up to the first child of a kind in `until`.
    pub(super) fn sql_after(&self, from: Is, until: &[Is]) -> Option<String> {
        let mut rest = self.children().skip_while(|child| child.kind() != from).skip(1);
        let first = rest.next().filter(|child| !until.contains(&child.kind()))?;
        let last = rest.take_while(|child| !until.contains(&child.kind())).last().unwrap_or(first);
        Some(self.tree.sql(first.start(), last.end()))
    }

    /// The identifier that this node is.
    pub(super) fn name(&self) -> Result<String, Refusal> {
        let mut tokens = self.tokens();
        match (tokens.next(), tokens.next()) {
            (Some(token), None) => Ok(quote::fold(token.text())),
            _ => Err(self.refuse(format!("`{}` is not a plain name", self.text()))),
        }
    }

    /// The parts of a dotted name.
    pub(super) fn path(&self) -> Result<Vec<String>, Refusal> {
        let parts: Vec<String> =
            self.tokens().filter(|token| token.kind() != Is::DOT).map(|token| quote::fold(token.text())).collect();
        if parts.is_empty() { Err(self.refuse("a name is missing")) } else { Ok(parts) }
    }

    /// A name that may be qualified; `public` is the default namespace and needs no mention.
    pub(super) fn object_name(&self) -> Result<ObjectName, Refusal> {
        let mut parts = self.path()?;
        let Some(name) = parts.pop() else { return Err(self.refuse("a name is missing")) };
        let namespace = parts.pop().filter(|namespace| namespace != super::DEFAULT_NAMESPACE);
        Ok(ObjectName { namespace, name })
    }

    /// The value of a text literal.
    pub(super) fn text_value(&self) -> Result<String, Refusal> {
        let mut tokens = self.tokens();
        match (tokens.next(), tokens.next()) {
            (Some(token), None) => quote::text_value(token.text()),
            _ => None,
        }
        .ok_or_else(|| self.refuse(format!("`{}` is not a plain text literal", self.text())))
    }

    /// A whole number, perhaps with a sign.
    pub(super) fn number(&self) -> Result<i64, Refusal> {
        let digits: String = self.text().chars().filter(|character| !character.is_whitespace()).collect();
        let digits = digits.replace('_', "");
        digits.parse().map_err(|_| self.refuse(format!("`{}` is not a whole number", self.text())))
    }
}

impl Tree<'_> {
    fn sql(&self, start: usize, end: usize) -> String {
        let text = &self.text[start..end];
        let inside = |comment: &&(u32, u32)| comment.0 as usize >= start && comment.1 as usize <= end;
        if !self.comments.iter().any(|comment| inside(&comment)) {
            return text.to_string();
        }
        let mut sql = String::with_capacity(text.len());
        let mut at = start;
        for comment in self.comments.iter().filter(inside) {
            sql.push_str(&self.text[at..comment.0 as usize]);
            if !sql.ends_with(char::is_whitespace) {
                sql.push(' ');
            }
            at = comment.1 as usize;
        }
        sql.push_str(&self.text[at..end]);
        sql
    }
}
