use std::collections::BTreeSet;

use whimbrel_schema::{
    Check, Domain, Expression, Object, ObjectId, ObjectKind, ObjectName, Pair, Routine, Schema, View,
};

use super::{DiffOptions, Scope, column::same_optional, comment, index, trigger};
use crate::fold::type_name;
use crate::words::words;
use crate::{Change, CommentTarget, Dialect};

pub(super) fn diff(schemas: Pair<&Schema>, dialect: &dyn Dialect, options: &DiffOptions, changes: &mut Vec<Change>) {
    let folds_case = schemas.to.engine.same_name("a", "A");
    let exact = |schema: &Schema, id: &ObjectId| -> Option<ObjectId> {
        if schema.objects.contains_key(id) {
            return Some(id.clone());
        }
        let alike = |other: &&ObjectId| {
            other.kind == id.kind && other.detail == id.detail && other.name.is(&id.name, schema.engine)
        };
        if folds_case { schema.objects.keys().find(alike).cloned() } else { None }
    };
    let used = UsedEnums::of(schemas, options);
    for (id, from) in &schemas.from.objects {
        match exact(schemas.to, id).and_then(|id| schemas.to.object(&id)) {
            Some(to) => one(Pair::new(from, to), dialect, options, changes),
            None if !options.scope.speaks_for(id.kind) => {}
            None if id.kind == ObjectKind::Enum && !used.may_go(&id.name) => {}
            None => changes.push(Change::DropObject { object: Box::new(from.clone()) }),
        }
    }
    for (id, to) in &schemas.to.objects {
        if exact(schemas.from, id).is_none() {
            changes.push(Change::CreateObject { object: Box::new(to.clone()) });
        }
    }
}

/// Models that do not declare an enum speak for it only when their own tables used it, and nobody else's.
struct UsedEnums {
    everything: bool,
    /// By tables that `to` has as well.
    ours: BTreeSet<ObjectName>,
    others: BTreeSet<ObjectName>,
}

impl UsedEnums {
    fn of(schemas: Pair<&Schema>, options: &DiffOptions) -> Self {
        let everything = match options.scope {
            Scope::Everything => true,
            Scope::Models => false,
        };
        let mut used = UsedEnums { everything, ours: BTreeSet::new(), others: BTreeSet::new() };
        let enums: BTreeSet<&ObjectName> = (schemas.from.objects.keys())
            .filter(|id| id.kind == ObjectKind::Enum && !schemas.to.objects.contains_key(id))
            .map(|id| &id.name)
            .collect();
        if everything || enums.is_empty() {
            return used;
        }
        for table in schemas.from.tables.values() {
            let ours = schemas.to.table(&table.name).is_some();
            for column in &table.columns {
                let name = type_name(&column.ty);
                if !enums.contains(&name) {
                    continue;
                }
                if ours {
                    used.ours.insert(name)
                } else {
                    used.others.insert(name)
                };
            }
        }
        used
    }

    fn may_go(&self, name: &ObjectName) -> bool {
        self.everything || (self.ours.contains(name) && !self.others.contains(name))
    }
}

fn one(objects: Pair<&Object>, dialect: &dyn Dialect, options: &DiffOptions, changes: &mut Vec<Change>) {
    if objects.from == objects.to {
        return;
    }
    let altered = |changes: &mut Vec<Change>| {
        let pair = Pair::new(objects.from.clone(), objects.to.clone());
        changes.push(Change::AlterObject { object: Box::new(pair) });
    };
    let details = options.scope.speaks_for_details();
    let comments = match (objects.from, objects.to) {
        (Object::Namespace(from), Object::Namespace(to)) => (&from.comment, &to.comment),
        (Object::Extension(from), Object::Extension(to)) => {
            if from.namespace != to.namespace {
                altered(changes);
            }
            (&None, &None)
        }
        (Object::Enum(from), Object::Enum(to)) => {
            if from.values != to.values {
                altered(changes);
            }
            (&from.comment, &to.comment)
        }
        (Object::Domain(from), Object::Domain(to)) => {
            if !same_domain(Pair::new(from, to), dialect) {
                altered(changes);
            }
            (&from.comment, &to.comment)
        }
        (Object::Sequence(from), Object::Sequence(to)) => {
            let same = dialect.same_type(Pair::new(&from.ty, &to.ty))
                && from.options == to.options
                && from.owned_by == to.owned_by;
            if !same {
                altered(changes);
            }
            (&from.comment, &to.comment)
        }
        (Object::View(from), Object::View(to)) => {
            if !same_view(Pair::new(from, to), dialect) {
                altered(changes);
            }
            index::diff(&to.name, Pair::new(&from.indexes, &to.indexes), dialect, changes);
            trigger::diff(&to.name, Pair::new(&from.triggers, &to.triggers), dialect, options, changes);
            comment::of_indexes(&to.name, Pair::new(&from.indexes, &to.indexes), dialect, details, changes);
            (&from.comment, &to.comment)
        }
        (Object::Routine(from), Object::Routine(to)) => {
            if !same_routine(Pair::new(from, to)) {
                altered(changes);
            }
            (&from.comment, &to.comment)
        }
        (Object::Opaque(_), Object::Opaque(_)) => {
            altered(changes);
            (&None, &None)
        }
        // The two have one id, so they are of one kind.
        (
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Sequence(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Opaque(_),
            _,
        ) => {
            altered(changes);
            (&None, &None)
        }
    };
    comment::push(changes, CommentTarget::Object(objects.to.id()), comments.0, comments.1, details);
}

fn same_domain(domains: Pair<&Domain>, dialect: &dyn Dialect) -> bool {
    let Pair { from, to } = domains;
    let same_check = |a: &Check, b: &Check| {
        a.name == b.name
            && a.validated == b.validated
            && (a.expression == b.expression || dialect.same_expression(Pair::new(&a.expression, &b.expression)))
    };
    dialect.same_type(Pair::new(&from.base, &to.base))
        && from.nullable == to.nullable
        && same_optional(Pair::new(&from.default, &to.default), dialect)
        && from.collation == to.collation
        && from.checks.len() == to.checks.len()
        && from.checks.iter().all(|check| to.checks.iter().any(|other| same_check(check, other)))
}

pub(crate) fn same_view(views: Pair<&View>, dialect: &dyn Dialect) -> bool {
    let Pair { from, to } = views;
    let same_query = from.query == to.query || dialect.same_expression(Pair::new(&from.query, &to.query));
    same_query && from.columns == to.columns && from.options == to.options
}

fn same_routine(routines: Pair<&Routine>) -> bool {
    routines.from.kind == routines.to.kind && plain(&routines.from.definition) == plain(&routines.to.definition)
}

/// The definition without what only says how it was put in place: `OR REPLACE`, a closing semicolon.
fn plain(definition: &str) -> String {
    let words = words(definition);
    let replaces = matches!(words.as_slice(), [create, or, replace, ..]
        if create.is_keyword("CREATE") && or.is_keyword("OR") && replace.is_keyword("REPLACE"));
    let rest = match words.get(2).filter(|_| replaces) {
        Some(replace) => format!("CREATE{}", definition.get(replace.range.end..).unwrap_or_default()),
        None => definition.to_string(),
    };
    Expression::new(rest.trim().trim_end_matches(';')).0
}
