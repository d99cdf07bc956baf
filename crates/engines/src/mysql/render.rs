//! Steps as statements. What nobody writes yet says so.

use whimbrel_plan::{CommentTarget, RenderError, Step};
use whimbrel_schema::{
    Action, Column, Constraint, Engine, ForeignKey, Generation, Index, IndexTarget, Object, ObjectId, ObjectKind,
    ObjectName, Schema, Table,
};

use super::naming::{literal, quote};
use super::types;

pub(super) fn render(step: &Step, before: &Schema) -> Result<Vec<String>, RenderError> {
    let alter = |table: &ObjectName, what: String| Ok(vec![format!("ALTER TABLE {} {what}", name(table))]);
    let exists = |if_exists: bool| if if_exists { "IF EXISTS " } else { "" };
    match step {
        Step::CreateTable { table, if_not_exists } => Ok(vec![create_table(table, *if_not_exists)]),
        Step::DropTable { table, if_exists, cascade: _ } => {
            Ok(vec![format!("DROP TABLE {}{}", exists(*if_exists), name(table))])
        }
        Step::RenameTable { from, to } => alter(from, format!("RENAME TO {}", name(to))),
        Step::AddColumn { table, column, constraints, .. } => {
            let more = constraints.iter().map(|constraint| format!(", ADD {}", constraint_sql(constraint)));
            alter(table, format!("ADD COLUMN {}{}", column_sql(column), more.collect::<String>()))
        }
        Step::DropColumn { table, column, .. } => alter(table, format!("DROP COLUMN {}", quote(column))),
        Step::RenameColumn { table, from, to } => {
            alter(table, format!("RENAME COLUMN {} TO {}", quote(from), quote(to)))
        }
        Step::SetColumnType { table, column, to, collation, using: _ } => {
            let found = Column { ty: to.clone(), collation: collation.clone(), ..column_of(before, table, column)? };
            alter(table, format!("MODIFY COLUMN {}", column_sql(&found)))
        }
        Step::SetNullable { table, column, nullable } => {
            let found = Column { nullable: *nullable, ..column_of(before, table, column)? };
            alter(table, format!("MODIFY COLUMN {}", column_sql(&found)))
        }
        Step::SetGeneration { table, column, to } => {
            let found = Column { generation: to.clone(), ..column_of(before, table, column)? };
            alter(table, format!("MODIFY COLUMN {}", column_sql(&found)))
        }
        Step::SetDefault { table, column, to } => match to {
            Some(value) => {
                alter(table, format!("ALTER COLUMN {} SET DEFAULT {}", quote(column), default(value.text())))
            }
            None => alter(table, format!("ALTER COLUMN {} DROP DEFAULT", quote(column))),
        },
        Step::AddConstraint { table, constraint, .. } => alter(table, format!("ADD {}", constraint_sql(constraint))),
        Step::DropConstraint { table, name, .. } => {
            let found = before.table(table);
            let foreign = found.is_some_and(|it| it.foreign_keys.iter().any(|key| key.name.as_ref() == Some(name)));
            alter(
                table,
                match () {
                    () if name == "PRIMARY" => "DROP PRIMARY KEY".to_string(),
                    () if foreign => format!("DROP FOREIGN KEY {}", quote(name)),
                    () => format!("DROP CONSTRAINT {}", quote(name)),
                },
            )
        }
        Step::CreateIndex { table, index, .. } => alter(table, format!("ADD {}", index_sql(index))),
        Step::DropIndex { index, .. } => alter(&table_of(before, index)?, format!("DROP INDEX {}", quote(&index.name))),
        Step::RenameIndex { from, to } => {
            alter(&table_of(before, from)?, format!("RENAME INDEX {} TO {}", quote(&from.name), quote(to)))
        }
        Step::CreateObject { object, replace, .. } => match &**object {
            Object::View(view) => {
                let replace = if *replace { "OR REPLACE " } else { "" };
                Ok(vec![format!("CREATE {replace}VIEW {} AS {}", name(&view.name), view.query)])
            }
            Object::Routine(routine) => Ok(vec![routine.definition.clone()]),
            Object::Opaque(opaque) => Ok(vec![opaque.definition.clone()]),
            Object::Namespace(namespace) => Ok(vec![format!("CREATE DATABASE {}", quote(&namespace.name))]),
            Object::Extension(_) | Object::Enum(_) | Object::Domain(_) | Object::Sequence(_) => {
                unsupported("make this kind of object")
            }
        },
        Step::DropObject { object: ObjectId { kind: ObjectKind::View, name: view, .. }, if_exists, .. } => {
            Ok(vec![format!("DROP VIEW {}{}", exists(*if_exists), name(view))])
        }
        Step::CreateTrigger { trigger, .. } => Ok(vec![trigger.definition.clone()]),
        Step::DropTrigger { name, if_exists, .. } => {
            Ok(vec![format!("DROP TRIGGER {}{}", exists(*if_exists), quote(name))])
        }
        Step::SetComment { on: CommentTarget::Table(table), to } => {
            alter(table, format!("COMMENT = {}", literal(to.as_deref().unwrap_or_default())))
        }
        Step::SetComment { on: CommentTarget::Column(table, column), to } => {
            let found = Column { comment: to.clone(), ..column_of(before, table, column)? };
            alter(table, format!("MODIFY COLUMN {}", column_sql(&found)))
        }
        Step::RebuildTable { .. } => unsupported("rebuild a table step by step"),
        Step::SetTableOptions { .. } | Step::Amend(_) => unsupported("change a table's options"),
        Step::RenameConstraint { .. } => unsupported("rename a constraint"),
        Step::ValidateConstraint { .. } => unsupported("validate a constraint later"),
        Step::SetDeferrable { .. } => unsupported("defer a constraint"),
        Step::SetIndexStorage { .. } => unsupported("change an index's parameters"),
        Step::DropObject { .. } | Step::RenameObject { .. } | Step::AlterObject { .. } => {
            unsupported("change this kind of object")
        }
        Step::AddEnumValue { .. } | Step::RenameEnumValue { .. } => unsupported("change an enum apart from its column"),
        Step::SetTriggerEnabled { .. } => unsupported("switch a trigger off"),
        Step::AttachPartition { .. } | Step::DetachPartition { .. } => unsupported("attach a table as a partition"),
        Step::SetComment { .. } => unsupported("comment on this"),
        Step::ChangeData { .. } | Step::SetSession { .. } | Step::Inert { .. } => {
            unsupported("write a statement that is only known by what it does")
        }
    }
}

fn unsupported(what: &str) -> Result<Vec<String>, RenderError> {
    Err(RenderError::Unsupported { engine: Engine::Mysql.title(), what: what.to_string() })
}

fn name(name: &ObjectName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", quote(namespace), quote(&name.name)),
        None => quote(&name.name),
    }
}

fn column_of(schema: &Schema, table: &ObjectName, column: &str) -> Result<Column, RenderError> {
    let found = schema.table(table).and_then(|table| table.column(column)).cloned();
    found.ok_or_else(|| RenderError::Missing { what: format!("column `{table}.{column}`") })
}

fn table_of(schema: &Schema, index: &ObjectName) -> Result<ObjectName, RenderError> {
    let found = schema.table_of_index(index).cloned();
    found.ok_or_else(|| RenderError::Missing { what: format!("index `{index}`") })
}

fn create_table(table: &Table, if_not_exists: bool) -> String {
    let columns = table.columns.iter().map(column_sql);
    let constraints = table.constraints();
    let parts: Vec<String> = columns.chain(constraints.iter().map(constraint_sql)).collect();
    let options = table.options.storage.iter().filter(|(option, _)| *option != "partition by");
    let options: String = options.map(|(option, value)| format!(" {}={value}", option.to_uppercase())).collect();
    let partition = table.options.storage.get("partition by").map(|text| format!(" PARTITION BY {text}"));
    let exists = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let body = parts.join(",\n    ");
    format!("CREATE TABLE {exists}{} (\n    {body}\n){options}{}", name(&table.name), partition.unwrap_or_default())
}

fn column_sql(column: &Column) -> String {
    let mut sql = format!("{} {}", quote(&column.name), types::sql(&column.ty));
    if let Some(collation) = &column.collation {
        let word = if collation.contains('_') { "COLLATE" } else { "CHARACTER SET" };
        sql.push_str(&format!(" {word} {collation}"));
    }
    match &column.generation {
        Some(Generation::Stored(expression)) => sql.push_str(&format!(" AS ({expression}) STORED")),
        Some(Generation::Virtual(expression)) => sql.push_str(&format!(" AS ({expression}) VIRTUAL")),
        Some(Generation::AutoIncrement | Generation::Identity(_) | Generation::Serial { .. }) | None => {}
    }
    sql.push_str(if column.nullable { " NULL" } else { " NOT NULL" });
    if let Some(value) = &column.default {
        sql.push_str(&format!(" DEFAULT {}", default(value.text())));
    }
    if matches!(column.generation, Some(Generation::AutoIncrement)) {
        sql.push_str(" AUTO_INCREMENT");
    }
    if let Some(comment) = &column.comment {
        sql.push_str(&format!(" COMMENT {}", literal(comment)));
    }
    sql
}

/// Anything but a literal or the present time stands in brackets.
fn default(text: &str) -> String {
    let upper = text.to_uppercase();
    let bare = upper.starts_with("CURRENT_TIMESTAMP") || upper.starts_with("NULL") || upper.starts_with("NOW(");
    let value = text.starts_with(['\'', '"', '-', '+']) || text.starts_with(|byte: char| byte.is_ascii_digit());
    let word = ["TRUE", "FALSE"].contains(&upper.as_str());
    if bare || value || word { text.to_string() } else { format!("({text})") }
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ")
}

fn constraint_sql(constraint: &Constraint) -> String {
    let named = constraint.name().map(|name| format!("CONSTRAINT {} ", quote(name))).unwrap_or_default();
    match constraint {
        Constraint::PrimaryKey(key) => format!("PRIMARY KEY ({})", list(&key.columns)),
        Constraint::Unique(unique) => format!("{named}UNIQUE ({})", list(&unique.columns)),
        Constraint::ForeignKey(key) => format!("{named}{}", foreign_key(key)),
        Constraint::Check(check) => format!("{named}CHECK ({})", check.expression),
        Constraint::Exclusion(_) => format!("{named}EXCLUDE"),
    }
}

fn foreign_key(key: &ForeignKey) -> String {
    let action = |word: &str, action: Action| match action {
        Action::NoAction => String::new(),
        Action::Restrict | Action::Cascade | Action::SetNull | Action::SetDefault => {
            format!(" ON {word} {}", action.sql())
        }
    };
    let (own, theirs) = (list(&key.columns), list(&key.referenced_columns));
    let actions = action("DELETE", key.on_delete) + &action("UPDATE", key.on_update);
    format!("FOREIGN KEY ({own}) REFERENCES {} ({theirs}){actions}", name(&key.references))
}

fn index_sql(index: &Index) -> String {
    let kind = match index.method.as_deref() {
        Some("fulltext") => "FULLTEXT ",
        Some("spatial") => "SPATIAL ",
        Some(_) | None if index.unique => "UNIQUE ",
        Some(_) | None => "",
    };
    let keys = index.keys.iter().map(|key| {
        let target = match &key.target {
            IndexTarget::Column(column) => quote(column),
            IndexTarget::Expression(expression) => format!("({expression})"),
        };
        format!(
            "{target}{}{}",
            key.operator_class.as_deref().unwrap_or_default(),
            if key.descending { " DESC" } else { "" }
        )
    });
    format!("{kind}INDEX {} ({})", quote(&index.name), keys.collect::<Vec<_>>().join(", "))
}
