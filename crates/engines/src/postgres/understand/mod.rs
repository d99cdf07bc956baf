//! From one statement to the steps that it takes.
//!
//! Whatever the grammar cannot place, and whatever has no step that tells the whole truth about it, is refused with a
//! reason and a place; the caller then has an unknown, never a guess.

mod alter;
mod alter_table;
pub(super) mod aside;
mod columns;
mod comments;
mod constraints;
mod create;
mod drops;
mod indexes;
mod opaque;
pub(super) mod places;
mod rows;
mod select;
mod sequences;
mod session;
mod tables;
mod tree;
mod triggers;
mod views;

use whimbrel_plan::{Step, Understanding};

use super::lexer::{self, Kind};
use super::stand_in;
use tree::{Is, Node, Tree};

/// Names without a schema live here, and names within it are written without it.
pub(super) const DEFAULT_NAMESPACE: &str = "public";

/// Deeper nesting than this is not read: the grammar descends once per level.
const DEEPEST: usize = 200;

/// Why a statement, or a part of it, is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: String,
    pub(super) at: usize,
}

type Steps = Result<Vec<Step>, Refusal>;

pub(super) fn understand(statement: &str) -> Understanding {
    let transactional = session::transactional(statement);
    match read(statement) {
        Ok(steps) => Understanding::Known { steps, transactional },
        Err(Refusal { reason, at }) => Understanding::Unknown { reason, at, transactional },
    }
}

fn read(statement: &str) -> Steps {
    if statement.trim_start().starts_with('\\') {
        return Err(Refusal { reason: "a command of psql, not of the server".to_string(), at: 0 });
    }
    if nesting(statement) > DEEPEST {
        return Err(Refusal { reason: format!("nested more than {DEEPEST} deep"), at: 0 });
    }
    let tree = Tree::parse(statement);
    if let Some(error) = session::copied_rows(&tree).or_else(|| tree.error.clone()) {
        return Err(error);
    }
    let mut statements = tree.statements();
    match (statements.next(), statements.next()) {
        (Some(only), None) => steps(only),
        (None, _) => Ok(Vec::new()),
        (Some(_), Some(second)) => Err(second.refuse("a second statement")),
    }
}

/// The tree of a text that the grammar takes; `None` for any other, and for one that nests too deep to be tried.
fn sound(statement: &str) -> Option<Tree<'_>> {
    if nesting(statement) > DEEPEST {
        return None;
    }
    Some(Tree::parse(statement)).filter(|tree| tree.error.is_none())
}

/// How deep the grammar would descend at most: brackets, `CASE`, and chains of prefix operators.
fn nesting(statement: &str) -> usize {
    // Shorter text cannot nest dangerously.
    if statement.len() < DEEPEST {
        return 0;
    }
    let (mut depth, mut deepest, mut chain) = (0_usize, 0, 0);
    for token in lexer::words(statement) {
        let prefix = token.kind == Kind::Operator || token.is_word("not");
        chain = if prefix { chain + 1 } else { 0 };
        if matches!(token.text, "(" | "[") || token.is_word("case") {
            depth += 1;
        } else if matches!(token.text, ")" | "]") || token.is_word("end") {
            depth = depth.saturating_sub(1);
        }
        deepest = deepest.max(depth + chain);
    }
    deepest
}

fn steps(node: Node<'_>) -> Steps {
    match node.kind() {
        Is::CREATE_TABLE => tables::create(node),
        Is::CREATE_INDEX => indexes::create(node),
        Is::CREATE_SEQUENCE => sequences::create(node),
        Is::CREATE_VIEW | Is::CREATE_MATERIALIZED_VIEW => views::create(node),
        Is::CREATE_TRIGGER => triggers::create(node),
        Is::CREATE_TYPE => create::type_(node),
        Is::CREATE_DOMAIN => create::domain(node),
        Is::CREATE_EXTENSION => create::extension(node),
        Is::CREATE_SCHEMA => create::namespace(node),
        Is::CREATE_FUNCTION | Is::CREATE_PROCEDURE | Is::CREATE_AGGREGATE => create::routine(node),
        Is::CREATE_TABLE_AS => Err(node.refuse("the columns of CREATE TABLE AS follow from its query")),
        Is::SELECT_INTO => Err(node.refuse("the columns of SELECT INTO follow from its query")),

        Is::ALTER_TABLE => alter_table::alter(node),
        Is::ALTER_INDEX => indexes::alter(node),
        Is::ALTER_SEQUENCE => sequences::alter(node),
        Is::ALTER_VIEW | Is::ALTER_MATERIALIZED_VIEW => views::alter(node),
        Is::ALTER_TYPE => alter::type_(node),
        Is::ALTER_DOMAIN => alter::domain(node),
        Is::ALTER_SCHEMA => alter::namespace(node),
        Is::ALTER_EXTENSION => alter::extension(node),
        Is::ALTER_FUNCTION | Is::ALTER_PROCEDURE | Is::ALTER_ROUTINE | Is::ALTER_AGGREGATE => alter::routine(node),
        Is::ALTER_TRIGGER => alter::trigger(node),

        Is::DROP_TABLE
        | Is::DROP_INDEX
        | Is::DROP_SEQUENCE
        | Is::DROP_VIEW
        | Is::DROP_MATERIALIZED_VIEW
        | Is::DROP_TYPE
        | Is::DROP_DOMAIN
        | Is::DROP_EXTENSION
        | Is::DROP_SCHEMA
        | Is::DROP_TRIGGER
        | Is::DROP_FUNCTION
        | Is::DROP_PROCEDURE
        | Is::DROP_ROUTINE
        | Is::DROP_AGGREGATE => drops::drop_(node),

        Is::COMMENT_ON => comments::comment(node),

        Is::INSERT | Is::UPDATE | Is::DELETE | Is::MERGE | Is::TRUNCATE | Is::COPY => rows::change(node),
        Is::SELECT | Is::COMPOUND_SELECT | Is::PAREN_SELECT | Is::VALUES | Is::TABLE | Is::EXPLAIN => {
            select::select(node)
        }

        Is::SET
        | Is::RESET
        | Is::SET_ROLE
        | Is::RESET_ROLE
        | Is::SET_SESSION_AUTH
        | Is::RESET_SESSION_AUTH
        | Is::SET_CONSTRAINTS
        | Is::SET_TRANSACTION
        | Is::BEGIN
        | Is::COMMIT_TRANSACTION
        | Is::ROLLBACK_TRANSACTION
        | Is::ROLLBACK_TO_SAVEPOINT
        | Is::SAVEPOINT_CREATE
        | Is::RELEASE_SAVEPOINT => session::set(node),

        Is::DO if stand_in::is_rights(&node.sql()) => Ok(inert(node)),
        Is::DO => Err(node.refuse("a DO block can do anything")),
        Is::CALL => Err(node.refuse("a procedure can do anything")),
        Is::EXECUTE => Err(node.refuse("a prepared statement can do anything")),
        Is::DROP_OWNED => Err(node.refuse("what a role owns is not known")),
        Is::IMPORT_FOREIGN_SCHEMA => Err(node.refuse("the tables of another server are not known")),
        Is::COMMIT_PREPARED | Is::ROLLBACK_PREPARED | Is::PREPARE_TRANSACTION => {
            Err(node.refuse("what a prepared transaction did is not known"))
        }

        _ => opaque::other(node),
    }
}

/// Understood, and no part of the schema as modelled.
fn inert(node: Node<'_>) -> Vec<Step> {
    vec![Step::Inert { what: node.sql().trim_end_matches(';').trim_end().to_string() }]
}

fn cascade(node: Node<'_>) -> bool {
    node.has(Is::CASCADE)
}
