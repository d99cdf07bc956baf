//! A reader of expressions with the server's precedence, into a form without needless differences.

use super::super::lexer::{self, Kind, Token};
use super::super::{quote, types};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) enum Node {
    Literal(Literal),
    /// A column, perhaps qualified, or a keyword that stands for a value.
    Name(String),
    /// AND and OR are flat; a comparison with a list is `any =` or `all <>`.
    Operator {
        name: String,
        operands: Vec<Node>,
    },
    Call {
        name: String,
        arguments: Vec<Node>,
    },
    Cast {
        value: Box<Node>,
        ty: String,
    },
    Array(Vec<Node>),
    /// The operand or NULL, conditions and results in turn, the ELSE or NULL.
    Case {
        parts: Vec<Node>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct Literal {
    pub(super) value: String,
    /// Written without quotes, or with a number's cast.
    pub(super) number: bool,
    pub(super) cast: Option<String>,
}

const DEEPEST: usize = 100;
/// Longer expressions are compared word by word.
const LONGEST: usize = 2_000;

/// `None` for what this reader does not know; that is compared word by word.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut parser = Parser { tokens: lexer::words(text).take(LONGEST + 1).collect(), at: 0, depth: 0 };
    if parser.tokens.len() > LONGEST {
        return None;
    }
    let node = parser.expression(0)?;
    (parser.at == parser.tokens.len()).then_some(node)
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
}

// Binding strengths, weakest first, as in the server's grammar.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARISON: u8 = 5;
const BETWEEN_IN_LIKE: u8 = 6;
const OTHER: u8 = 7;
const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const POWER: u8 = 10;
const AT: u8 = 11;
const COLLATE: u8 = 12;
const SIGN: u8 = 13;

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.at).copied()
    }

    fn ahead(&self, by: usize) -> Option<Token<'t>> {
        self.tokens.get(self.at + by).copied()
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(found);
        found
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(by, word)| self.ahead(by).is_some_and(|token| token.is_word(word)));
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn mark(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(text));
        self.at += usize::from(found);
        found
    }

    fn expression(&mut self, weakest: u8) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.prefix()?;
        while let Some(joined) = self.infix(&left, weakest)? {
            left = joined;
        }
        self.depth -= 1;
        Some(left)
    }

    /// One operator and what is right of it; `None` inside when nothing that binds strongly enough follows.
    fn infix(&mut self, left: &Node, weakest: u8) -> Option<Option<Node>> {
        let Some(token) = self.peek() else { return Some(None) };
        let before = self.at;
        let left = left.clone();
        let found = match token.kind {
            Kind::Word => self.infix_word(left, weakest)?,
            Kind::Operator => self.infix_operator(left, token.text, weakest)?,
            Kind::Punctuation if token.is("::") => {
                self.at += 1;
                let ty = self.type_name()?;
                Some(cast(left, ty))
            }
            Kind::Punctuation if token.is("[") => {
                self.at += 1;
                let index = self.expression(0)?;
                if !self.mark("]") {
                    return None;
                }
                Some(operator("[]", vec![left, index]))
            }
            Kind::Punctuation
            | Kind::Space
            | Kind::Comment
            | Kind::Quoted
            | Kind::Text
            | Kind::Dollar
            | Kind::Number
            | Kind::Parameter
            | Kind::Other => None,
        };
        if found.is_none() {
            self.at = before;
        }
        Some(found)
    }

    fn infix_operator(&mut self, left: Node, text: &str, weakest: u8) -> Option<Option<Node>> {
        let strength = match text {
            "=" | "<>" | "!=" | "<" | ">" | "<=" | ">=" => COMPARISON,
            "+" | "-" => SUM,
            "*" | "/" | "%" => PRODUCT,
            "^" => POWER,
            _ => OTHER,
        };
        if strength < weakest || strength == weakest && weakest > 0 {
            return Some(None);
        }
        self.at += 1;
        let name = if text == "!=" { "<>" } else { text };
        for quantifier in ["any", "all", "some"] {
            if self.peek().is_some_and(|token| token.is_word(quantifier))
                && self.ahead(1).is_some_and(|next| next.is("("))
            {
                self.at += 1;
                let list = self.parenthesised()?;
                let quantifier = if quantifier == "all" { "all" } else { "any" };
                return Some(Some(operator(&format!("{quantifier} {name}"), vec![left, list])));
            }
        }
        let right = self.expression(strength)?;
        Some(Some(operator(name, vec![left, right])))
    }

    fn infix_word(&mut self, left: Node, weakest: u8) -> Option<Option<Node>> {
        let binds = |strength: u8| strength > weakest || weakest == 0;
        if binds(OR) && self.word("or") {
            let right = self.expression(OR)?;
            return Some(Some(flat("or", left, right)));
        }
        if binds(AND) && self.word("and") {
            let right = self.expression(AND)?;
            return Some(Some(flat("and", left, right)));
        }
        if binds(IS) {
            if self.word("isnull") {
                return Some(Some(operator("is null", vec![left])));
            }
            if self.word("notnull") {
                return Some(Some(operator("is not null", vec![left])));
            }
            if self.word("is") {
                return self.is(left).map(Some);
            }
        }
        if binds(BETWEEN_IN_LIKE) {
            let start = self.at;
            let not = self.word("not");
            if let Some(found) = self.between_in_like(&left, not)? {
                return Some(Some(found));
            }
            self.at = start;
        }
        if binds(AT) && self.words(&["at", "time", "zone"]) {
            let zone = self.expression(AT)?;
            return Some(Some(Node::Call { name: "timezone".to_string(), arguments: vec![zone, left] }));
        }
        if binds(COLLATE) && self.word("collate") {
            let mut name = self.identifier()?;
            while self.mark(".") {
                name = self.identifier()?;
            }
            return Some(Some(operator(&format!("collate {name}"), vec![left])));
        }
        Some(None)
    }

    fn is(&mut self, left: Node) -> Option<Node> {
        let not = if self.word("not") { "not " } else { "" };
        if self.words(&["distinct", "from"]) {
            let right = self.expression(IS)?;
            return Some(operator(&format!("is {not}distinct"), vec![left, right]));
        }
        let word = ["null", "true", "false", "unknown"].into_iter().find(|word| self.word(word))?;
        Some(operator(&format!("is {not}{word}"), vec![left]))
    }

    fn between_in_like(&mut self, left: &Node, not: bool) -> Option<Option<Node>> {
        let left = left.clone();
        if self.word("between") {
            let low = self.expression(BETWEEN_IN_LIKE)?;
            if !self.word("and") {
                return None;
            }
            let high = self.expression(BETWEEN_IN_LIKE)?;
            let (joins, above, below) = if not { ("or", "<", ">") } else { ("and", ">=", "<=") };
            let low = operator(above, vec![left.clone(), low]);
            return Some(Some(flat(joins, low, operator(below, vec![left, high]))));
        }
        if self.word("in") {
            let mut elements = self.list()?;
            let (any, equal) = if not { ("all <>", "<>") } else { ("any =", "=") };
            return Some(Some(match elements.len() {
                1 => operator(equal, vec![left, elements.remove(0)]),
                _ => operator(any, vec![left, Node::Array(elements)]),
            }));
        }
        let name = match (self.word("like"), not) {
            (true, false) => "~~",
            (true, true) => "!~~",
            (false, not) if self.word("ilike") => {
                if not {
                    "!~~*"
                } else {
                    "~~*"
                }
            }
            (false, _) => return Some(None),
        };
        let pattern = self.expression(BETWEEN_IN_LIKE)?;
        if self.peek().is_some_and(|token| token.is_word("escape")) {
            return None;
        }
        Some(Some(operator(name, vec![left, pattern])))
    }

    fn prefix(&mut self) -> Option<Node> {
        let token = self.peek()?;
        match token.kind {
            Kind::Operator => {
                self.at += 1;
                let strength = if matches!(token.text, "-" | "+") { SIGN } else { OTHER };
                let operand = self.expression(strength)?;
                Some(match (token.text, operand) {
                    ("-", Node::Literal(Literal { value, number: true, cast })) if !value.starts_with('-') => {
                        Node::Literal(Literal { value: format!("-{value}"), number: true, cast })
                    }
                    ("+", operand @ Node::Literal(Literal { number: true, .. })) => operand,
                    (sign, operand) => operator(sign, vec![operand]),
                })
            }
            Kind::Number => {
                self.at += 1;
                Some(Node::Literal(Literal { value: number(token.text), number: true, cast: None }))
            }
            Kind::Text | Kind::Dollar => {
                self.at += 1;
                let value = quote::text_value(token.text)?;
                Some(Node::Literal(Literal { value, number: false, cast: None }).settled())
            }
            Kind::Punctuation if token.is("(") => self.parenthesised(),
            Kind::Word => self.prefix_word(token),
            Kind::Quoted => self.name(),
            Kind::Punctuation | Kind::Parameter | Kind::Space | Kind::Comment | Kind::Other => None,
        }
    }

    fn prefix_word(&mut self, token: Token<'t>) -> Option<Node> {
        let word = token.text.to_ascii_lowercase();
        let literal = |value: &str| {
            Node::Literal(Literal { value: value.to_string(), number: false, cast: Some("boolean".to_string()) })
                .settled()
        };
        let next = self.ahead(1);
        match word.as_str() {
            "not" => {
                self.at += 1;
                let operand = self.expression(NOT)?;
                Some(operator("not", vec![operand]))
            }
            "true" | "false" => {
                self.at += 1;
                Some(literal(&word))
            }
            "null" => {
                self.at += 1;
                Some(null())
            }
            "case" => self.case(),
            "cast" => {
                self.at += 1;
                if !self.mark("(") {
                    return None;
                }
                let value = self.expression(0)?;
                if !self.word("as") {
                    return None;
                }
                let ty = self.type_name()?;
                self.mark(")").then(|| cast(value, ty))
            }
            "array" if next.is_some_and(|next| next.is("[")) => {
                self.at += 2;
                let elements = self.elements("]")?;
                Some(Node::Array(elements))
            }
            "exists" | "select" | "row" | "extract" | "substring" | "position" | "overlay" | "trim" | "xmlelement" => {
                None
            }
            // `interval '1 day'`, `date '2020-01-01'`.
            _ if next.is_some_and(|next| next.kind == Kind::Text) => {
                self.at += 2;
                let value = quote::text_value(next?.text)?;
                let value = Node::Literal(Literal { value, number: false, cast: None });
                Some(cast(value, types::sql(&types::read(&word))))
            }
            _ => self.name(),
        }
    }

    fn case(&mut self) -> Option<Node> {
        self.at += 1;
        let operand = if self.peek()?.is_word("when") { null() } else { self.expression(0)? };
        let mut parts = vec![operand];
        while self.word("when") {
            parts.push(self.expression(0)?);
            if !self.word("then") {
                return None;
            }
            parts.push(self.expression(0)?);
        }
        let otherwise = if self.word("else") { self.expression(0)? } else { null() };
        // The server spells out the ELSE that nobody wrote.
        let otherwise = if is_null(&otherwise) { null() } else { otherwise };
        parts.push(otherwise);
        self.word("end").then_some(Node::Case { parts })
    }

    fn parenthesised(&mut self) -> Option<Node> {
        if !self.mark("(") {
            return None;
        }
        if self.peek()?.is_word("select") {
            return None;
        }
        let inner = self.expression(0)?;
        self.mark(")").then_some(inner)
    }

    fn list(&mut self) -> Option<Vec<Node>> {
        if !self.mark("(") || self.peek()?.is_word("select") {
            return None;
        }
        self.elements(")")
    }

    /// What stands between commas, up to the closing mark.
    fn elements(&mut self, close: &str) -> Option<Vec<Node>> {
        let mut elements = Vec::new();
        if self.mark(close) {
            return Some(elements);
        }
        loop {
            elements.push(self.expression(0)?);
            if self.mark(close) {
                return Some(elements);
            }
            if !self.mark(",") {
                return None;
            }
        }
    }

    fn identifier(&mut self) -> Option<String> {
        let token = self.peek()?;
        self.at += 1;
        matches!(token.kind, Kind::Word | Kind::Quoted).then(|| quote::fold(token.text))
    }

    /// A column or a call.
    fn name(&mut self) -> Option<Node> {
        let first = self.peek()?;
        let mut path = vec![self.identifier()?];
        while self.mark(".") {
            path.push(self.identifier()?);
        }
        if self.mark("(") {
            if path.len() == 2 && path[0] == "pg_catalog" {
                path.remove(0);
            }
            if self.mark("*") {
                return self.mark(")").then(|| call(&path, Vec::new()));
            }
            let arguments = self.elements(")")?;
            return Some(call(&path, arguments));
        }
        let [only] = path.as_slice() else {
            return Some(Node::Name(path.iter().map(|part| quote::quote(part)).collect::<Vec<_>>().join(".")));
        };
        if first.kind == Kind::Word && quote::is_keyword(only) {
            return match only.as_str() {
                "current_timestamp" => Some(call(&["now".to_string()], Vec::new())),
                "current_date" | "current_time" | "localtime" | "localtimestamp" | "current_user" | "user"
                | "session_user" | "current_role" | "current_schema" | "current_catalog" => {
                    Some(Node::Name(format!("keyword {only}")))
                }
                _ => None,
            };
        }
        Some(Node::Name(quote::quote(only)))
    }

    /// The words of a type, read as far as they go.
    fn type_name(&mut self) -> Option<String> {
        let start = self.at;
        self.identifier()?;
        while self.mark(".") {
            self.identifier()?;
        }
        loop {
            let more = [
                "precision",
                "varying",
                "with",
                "without",
                "time",
                "zone",
                "year",
                "month",
                "day",
                "hour",
                "minute",
                "second",
                "to",
            ];
            let time = start + 1 < self.at || self.tokens[start].kind == Kind::Word;
            if time && more.iter().any(|word| self.word(word)) {
                continue;
            }
            if self.peek().is_some_and(|token| token.is("(")) {
                self.at += 1;
                while !self.mark(")") {
                    self.peek()?;
                    self.at += 1;
                }
                continue;
            }
            if self.mark("[") {
                if !self.mark("]") {
                    self.at += 1;
                    if !self.mark("]") {
                        return None;
                    }
                }
                continue;
            }
            break;
        }
        let words: Vec<&str> = self.tokens[start..self.at].iter().map(|token| token.text).collect();
        Some(types::sql(&types::read(&words.join(" ").replace(" . ", "."))))
    }
}

fn operator(name: &str, operands: Vec<Node>) -> Node {
    Node::Operator { name: name.to_string(), operands }
}

fn flat(name: &str, left: Node, right: Node) -> Node {
    let mut operands = Vec::new();
    for side in [left, right] {
        match side {
            Node::Operator { name: inner, operands: mut deeper } if inner == name => operands.append(&mut deeper),
            other => operands.push(other),
        }
    }
    operator(name, operands)
}

fn call(path: &[String], arguments: Vec<Node>) -> Node {
    let name = path.iter().map(|part| quote::quote(part)).collect::<Vec<_>>().join(".");
    let name = if name == "transaction_timestamp" { "now".to_string() } else { name };
    Node::Call { name, arguments }
}

fn null() -> Node {
    Node::Literal(Literal { value: "null".to_string(), number: true, cast: None })
}

pub(super) fn is_null(node: &Node) -> bool {
    matches!(node, Node::Literal(Literal { value, number: true, .. }) if value == "null")
}

fn cast(value: Node, ty: String) -> Node {
    match value {
        Node::Literal(Literal { value, number, cast: None }) => {
            Node::Literal(Literal { value, number, cast: Some(ty) }).settled()
        }
        value => Node::Cast { value: Box::new(value), ty },
    }
}

/// A number without the signs that say nothing.
fn number(text: &str) -> String {
    text.replace('_', "").to_ascii_lowercase()
}

impl Node {
    /// `'1'::integer` is 1, `'t'::boolean` is true.
    fn settled(self) -> Node {
        let Node::Literal(Literal { value, number, cast }) = self else { return self };
        let whole = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            !digits.is_empty()
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'))
        };
        let literal = match cast.as_deref() {
            Some("integer") if whole(&value) => Literal { value, number: true, cast: None },
            Some("boolean") => {
                let value = match value.to_ascii_lowercase().as_str() {
                    "t" | "true" | "yes" | "on" | "1" | "y" => "true".to_string(),
                    "f" | "false" | "no" | "off" | "0" | "n" => "false".to_string(),
                    _ => value,
                };
                Literal { value, number: false, cast: Some("boolean".to_string()) }
            }
            // A bare text that could be a number stays a text, but compares as its digits.
            _ => Literal { number: number || (cast.as_deref().is_some_and(is_number) && whole(&value)), value, cast },
        };
        Node::Literal(literal)
    }
}

fn is_number(ty: &str) -> bool {
    matches!(ty, "smallint" | "bigint" | "numeric" | "real" | "double precision")
}
