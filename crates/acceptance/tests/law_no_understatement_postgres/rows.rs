//! Rows for any table, so that what scans or rewrites it shows.

use anyhow::Result;
use whimbrel_run::Driver;

const COUNT: usize = 40;

/// Fills every empty table as far as its constraints let plain values in; foreign keys are looked at, and referenced
/// tables come first by trying again.
pub fn fill(driver: &mut dyn Driver) -> Result<()> {
    for _ in 0..3 {
        let tables = driver.query(TABLES, &[])?;
        for row in tables {
            let [Some(table), columns, Some(values)] = row.as_slice() else { continue };
            let columns = columns.as_deref().unwrap_or_default();
            let insert = format!("INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {COUNT}) g");
            driver.begin()?;
            match driver.execute(&insert) {
                Ok(_) => driver.commit()?,
                Err(_) => driver.rollback()?,
            }
        }
    }
    Ok(())
}

/// Each empty table that holds rows, its columns, and a value of the right type for each, from the number `g`.
const TABLES: &str = r#"
SELECT c.oid::regclass::text,
       string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
       string_agg(CASE
           WHEN t.typtype = 'e' THEN (SELECT quote_literal(min(enumlabel)) FROM pg_enum WHERE enumtypid = t.oid)
                                     || '::' || format_type(a.atttypid, a.atttypmod)
           WHEN t.typcategory = 'N' THEN 'g::' || format_type(a.atttypid, -1)
           WHEN t.typcategory = 'S' THEN 'left(g::text, 2)'
           WHEN t.typcategory = 'B' THEN 'g % 2 = 0'
           WHEN t.typcategory = 'D' AND t.typname LIKE '%time%' AND t.typname NOT LIKE 'timestamp%'
               THEN 'time ''10:00'' + g * interval ''1 minute'''
           WHEN t.typcategory = 'D' THEN 'timestamp ''2020-01-01'' + g * interval ''1 day'''
           WHEN t.typcategory = 'T' THEN 'g * interval ''1 minute'''
           WHEN t.typcategory = 'A' THEN '''{}'''
           WHEN t.typname = 'uuid' THEN 'md5(g::text)::uuid'
           WHEN t.typname IN ('json', 'jsonb') THEN '''{}''::' || t.typname
           WHEN t.typname = 'bytea' THEN '''x''::bytea'
           ELSE 'NULL' END, ', ' ORDER BY a.attnum)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND a.attidentity <> 'a'
JOIN pg_type d ON d.oid = a.atttypid
JOIN pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN d.typbasetype ELSE d.oid END
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND pg_relation_size(c.oid) = 0
GROUP BY c.oid
ORDER BY c.oid
"#;
