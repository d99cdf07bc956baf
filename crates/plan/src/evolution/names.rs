use std::collections::HashSet;

use whimbrel_schema::{Constraint, Engine, Object, ObjectName, Schema};

/// A name that two relations of the schema would have to share.
pub(super) fn clash(schema: &Schema) -> Option<ObjectName> {
    let mut taken: HashSet<ObjectName> = HashSet::new();
    let folded = |name: ObjectName| match schema.engine {
        Engine::Sqlite | Engine::Mysql => ObjectName {
            namespace: name.namespace.map(|namespace| namespace.to_lowercase()),
            name: name.name.to_lowercase(),
        },
        Engine::Postgres => name,
    };
    relations(schema).into_iter().find(|name| !taken.insert(folded(name.clone())))
}

/// Everything that has a place in the one list of names that an engine keeps for relations.
fn relations(schema: &Schema) -> Vec<ObjectName> {
    let mut names = Vec::new();
    for table in schema.tables.values() {
        names.push(table.name.clone());
        names.extend(table.indexes.iter().map(|it| ObjectName::of_index(&table.name, &it.name, schema.engine)));
        // Keys are indexes of the same name on PostgreSQL; elsewhere theirs are the engine's own business.
        let keys = match schema.engine {
            Engine::Postgres => table.constraints(),
            Engine::Sqlite | Engine::Mysql => Vec::new(),
        };
        names.extend(keys.iter().filter(|key| is_indexed(key)).filter_map(|key| Some(table.name.sibling(key.name()?))));
    }
    for object in schema.objects.values() {
        match object {
            Object::View(it) => {
                names.push(it.name.clone());
                names.extend(it.indexes.iter().map(|index| it.name.sibling(&index.name)));
            }
            Object::Sequence(it) => names.push(it.name.clone()),
            Object::Namespace(_)
            | Object::Extension(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Routine(_)
            | Object::Opaque(_) => {}
        }
    }
    names
}

fn is_indexed(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Exclusion(_) => true,
        Constraint::ForeignKey(_) | Constraint::Check(_) => false,
    }
}
