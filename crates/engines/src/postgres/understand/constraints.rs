use std::collections::BTreeMap;

use whimbrel_plan::{Amendment, SequenceChange, Step};
use whimbrel_schema::{
    Action, Check, Constraint, Deferrable, Exclusion, ExclusionElement, Expression, ForeignKey, Generation, Identity,
    Match, ObjectName, PrimaryKey, Unique,
};

use super::tree::{Is, Node};
use super::{Refusal, indexes, sequences, tables};

/// What a constraint clause says of a column or of a table.
pub(super) enum Clause {
    Constraint {
        constraint: Constraint,
        using_index: Option<String>,
        /// What is said of the constraint's own index.
        settings: Vec<IndexSetting>,
    },
    /// The column's name, where the clause stands on its own (PostgreSQL 18).
    NotNull(Option<String>),
    Null,
    Default {
        value: Option<Expression>,
        collation: Option<String>,
    },
    Identity {
        always: bool,
        numbers: SequenceChange,
    },
    Generated(Generation),
}

/// Something that a constraint says of its own index, and that is kept beside the constraint.
pub(super) enum IndexSetting {
    Storage(BTreeMap<String, String>),
    Tablespace(String),
}

impl IndexSetting {
    /// The same as a statement of its own, once the constraint is there.
    pub(super) fn step(self, index: ObjectName) -> Step {
        Step::Amend(Box::new(match self {
            IndexSetting::Storage(storage) => {
                let set = storage.into_iter().map(|(name, value)| (name, Some(value))).collect();
                Amendment::IndexStorage { index, set }
            }
            IndexSetting::Tablespace(to) => Amendment::IndexTablespace { index, to: Some(to) },
        }))
    }
}

pub(super) const CLAUSES: &[Is] = &[
    Is::CHECK_CONSTRAINT,
    Is::DEFAULT_CONSTRAINT,
    Is::EXCLUDE_CONSTRAINT,
    Is::FOREIGN_KEY_CONSTRAINT,
    Is::GENERATED_CONSTRAINT,
    Is::NOT_NULL_CONSTRAINT,
    Is::NULL_CONSTRAINT,
    Is::PRIMARY_KEY_CONSTRAINT,
    Is::REFERENCES_CONSTRAINT,
    Is::UNIQUE_CONSTRAINT,
];

/// Reads one of [`CLAUSES`]; `column` is the one that it is written with.
pub(super) fn clause(node: Node<'_>, column: Option<&str>) -> Result<Clause, Refusal> {
    let name = node.child(Is::CONSTRAINT_NAME_CLAUSE).map(|clause| clause.need(Is::CONSTRAINT_NAME)?.name());
    let name = name.transpose()?;
    let constraint = match node.kind() {
        Is::NOT_NULL_CONSTRAINT if node.has(Is::NOT_VALID) => {
            return Err(node.refuse("a NOT NULL that is not valid has no place in a schema"));
        }
        Is::NOT_NULL_CONSTRAINT => {
            return Ok(Clause::NotNull(node.child(Is::COLUMN_NAME_REF).map(|column| column.name()).transpose()?));
        }
        Is::NULL_CONSTRAINT => return Ok(Clause::Null),
        Is::DEFAULT_CONSTRAINT => return default(node),
        Is::GENERATED_CONSTRAINT => return generated(node),
        Is::CHECK_CONSTRAINT => Constraint::Check(check(node, name)?),
        Is::PRIMARY_KEY_CONSTRAINT => {
            let (columns, include) = keys(node, column)?;
            Constraint::PrimaryKey(PrimaryKey {
                name,
                include,
                deferrable: deferrable(node),
                ..PrimaryKey::new(columns)
            })
        }
        Is::UNIQUE_CONSTRAINT => {
            let (columns, include) = keys(node, column)?;
            let nulls_distinct = node.find(Is::NULLS_NOT_DISTINCT).is_none();
            let deferrable = deferrable(node);
            Constraint::Unique(Unique { name, include, nulls_distinct, deferrable, ..Unique::new(columns) })
        }
        Is::REFERENCES_CONSTRAINT | Is::FOREIGN_KEY_CONSTRAINT => {
            Constraint::ForeignKey(foreign_key(node, name, column)?)
        }
        Is::EXCLUDE_CONSTRAINT => Constraint::Exclusion(exclusion(node, name)?),
        _ => return Err(node.refuse("this constraint is not known")),
    };
    let using_index = node.child(Is::USING_INDEX_NAME).map(|using| Ok(using.need(Is::INDEX_REF)?.object_name()?.name));
    let settings = index_settings(node)?;
    if constraint.name().is_none() && !settings.is_empty() {
        return Err(node.refuse("the parameters of an index are kept under its name, and this one has none yet"));
    }
    Ok(Clause::Constraint { constraint, using_index: using_index.transpose()?, settings })
}

/// `WITH (fillfactor = 70) USING INDEX TABLESPACE fast`.
fn index_settings(node: Node<'_>) -> Result<Vec<IndexSetting>, Refusal> {
    let mut settings = Vec::new();
    if let Some(parameters) = node.find(Is::WITH_PARAMS) {
        settings.push(IndexSetting::Storage(tables::storage(parameters)?));
    }
    if let Some(clause) = node.find(Is::CONSTRAINT_INDEX_TABLESPACE) {
        let name = clause.need(Is::TABLESPACE_REF)?.name()?;
        settings.extend((name != "pg_default").then_some(IndexSetting::Tablespace(name)));
    }
    Ok(settings)
}

/// The default's expression; a NULL is the same as none.
pub(super) fn default_value(expression: Node<'_>) -> Option<Expression> {
    let operand = match expression.kind() {
        Is::CAST_EXPR => expression.first_node().unwrap_or(expression),
        _ => expression,
    };
    (!operand.text().eq_ignore_ascii_case("null")).then(|| expression.bare().expression())
}

fn default(node: Node<'_>) -> Result<Clause, Refusal> {
    let mut expression = node
        .children()
        .skip_while(|child| child.kind() != Is::DEFAULT_KW)
        .nth(1)
        .ok_or_else(|| node.refuse("DEFAULT without a value"))?;
    let mut collation = None;
    // The server reads the COLLATE after a default as the column's.
    if expression.kind() == Is::COLLATE {
        collation = self::collation(expression)?;
        expression = expression.first_node().unwrap_or(expression);
    }
    Ok(Clause::Default { value: default_value(expression), collation })
}

fn generated(node: Node<'_>) -> Result<Clause, Refusal> {
    if let Some(identity) = node.child(Is::GENERATED_IDENTITY) {
        let numbers = match identity.child(Is::SEQUENCE_OPTION_LIST) {
            Some(list) => sequences::numbers(list)?,
            None => SequenceChange::default(),
        };
        return Ok(Clause::Identity { always: identity.has(Is::GENERATED_ALWAYS), numbers });
    }
    let computed = node.need(Is::GENERATED_STORED)?;
    let expression = computed.inside().ok_or_else(|| node.refuse("GENERATED without an expression"))?;
    // Without a word, PostgreSQL 18 means VIRTUAL; before it, the word had to be STORED.
    let stored = computed.has(Is::STORED);
    Ok(Clause::Generated(if stored { Generation::Stored(expression) } else { Generation::Virtual(expression) }))
}

/// `GENERATED … AS IDENTITY` on a column whose type ends at `ceiling`.
pub(super) fn identity(always: bool, numbers: SequenceChange, ceiling: i64) -> Generation {
    Generation::Identity(Identity { always, options: numbers.create(ceiling) })
}

pub(super) fn check(node: Node<'_>, name: Option<String>) -> Result<Check, Refusal> {
    let expression = node.inside().ok_or_else(|| node.refuse("CHECK without an expression"))?;
    let enforced = !node.has(Is::NOT_ENFORCED);
    Ok(Check {
        // What is not enforced is not validated either; the catalogue says so.
        validated: enforced && !node.has(Is::NOT_VALID),
        enforced,
        no_inherit: node.has(Is::NO_INHERIT),
        ..Check::new(name, expression)
    })
}

/// Key columns and included ones.
fn keys(node: Node<'_>, column: Option<&str>) -> Result<(Vec<String>, Vec<String>), Refusal> {
    if let Some(overlaps) = node.find(Is::WITHOUT_OVERLAPS) {
        return Err(overlaps.refuse("WITHOUT OVERLAPS has no place in a schema"));
    }
    let Some(parameters) = node.child(Is::INDEX_PARAMETERS) else { return Ok((Vec::new(), Vec::new())) };
    let columns = match (parameters.child(Is::CONSTRAINT_COLUMN_REF_LIST), column) {
        (Some(list), _) => columns(list)?,
        (None, Some(column)) => vec![column.to_string()],
        (None, None) => return Err(node.refuse("a key without columns")),
    };
    let include = match parameters.child(Is::CONSTRAINT_INCLUDE_CLAUSE) {
        Some(clause) => self::columns(clause.need(Is::COLUMN_REF_LIST)?)?,
        None => Vec::new(),
    };
    Ok((columns, include))
}

/// The names in a parenthesised list.
pub(super) fn columns(list: Node<'_>) -> Result<Vec<String>, Refusal> {
    list.children()
        .filter(|child| matches!(child.kind(), Is::COLUMN_NAME_REF | Is::COLUMN_NAME))
        .map(|column| column.name())
        .collect()
}

fn foreign_key(node: Node<'_>, name: Option<String>, column: Option<&str>) -> Result<ForeignKey, Refusal> {
    if let Some(period) = node.find(Is::PERIOD_COLUMN) {
        return Err(period.refuse("PERIOD has no place in a schema"));
    }
    if let Some(word) = node.child(Is::NOT_ENFORCED) {
        return Err(word.refuse("a foreign key that is not enforced has no place in a schema"));
    }
    let mut lists = node.all(Is::FOREIGN_KEY_COLUMN_LIST);
    let columns = match column {
        Some(column) => vec![column.to_string()],
        None => self::columns(lists.next().ok_or_else(|| node.refuse("a foreign key without columns"))?)?,
    };
    let referenced_columns = match lists.next() {
        Some(list) => self::columns(list)?,
        None => node.all(Is::COLUMN_NAME_REF).map(|column| column.name()).collect::<Result<_, _>>()?,
    };
    let on = |kind: Is| -> Result<(Action, Vec<String>), Refusal> {
        let Some(action) = node.child(kind).and_then(|on| on.first_node()) else {
            return Ok((Action::NoAction, Vec::new()));
        };
        let set = match action.child(Is::COLUMN_REF_LIST) {
            Some(list) => self::columns(list)?,
            None => Vec::new(),
        };
        let action = match action.kind() {
            Is::RESTRICT => Action::Restrict,
            Is::CASCADE => Action::Cascade,
            Is::SET_NULL_COLUMNS => Action::SetNull,
            Is::SET_DEFAULT_COLUMNS => Action::SetDefault,
            Is::NO_ACTION => Action::NoAction,
            _ => return Err(action.refuse("this action is not known")),
        };
        Ok((action, set))
    };
    let (on_delete, set_columns) = on(Is::ON_DELETE_ACTION)?;
    let (on_update, _) = on(Is::ON_UPDATE_ACTION)?;
    let matching = match node.any(&[Is::MATCH_FULL, Is::MATCH_PARTIAL]).map(|node| node.kind()) {
        Some(Is::MATCH_FULL) => Match::Full,
        Some(_) => Match::Partial,
        None => Match::Simple,
    };
    let references: ObjectName = node.need(Is::TABLE_NAME_REF)?.object_name()?;
    Ok(ForeignKey {
        name,
        on_delete,
        on_update,
        set_columns,
        matching,
        deferrable: deferrable(node),
        validated: !node.has(Is::NOT_VALID),
        ..ForeignKey::new(columns, references, referenced_columns)
    })
}

fn exclusion(node: Node<'_>, name: Option<String>) -> Result<Exclusion, Refusal> {
    let method = match node.child(Is::CONSTRAINT_INDEX_METHOD) {
        Some(using) => using.need(Is::ACCESS_METHOD_REF)?.name()?,
        // The server's own default is btree, whatever the index that one would want.
        None => "btree".to_string(),
    };
    let mut elements = Vec::new();
    for element in node.need(Is::CONSTRAINT_EXCLUSION_LIST)?.all(Is::CONSTRAINT_EXCLUSION) {
        let key = indexes::key(element)?;
        let operator = element.sql_after(Is::WITH_KW, &[]).ok_or_else(|| element.refuse("WITH without an operator"))?;
        elements.push(ExclusionElement { key, operator });
    }
    let include = match node.child(Is::CONSTRAINT_INCLUDE_CLAUSE) {
        Some(clause) => columns(clause.need(Is::COLUMN_REF_LIST)?)?,
        None => Vec::new(),
    };
    let predicate = node.child(Is::WHERE_CONDITION_CLAUSE).and_then(|clause| clause.inside());
    Ok(Exclusion { name, method, elements, include, predicate, deferrable: deferrable(node), comment: None })
}

pub(super) fn deferrable(node: Node<'_>) -> Deferrable {
    if node.has(Is::INITIALLY_DEFERRED_CONSTRAINT_OPTION) {
        Deferrable::InitiallyDeferred
    } else if node.has(Is::DEFERRABLE_CONSTRAINT_OPTION) {
        Deferrable::InitiallyImmediate
    } else {
        Deferrable::No
    }
}

/// The name after COLLATE; the default collation is none.
pub(super) fn collation(node: Node<'_>) -> Result<Option<String>, Refusal> {
    let mut path = node.need(Is::COLLATION_REF)?.path()?;
    let name = path.pop();
    match path.pop().as_deref() {
        None | Some("pg_catalog" | super::DEFAULT_NAMESPACE) => Ok(name.filter(|name| name != "default")),
        Some(_) => Err(node.refuse("a collation of another schema has no place in a schema")),
    }
}
