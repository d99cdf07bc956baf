//! Old and new columns in step: one BEFORE ROW trigger that changes nothing but the row in hand.
//!
//! It reads and writes no table, so it needs no privilege, can start no loop, and sees every way a row is written:
//! INSERT, UPDATE, COPY, MERGE, ON CONFLICT, through views and through partitions.
//!
//! - *Who wrote?* On INSERT new code, if a new column is not NULL. On UPDATE the side whose value changed, compared byte
//!   by byte: no operator of the type is looked for, which an empty `search_path` would hide and `json` has not.
//! - *Order.* BEFORE triggers run by name, and `zz_` lets ours see what the others made of the row.
//! - *Replication.* It is no ALWAYS trigger: rows that a publisher sends have both columns already.

use std::fmt::Write;

use whimbrel_plan::evolution::dual_write::{DualWrite, DualWriteError, Keepers, Kept, Side, Value, columns_in};
use whimbrel_schema::{
    Expression, Object, ObjectId, ObjectKind, ObjectName, Routine, RoutineKind, Schema, Table, Trigger, fingerprint_of,
};

use super::quote::{LONGEST_NAME, quote, truncated};
use super::render;

pub(super) fn keepers(dual: &DualWrite, schema: &Schema) -> Result<Keepers, DualWriteError> {
    let mut keepers = Keepers::default();
    let no_table = || DualWriteError::NoTable { table: dual.table.clone() };
    let table = schema.table(&dual.table).ok_or_else(no_table)?;
    for kept in &dual.kept {
        for column in kept.columns() {
            // A BEFORE trigger cannot send a row to another partition.
            if decides_the_partition(table, column, schema) {
                return Err(DualWriteError::PartitionKey { table: table.name.clone(), column: column.to_string() });
            }
        }
        let name = free_name(&format!("zz_whimbrel_{}_{}", table.name.name, kept.label()), table, schema);
        keepers.objects.push(Object::Routine(Routine {
            name: table.name.sibling(name.as_str()),
            kind: RoutineKind::Function,
            arguments: String::new(),
            definition: function(&table.name.sibling(name.as_str()), kept, table, schema),
            comment: None,
        }));
        // Partitions get their parent's triggers, children of an inheriting table do not.
        for table in inheriting(&table.name, schema) {
            let definition = format!(
                "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {}()",
                quote(&name),
                render::name(&table),
                render::name(&dual.table.sibling(name.as_str())),
            );
            let trigger = Trigger { name: name.clone(), definition, enabled: true, comment: None };
            keepers.triggers.push((table, trigger));
        }
    }
    Ok(keepers)
}

/// The table and all that inherit from it.
fn inheriting(table: &ObjectName, schema: &Schema) -> Vec<ObjectName> {
    let mut found = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        let children = schema.tables.values().filter(|child| child.options.inherits.contains(&parent));
        let new: Vec<_> = children.map(|child| child.name.clone()).filter(|name| !found.contains(name)).collect();
        found.extend(new);
        at += 1;
    }
    found
}

fn decides_the_partition(table: &Table, column: &str, schema: &Schema) -> bool {
    let partitions = schema
        .tables
        .values()
        .filter(|other| other.options.partition_of.as_ref().is_some_and(|it| it.parent == table.name));
    let own = table.options.partition_by.as_ref().is_some_and(|key| {
        columns_in(&Expression::new(key.as_str()), table, schema).iter().any(|found| found.name == column)
    });
    own || partitions.into_iter().any(|partition| decides_the_partition(partition, column, schema))
}

/// Within the 63 bytes that a name has, and not that of another function or trigger.
fn free_name(wanted: &str, table: &Table, schema: &Schema) -> String {
    let taken = |name: &str| {
        let id =
            ObjectId { detail: Some(String::new()), ..ObjectId::new(ObjectKind::Routine, table.name.sibling(name)) };
        schema.object(&id).is_some() || table.triggers.iter().any(|trigger| trigger.name == name)
    };
    if wanted.len() <= LONGEST_NAME && !taken(wanted) {
        return wanted.to_string();
    }
    let mut mark = fingerprint_of(&wanted.to_string()).0;
    loop {
        let short: String = mark.chars().rev().take(8).collect();
        let name = format!("{}_{short}", truncated(wanted.to_string(), LONGEST_NAME - 9));
        if !taken(&name) {
            return name;
        }
        mark = fingerprint_of(&mark).0;
    }
}

/// As `pg_get_functiondef` words it.
fn function(name: &ObjectName, kept: &Kept, table: &Table, schema: &Schema) -> String {
    let body = body(kept, table, schema);
    let mut quotes = "$function$".to_string();
    while body.contains(&quotes) {
        quotes = quotes.replace("$function", "$functionx");
    }
    // What expressions call is found where revisions find it; temporary objects never stand in for it.
    let mut path = vec!["pg_catalog", "public"];
    path.extend(table.name.namespace.as_deref().filter(|namespace| !path.contains(namespace)));
    path.push("pg_temp");
    let path: Vec<String> = path.into_iter().map(super::quote::literal).collect();
    format!(
        "CREATE OR REPLACE FUNCTION {}()\n RETURNS trigger\n LANGUAGE plpgsql\n SET search_path TO {}\nAS {quotes}\n{body}{quotes}",
        render::name(name),
        path.join(", "),
    )
}

fn body(kept: &Kept, table: &Table, schema: &Schema) -> String {
    let writer = Writer { table, schema };
    // The names in expressions are columns, whatever the function calls its own variables.
    let mut text = String::from("#variable_conflict use_column\n");
    text.push_str(&match kept {
        Kept::Both { old, new } => writer.both(old, new),
        Kept::Filled { column, value } => writer.filled(column, value),
    });
    text
}

struct Writer<'a> {
    table: &'a Table,
    schema: &'a Schema,
}

impl Writer<'_> {
    fn both(&self, old: &[Side], new: &[Side]) -> String {
        let given = |sides: &[Side], row: &str| any(sides, |column| format!("{row}.{column} IS DISTINCT FROM NULL"));
        let changed = |sides: &[Side]| any(sides, |column| different("NEW", "OLD", column));
        format!(
            "DECLARE
  newer boolean;
  older boolean;
  made record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    newer := {new_given};
    older := {old_given};
{defaults}  ELSE
    newer := {new_changed};
    older := {old_changed};
    IF NOT newer AND NOT older THEN
      RETURN NEW;
    END IF;
{rest}    older := older OR NOT ({new_was_given});
  END IF;
{both}  IF newer THEN
{backward}  ELSE
{forward}  END IF;
  RETURN NEW;
END
",
            new_given = given(new, "NEW"),
            old_given = given(old, "NEW"),
            rest = self.rest(new, &given(new, "OLD")),
            new_was_given = given(new, "OLD"),
            new_changed = changed(new),
            old_changed = changed(old),
            defaults = self.defaults(old, new),
            both = self.in_step_already(new),
            backward = self.assignments("NEW", old),
            forward = self.assignments("NEW", new),
        )
    }

    /// A row that names neither side: what the old column's default gave counts, and where it has none the new one's.
    fn defaults(&self, old: &[Side], new: &[Side]) -> String {
        let default = |side: &Side| self.table.column(&side.column).and_then(|column| column.default.as_ref());
        let own = old.iter().any(|side| default(side).is_some());
        let set: String = (new.iter())
            .filter_map(|side| Some(format!("      NEW.{} := {};\n", quote(&side.column), default(side)?)))
            .collect();
        if own || set.is_empty() {
            return String::new();
        }
        format!("    IF NOT newer AND NOT older THEN\n{set}      newer := true;\n    END IF;\n")
    }

    /// Of a row that waits for the backfill, new code may write some of several columns: the others get what the backfill
    /// would have given them, or they would be lost with the old column that is made of all.
    fn rest(&self, new: &[Side], was_given: &str) -> String {
        if new.len() < 2 {
            return String::new();
        }
        let mut text = format!("    IF newer AND NOT ({was_given}) THEN\n");
        for side in new {
            let value = self.assignments("NEW", std::slice::from_ref(side));
            if !value.is_empty() {
                let column = quote(&side.column);
                let _ =
                    write!(text, "      IF NEW.{column} IS NOT DISTINCT FROM NULL THEN\n    {value}      END IF;\n");
            }
        }
        text.push_str("    END IF;\n");
        text
    }

    /// Where both sides were written and the new one is what the old one makes, nothing is left to do: a backfill, or
    /// code that knows both.
    fn in_step_already(&self, new: &[Side]) -> String {
        let made: Vec<Side> = new.iter().filter(|side| side.value != Value::Left).cloned().collect();
        if made.is_empty() {
            return String::new();
        }
        let assignments = self.assignments("made", &made);
        let differs = any(&made, |column| different("made", "NEW", column));
        format!(
            "  IF newer AND older THEN\n    made := NEW;\n{assignments}    IF NOT ({differs}) THEN\n      RETURN NEW;\n    \
             END IF;\n  END IF;\n"
        )
    }

    fn filled(&self, column: &str, value: &Expression) -> String {
        let (column, value) = (quote(column), self.computed(value));
        format!(
            "BEGIN\n  IF NEW.{column} IS NOT DISTINCT FROM NULL THEN\n    NEW.{column} := {value};\n  END IF;\n  \
             RETURN NEW;\nEND\n"
        )
    }

    fn assignments(&self, row: &str, sides: &[Side]) -> String {
        let mut text = String::new();
        for side in sides {
            let value = match &side.value {
                Value::Copied(column) => format!("NEW.{}", quote(column)),
                Value::Computed(expression) => self.computed(expression),
                Value::Left => continue,
            };
            let _ = writeln!(text, "    {row}.{} := {value};", quote(&side.column));
        }
        text
    }

    /// The expression over a row of one: its columns' names mean the columns of the row in hand.
    fn computed(&self, expression: &Expression) -> String {
        let columns: Vec<String> = (columns_in(expression, self.table, self.schema).into_iter())
            .map(|column| format!("NEW.{0} AS {0}", quote(&column.name)))
            .collect();
        if columns.is_empty() {
            return format!("({expression})");
        }
        format!("(SELECT ({expression}) FROM (SELECT {}) AS {})", columns.join(", "), quote(&self.table.name.name))
    }
}

fn any(sides: &[Side], what: impl Fn(&str) -> String) -> String {
    sides.iter().map(|side| what(&quote(&side.column))).collect::<Vec<_>>().join(" OR ")
}

/// Whether the two images differ, NULL being equal to NULL.
fn different(one: &str, other: &str, column: &str) -> String {
    format!("ROW({one}.{column})::record OPERATOR(pg_catalog.*<>) ROW({other}.{column})::record")
}

#[cfg(test)]
mod tests {
    use whimbrel_schema::{Column, ColumnType, Engine, PartitionOf};

    use super::*;

    fn table(name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| Column::new(*name, ColumnType::new("text"));
        Table { columns: columns.iter().map(column).collect(), ..Table::new(name) }
    }

    fn renaming(table: &str) -> DualWrite {
        DualWrite { table: table.into(), kept: vec![Kept::renamed("subject", "title")] }
    }

    #[test]
    fn the_function_touches_the_row_in_hand_only() {
        let mut schema = Schema::new(Engine::Postgres);
        schema.insert_table(table("email", &["subject", "title"]));
        let keepers = keepers(&renaming("email"), &schema).unwrap();
        let definition = keepers.objects[0].as_routine().map(|routine| routine.definition.clone()).unwrap();
        insta::assert_snapshot!(definition, @r"
        CREATE OR REPLACE FUNCTION zz_whimbrel_email_subject_title()
         RETURNS trigger
         LANGUAGE plpgsql
         SET search_path TO 'pg_catalog', 'public', 'pg_temp'
        AS $function$
        #variable_conflict use_column
        DECLARE
          newer boolean;
          older boolean;
          made record;
        BEGIN
          IF TG_OP = 'INSERT' THEN
            newer := NEW.title IS DISTINCT FROM NULL;
            older := NEW.subject IS DISTINCT FROM NULL;
          ELSE
            newer := ROW(NEW.title)::record OPERATOR(pg_catalog.*<>) ROW(OLD.title)::record;
            older := ROW(NEW.subject)::record OPERATOR(pg_catalog.*<>) ROW(OLD.subject)::record;
            IF NOT newer AND NOT older THEN
              RETURN NEW;
            END IF;
            older := older OR NOT (OLD.title IS DISTINCT FROM NULL);
          END IF;
          IF newer AND older THEN
            made := NEW;
            made.title := NEW.subject;
            IF NOT (ROW(made.title)::record OPERATOR(pg_catalog.*<>) ROW(NEW.title)::record) THEN
              RETURN NEW;
            END IF;
          END IF;
          IF newer THEN
            NEW.subject := NEW.title;
          ELSE
            NEW.title := NEW.subject;
          END IF;
          RETURN NEW;
        END
        $function$
        ");
        insta::assert_snapshot!(keepers.triggers[0].1.definition, @"CREATE TRIGGER zz_whimbrel_email_subject_title BEFORE INSERT OR UPDATE ON email FOR EACH ROW EXECUTE FUNCTION zz_whimbrel_email_subject_title()");
    }

    #[test]
    fn children_of_an_inheriting_table_have_the_trigger_too() {
        let mut schema = Schema::new(Engine::Postgres);
        schema.insert_table(table("email", &["subject", "title"]));
        for (child, parent) in [("newsletter", "email"), ("weekly", "newsletter")] {
            let mut child = table(child, &["subject", "title"]);
            child.options.inherits.push(parent.into());
            schema.insert_table(child);
        }
        let keepers = keepers(&renaming("email"), &schema).unwrap();
        let tables: Vec<String> = keepers.triggers.iter().map(|(table, _)| table.to_string()).collect();
        assert_eq!(tables, ["email", "newsletter", "weekly"]);
    }

    #[test]
    fn a_column_that_decides_the_partition_is_refused() {
        let mut schema = Schema::new(Engine::Postgres);
        schema.insert_table(table("email", &["id", "subject", "title"]));
        let mut low = table("low", &["id", "subject", "title"]);
        low.options.partition_of =
            Some(PartitionOf { parent: "email".into(), bound: "FOR VALUES FROM (0) TO (10)".to_string() });
        low.options.partition_by = Some("LIST (subject)".to_string());
        schema.insert_table(low);
        let refused = keepers(&renaming("email"), &schema);
        assert!(matches!(refused, Err(DualWriteError::PartitionKey { column, .. }) if column == "subject"));
    }

    #[test]
    fn names_fit_and_differ() {
        let mut schema = Schema::new(Engine::Postgres);
        let long = "ü".repeat(31);
        schema.insert_table(table(&long, &["subject", "title", "first", "last"]));
        let kept = vec![Kept::renamed("subject", "title"), Kept::renamed("first", "last")];
        let keepers = keepers(&DualWrite { table: long.as_str().into(), kept }, &schema).unwrap();
        let names: Vec<&str> = keepers.triggers.iter().map(|(_, trigger)| trigger.name.as_str()).collect();
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME && name.starts_with("zz_whimbrel_")), "{names:?}");
        assert_ne!(names[0], names[1]);
    }
}
