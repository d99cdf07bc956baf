//! Enough of Python's regular expressions for what names are made with: `re.sub(r"(?<!^)(?=[A-Z])", "_", name)`.
//!
//! Anything that is not understood is `None`, and so is a match that takes too many steps.

const STEPS: u32 = 20_000;

enum Node {
    Character(char),
    Any,
    Start,
    End,
    WordBoundary(bool),
    Set { negated: bool, items: Vec<Item> },
    Group { capture: Option<usize>, choices: Vec<Vec<Node>> },
    Look { ahead: bool, negated: bool, choices: Vec<Vec<Node>> },
    Repeat { node: Box<Node>, least: u32, most: u32, greedy: bool },
}

enum Item {
    One(char),
    Range(char, char),
    Class(char),
}

impl Item {
    fn holds(&self, letter: char) -> bool {
        match self {
            Item::One(one) => *one == letter,
            Item::Range(from, to) => (*from..=*to).contains(&letter),
            Item::Class('d') => letter.is_numeric(),
            Item::Class('D') => !letter.is_numeric(),
            Item::Class('w') => letter.is_alphanumeric() || letter == '_',
            Item::Class('W') => !(letter.is_alphanumeric() || letter == '_'),
            Item::Class('s') => letter.is_whitespace(),
            Item::Class(_) => !letter.is_whitespace(),
        }
    }
}

/// A compiled pattern.
pub struct Pattern {
    choices: Vec<Vec<Node>>,
    groups: usize,
    names: Vec<(String, usize)>,
}

struct Parser<'p> {
    letters: std::iter::Peekable<std::str::Chars<'p>>,
    groups: usize,
    names: Vec<(String, usize)>,
    depth: u32,
}

impl Pattern {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { letters: text.chars().peekable(), groups: 0, names: Vec::new(), depth: 0 };
        let choices = parser.choices()?;
        if parser.letters.next().is_some() {
            return None;
        }
        Some(Pattern { choices, groups: parser.groups, names: parser.names })
    }

    /// `re.sub`, with the replacement given the groups of each match; group 0 is all of it.
    pub fn replace(
        &self,
        text: &str,
        most: usize,
        mut replacement: impl FnMut(&[Option<String>]) -> Option<String>,
    ) -> Option<String> {
        let letters: Vec<char> = text.chars().collect();
        let mut steps = STEPS;
        let mut result = String::new();
        let mut at = 0;
        let mut copied = 0;
        let mut count = 0;
        while at <= letters.len() && (most == 0 || count < most) {
            match self.match_at(&letters, at, &mut steps)? {
                Some((end, groups)) => {
                    result.extend(&letters[copied..at]);
                    let groups: Vec<Option<String>> = groups
                        .into_iter()
                        .map(|group| group.map(|(from, to)| letters[from..to].iter().collect()))
                        .collect();
                    result.push_str(&replacement(&groups)?);
                    copied = end;
                    count += 1;
                    at = if end == at { at + 1 } else { end };
                }
                None => at += 1,
            }
        }
        result.extend(letters.get(copied..).unwrap_or(&[]));
        Some(result)
    }

    /// The non-overlapping matches, as the texts of their groups.
    pub fn find_all(&self, text: &str) -> Option<Vec<Vec<Option<String>>>> {
        let mut found = Vec::new();
        self.replace(text, 0, |groups| {
            found.push(groups.to_vec());
            Some(String::new())
        })?;
        Some(found)
    }

    /// Whether it matches: from the start, all of it, or anywhere.
    pub fn matches(&self, text: &str, anywhere: bool, whole: bool) -> Option<bool> {
        let letters: Vec<char> = text.chars().collect();
        let mut steps = STEPS;
        for at in 0..=if anywhere { letters.len() } else { 0 } {
            if let Some((end, _)) = self.match_at(&letters, at, &mut steps)?
                && (!whole || end == letters.len())
            {
                return Some(true);
            }
        }
        Some(false)
    }

    /// The number of a group's name.
    pub fn group(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, at)| *at)
    }

    #[allow(clippy::type_complexity)]
    fn match_at(
        &self,
        letters: &[char],
        at: usize,
        steps: &mut u32,
    ) -> Option<Option<(usize, Vec<Option<(usize, usize)>>)>> {
        let mut matcher = Matcher { letters, groups: vec![None; self.groups + 1], steps: *steps, exhausted: false };
        let mut end = None;
        let mut found_groups = Vec::new();
        let matched = matcher.choices(&self.choices, at, &mut |matcher, to| {
            end = Some(to);
            found_groups = matcher.groups.clone();
            true
        });
        *steps = matcher.steps;
        if matcher.exhausted {
            return None;
        }
        Some(match (matched, end) {
            (true, Some(end)) => {
                found_groups[0] = Some((at, end));
                Some((end, found_groups))
            }
            _ => None,
        })
    }
}

impl Parser<'_> {
    fn choices(&mut self) -> Option<Vec<Vec<Node>>> {
        self.depth += 1;
        if self.depth > 30 {
            return None;
        }
        let mut choices = vec![Vec::new()];
        loop {
            match self.letters.peek() {
                None | Some(')') => break,
                Some('|') => {
                    self.letters.next();
                    choices.push(Vec::new());
                }
                Some(_) => {
                    let node = self.repeated()?;
                    choices.last_mut()?.push(node);
                }
            }
        }
        self.depth -= 1;
        Some(choices)
    }

    fn repeated(&mut self) -> Option<Node> {
        let mut node = self.single()?;
        while let Some(letter) = self.letters.peek() {
            let (least, most) = match letter {
                '*' => (0, u32::MAX),
                '+' => (1, u32::MAX),
                '?' => (0, 1),
                '{' => {
                    self.letters.next();
                    let mut inner = String::new();
                    loop {
                        match self.letters.next()? {
                            '}' => break,
                            letter => inner.push(letter),
                        }
                    }
                    let (least, most) = match inner.split_once(',') {
                        None => {
                            let count: u32 = inner.parse().ok()?;
                            (count, count)
                        }
                        Some((least, most)) => (
                            if least.is_empty() { 0 } else { least.parse().ok()? },
                            if most.is_empty() { u32::MAX } else { most.parse().ok()? },
                        ),
                    };
                    let greedy = self.letters.next_if_eq(&'?').is_none();
                    node = Node::Repeat { node: Box::new(node), least, most, greedy };
                    continue;
                }
                _ => break,
            };
            self.letters.next();
            let greedy = self.letters.next_if_eq(&'?').is_none();
            node = Node::Repeat { node: Box::new(node), least, most, greedy };
        }
        Some(node)
    }

    fn single(&mut self) -> Option<Node> {
        Some(match self.letters.next()? {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '[' => self.set()?,
            '\\' => match self.letters.next()? {
                'b' => Node::WordBoundary(true),
                'B' => Node::WordBoundary(false),
                'A' => Node::Start,
                'Z' => Node::End,
                class @ ('d' | 'D' | 'w' | 'W' | 's' | 'S') => {
                    Node::Set { negated: false, items: vec![Item::Class(class)] }
                }
                letter if letter.is_ascii_digit() => return None,
                'n' => Node::Character('\n'),
                't' => Node::Character('\t'),
                letter if letter.is_ascii_alphabetic() => return None,
                letter => Node::Character(letter),
            },
            '(' => {
                let node = if self.letters.next_if_eq(&'?').is_some() {
                    match self.letters.next()? {
                        ':' => Node::Group { capture: None, choices: self.choices()? },
                        '=' => Node::Look { ahead: true, negated: false, choices: self.choices()? },
                        '!' => Node::Look { ahead: true, negated: true, choices: self.choices()? },
                        '<' => match self.letters.next()? {
                            '=' => Node::Look { ahead: false, negated: false, choices: self.choices()? },
                            '!' => Node::Look { ahead: false, negated: true, choices: self.choices()? },
                            _ => return None,
                        },
                        'P' => {
                            if self.letters.next()? != '<' {
                                return None;
                            }
                            let mut name = String::new();
                            loop {
                                match self.letters.next()? {
                                    '>' => break,
                                    letter => name.push(letter),
                                }
                            }
                            self.groups += 1;
                            let capture = self.groups;
                            self.names.push((name, capture));
                            Node::Group { capture: Some(capture), choices: self.choices()? }
                        }
                        _ => return None,
                    }
                } else {
                    self.groups += 1;
                    let capture = self.groups;
                    Node::Group { capture: Some(capture), choices: self.choices()? }
                };
                if self.letters.next()? != ')' {
                    return None;
                }
                node
            }
            '*' | '+' | '?' => return None,
            letter => Node::Character(letter),
        })
    }

    fn set(&mut self) -> Option<Node> {
        let negated = self.letters.next_if_eq(&'^').is_some();
        let mut items = Vec::new();
        let mut first = true;
        loop {
            let letter = match self.letters.next()? {
                ']' if !first => break,
                '\\' => match self.letters.next()? {
                    class @ ('d' | 'D' | 'w' | 'W' | 's' | 'S') => {
                        items.push(Item::Class(class));
                        first = false;
                        continue;
                    }
                    'n' => '\n',
                    't' => '\t',
                    letter => letter,
                },
                letter => letter,
            };
            first = false;
            if self.letters.peek() == Some(&'-') {
                self.letters.next();
                match self.letters.peek() {
                    Some(']') | None => {
                        items.push(Item::One(letter));
                        items.push(Item::One('-'));
                    }
                    Some(_) => items.push(Item::Range(letter, self.letters.next()?)),
                }
            } else {
                items.push(Item::One(letter));
            }
        }
        Some(Node::Set { negated, items })
    }
}

struct Matcher<'t> {
    letters: &'t [char],
    groups: Vec<Option<(usize, usize)>>,
    steps: u32,
    exhausted: bool,
}

type Then<'f, 't> = &'f mut dyn FnMut(&mut Matcher<'t>, usize) -> bool;

impl<'t> Matcher<'t> {
    fn choices(&mut self, choices: &[Vec<Node>], at: usize, then: Then<'_, 't>) -> bool {
        choices.iter().any(|choice| self.sequence(choice, at, then))
    }

    fn sequence(&mut self, nodes: &[Node], at: usize, then: Then<'_, 't>) -> bool {
        match nodes.split_first() {
            None => then(self, at),
            Some((node, rest)) => self.node(node, at, &mut |matcher, at| matcher.sequence(rest, at, then)),
        }
    }

    fn node(&mut self, node: &Node, at: usize, then: Then<'_, 't>) -> bool {
        if self.steps == 0 {
            self.exhausted = true;
            return false;
        }
        self.steps -= 1;
        let letter = self.letters.get(at).copied();
        match node {
            Node::Character(wanted) => letter == Some(*wanted) && then(self, at + 1),
            Node::Any => letter.is_some_and(|letter| letter != '\n') && then(self, at + 1),
            Node::Start => at == 0 && then(self, at),
            Node::End => at == self.letters.len() && then(self, at),
            Node::WordBoundary(wanted) => {
                let word = |at: Option<usize>| {
                    at.and_then(|at| self.letters.get(at))
                        .is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
                };
                let boundary = word(at.checked_sub(1)) != word(Some(at));
                boundary == *wanted && then(self, at)
            }
            Node::Set { negated, items } => {
                letter.is_some_and(|letter| items.iter().any(|item| item.holds(letter)) != *negated)
                    && then(self, at + 1)
            }
            Node::Group { capture: None, choices } => self.choices(choices, at, then),
            Node::Group { capture: Some(capture), choices } => {
                let before = self.groups[*capture];
                let matched = self.choices(choices, at, &mut |matcher, end| {
                    let inner = matcher.groups[*capture];
                    matcher.groups[*capture] = Some((at, end));
                    then(matcher, end) || {
                        matcher.groups[*capture] = inner;
                        false
                    }
                });
                if !matched {
                    self.groups[*capture] = before;
                }
                matched
            }
            Node::Look { ahead: true, negated, choices } => {
                let found = self.choices(choices, at, &mut |_, _| true);
                found != *negated && then(self, at)
            }
            Node::Look { ahead: false, negated, choices } => {
                let found = (0..=at).rev().any(|from| self.choices(choices, from, &mut |_, end| end == at));
                found != *negated && then(self, at)
            }
            Node::Repeat { node, least, most, greedy } => self.repeat(node, *least, *most, *greedy, at, then),
        }
    }

    fn repeat(&mut self, node: &Node, least: u32, most: u32, greedy: bool, at: usize, then: Then<'_, 't>) -> bool {
        if least > 0 {
            return self
                .node(node, at, &mut |matcher, end| matcher.repeat(node, least - 1, most - 1, greedy, end, then));
        }
        if self.exhausted {
            return false;
        }
        if !greedy && then(self, at) {
            return true;
        }
        if most > 0
            && self.node(node, at, &mut |matcher, end| end > at && matcher.repeat(node, 0, most - 1, greedy, end, then))
        {
            return true;
        }
        greedy && then(self, at)
    }
}

/// The replacement text of `re.sub`, with `\1` and `\g<name>` filled in.
pub fn expand(pattern: &Pattern, template: &str, groups: &[Option<String>]) -> Option<String> {
    let mut result = String::new();
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            result.push(letter);
            continue;
        }
        match letters.next()? {
            digit if digit.is_ascii_digit() => {
                let at = digit.to_digit(10)? as usize;
                result.push_str(groups.get(at)?.as_deref().unwrap_or(""));
            }
            'g' => {
                if letters.next()? != '<' {
                    return None;
                }
                let mut name = String::new();
                loop {
                    match letters.next()? {
                        '>' => break,
                        letter => name.push(letter),
                    }
                }
                let at = name.parse().ok().or_else(|| pattern.group(&name))?;
                result.push_str(groups.get(at)?.as_deref().unwrap_or(""));
            }
            'n' => result.push('\n'),
            '\\' => result.push('\\'),
            letter if letter.is_ascii_alphabetic() => return None,
            letter => {
                result.push('\\');
                result.push(letter);
            }
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(pattern: &str, template: &str, text: &str) -> Option<String> {
        let pattern = Pattern::parse(pattern)?;
        pattern.replace(text, 0, |groups| expand(&pattern, template, groups))
    }

    #[test]
    fn camel_case_becomes_snake_case_in_the_usual_ways() {
        assert_eq!(sub("(?<!^)(?=[A-Z])", "_", "UserAccount").unwrap(), "User_Account");
        let first = sub("(.)([A-Z][a-z]+)", r"\1_\2", "HTTPUserAccount2").unwrap();
        assert_eq!(first, "HTTP_UserAccount2");
        assert_eq!(sub("([a-z0-9])([A-Z])", r"\1_\2", &first).unwrap(), "HTTP_User_Account2");
        assert_eq!(sub("([A-Z]+)([A-Z][a-z])", r"\g<1>_\g<2>", "HTTPServer").unwrap(), "HTTP_Server");
        assert_eq!(sub(r"\s+|-", "", "a b-c").unwrap(), "abc");
        assert_eq!(sub("(?P<x>a)", r"<\g<x>>", "banana").unwrap(), "b<a>n<a>n<a>");
        assert_eq!(sub("x*", "-", "abxd").unwrap(), "-a-b--d-");
    }

    #[test]
    fn a_pattern_that_explodes_is_given_up() {
        assert_eq!(sub("(a+)+b", "", &"a".repeat(60)), None);
    }

    #[test]
    fn what_is_not_understood_is_none() {
        for pattern in ["(?i)a", "(", "a)", r"(a)\1", "[a", "*a", "(?P=x)"] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }
}
