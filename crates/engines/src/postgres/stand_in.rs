//! A view that stands in for a table under its old name.
//!
//! The server writes through it by itself: `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `RETURNING`, `ON CONFLICT (columns)` and
//! the table's defaults work as on the table. Rights do not come with it: a view has those of whoever makes it, so that
//! they are granted anew, in the same transaction.

use whimbrel_plan::StandIn;
use whimbrel_plan::autogenerate::DraftStatement;
use whimbrel_schema::{Expression, ObjectName, RowSecurity, Table, View};

use super::quote::{literal, quote};
use super::render;

pub(super) fn stand_in(table: &Table, name: &ObjectName, columns: &[(String, String)]) -> StandIn {
    let column = |(now, before): &(String, String)| match now == before {
        true => quote(now),
        false => format!("{} AS {}", quote(now), quote(before)),
    };
    let listed: Vec<String> = columns.iter().map(column).collect();
    let query = format!("SELECT {} FROM {}", listed.join(", "), render::name(&table.name));
    let rights = DraftStatement {
        sql: rights(&table.name, name, columns),
        transactional: true,
        note: None,
        questions: Vec::new(),
    };
    let mut view = View::new(name.clone(), Expression::new(query));
    let mut note = format!(
        "code that knows `{name}` reads and writes `{}` through this view; TRUNCATE, COPY … FROM, ON CONFLICT ON \
         CONSTRAINT\nand system columns such as ctid are for tables only",
        table.name
    );
    // Through a view of the owner's everybody would see every row.
    if table.options.row_security != RowSecurity::Off {
        view.options.insert("security_invoker".to_string(), "true".to_string());
        note.push_str(
            "\nPolicies hold for whoever asks, by `security_invoker`: PostgreSQL 15 or newer; before that, --plain",
        );
    }
    StandIn { view, follows: vec![rights], note: Some(note) }
}

const BEGINS: &str = "DO $rights$
DECLARE
  source regclass := ";
const TARGET: &str = ";
  target regclass := ";
const RENAMED: &str = ";
  renamed jsonb := ";
const ENDS: &str = ";
  given record;
BEGIN
  FOR given IN
    SELECT a.privilege_type, a.is_grantable, a.grantee, NULL::name AS column_name
      FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = source
    UNION ALL
    SELECT a.privilege_type, a.is_grantable, a.grantee, coalesce(renamed ->> t.attname, t.attname)
      FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a WHERE t.attrelid = source AND NOT t.attisdropped
  LOOP
    CONTINUE WHEN given.column_name IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_attribute t WHERE t.attrelid = target AND t.attname = given.column_name);
    EXECUTE pg_catalog.format('GRANT %s%s ON %s TO %s%s', given.privilege_type,
      CASE WHEN given.column_name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', given.column_name) END, target,
      CASE WHEN given.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(given.grantee)) END,
      CASE WHEN given.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
  IF EXISTS (SELECT FROM pg_catalog.pg_class s, pg_catalog.pg_class t
    WHERE s.oid = source AND t.oid = target AND s.relowner <> t.relowner) THEN
    EXECUTE pg_catalog.format('ALTER VIEW %s OWNER TO %I', target,
      (SELECT pg_catalog.pg_get_userbyid(relowner) FROM pg_catalog.pg_class WHERE oid = source));
  END IF;
END $rights$";

/// Whoever may do something with the table may do it with the view.
pub(super) fn rights(table: &ObjectName, view: &ObjectName, columns: &[(String, String)]) -> String {
    let json = |name: &String| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let renamed = columns.iter().filter(|(now, before)| now != before);
    let renamed: Vec<String> = renamed.map(|(now, before)| format!("{}: {}", json(now), json(before))).collect();
    let renamed = format!("{{{}}}", renamed.join(", "));
    let name = |name: &ObjectName| literal(&render::name(name));
    format!("{BEGINS}{}{TARGET}{}{RENAMED}{}{ENDS}", name(table), name(view), literal(&renamed))
}

/// Whether the text is one that [`rights`] writes, to the last letter: no other DO block is understood.
pub(super) fn is_rights(statement: &str) -> bool {
    let texts = || {
        let inner = statement.trim().strip_prefix(BEGINS)?.strip_suffix(ENDS)?;
        let (table, rest) = inner.split_once(TARGET)?;
        let (view, renamed) = rest.split_once(RENAMED)?;
        Some([table, view, renamed])
    };
    let is_literal = |text: &str| {
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        inner.is_some_and(|inner| !inner.replace("''", "").contains(['\'', '$']))
    };
    texts().is_some_and(|texts| texts.into_iter().all(is_literal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_block_is_understood() {
        let own = rights(&ObjectName::within("s", "Tab'le"), &"t".into(), &[("a".to_string(), "b".to_string())]);
        assert!(is_rights(&own), "{own}");
        assert!(!is_rights(&own.replace("GRANT %s", "REVOKE %s")));
        assert!(!is_rights(&own.replace("'t'", "'t'; x text := 'y'")));
        assert!(!is_rights("DO $$ BEGIN END $$"));
    }
}
