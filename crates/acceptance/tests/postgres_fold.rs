//! PostgreSQL's text, held against itself and against a real server: every statement under `cases/postgres` is read,
//! taken, rendered and read again; and what its script folds to is what a server on which it ran has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use whimbrel_acceptance::difference::differences;
use whimbrel_acceptance::server;
use whimbrel_engines::connect;
use whimbrel_engines::postgres::POSTGRES;
use whimbrel_engines::url::parse;
use whimbrel_plan::fold::{Folding, apply};
use whimbrel_plan::{Dialect, RenderError, Step, Understanding};
use whimbrel_schema::{
    Column, ColumnType, Engine, Expression, Generation, Identity, Index, IndexKey, ObjectName, Pair, Schema,
    SequenceOptions, Table,
};

struct Case {
    name: String,
    script: String,
}

impl Case {
    fn statements(&self) -> Vec<&str> {
        POSTGRES.split(&self.script).into_iter().map(|range| &self.script[range]).collect()
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/postgres");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("-- case: ").skip(1) {
            let (name, script) = part.split_once('\n').unwrap();
            let name = format!("{}: {name}", file.file_stem().unwrap().to_string_lossy());
            cases.push(Case { name, script: script.to_string() });
        }
    }
    assert!(cases.len() > 20, "the cases are not where they were");
    cases
}

fn steps(statement: &str) -> Vec<Step> {
    match POSTGRES.understand(statement) {
        Understanding::Known { steps, .. } => steps,
        Understanding::Unknown { reason, at, .. } => panic!("{statement}\nis not understood: {reason} at {at}"),
    }
}

fn different(schemas: Pair<&Schema>) -> Vec<String> {
    differences(schemas, &POSTGRES)
}

fn take(schema: &mut Schema, step: &Step, statement: &str) {
    apply(schema, step, &POSTGRES).unwrap_or_else(|error| panic!("{statement}\n{error}"));
}

#[test]
fn what_is_rendered_is_read_as_it_was_meant() {
    let mut read = 0;
    let mut failures = Vec::new();
    for case in cases() {
        let mut schema = Schema::new(Engine::Postgres);
        for statement in case.statements() {
            for step in steps(statement) {
                let rendered = match POSTGRES.render(&step, &schema) {
                    Ok(rendered) => rendered,
                    Err(RenderError::Unsupported { .. }) if matches!(step, Step::ChangeData { .. }) => continue,
                    Err(error) => panic!("{}: {statement}\n{step:?}\n{error}", case.name),
                };
                let mut again = schema.clone();
                for sql in &rendered {
                    for step in steps(sql) {
                        take(&mut again, &step, sql);
                    }
                }
                take(&mut schema, &step, statement);
                let found = different(Pair::new(&schema, &again));
                if !found.is_empty() {
                    let case = &case.name;
                    failures.push(format!("{case}: {statement}\n=> {}\n{}", rendered.join(";\n"), found.join("\n")));
                }
            }
            read += 1;
        }
    }
    assert!(failures.is_empty(), "{} of {read}:\n{}", failures.len(), failures.join("\n\n"));
    assert!(read >= 200, "only {read} statements were read");
}

/// Every table of a case, made at once from its value: what autogenerate writes for a new table.
#[test]
fn a_schema_is_rendered_whole() {
    let mut rendered = 0;
    for case in cases() {
        let mut schema = Schema::new(Engine::Postgres);
        for statement in case.statements() {
            for step in steps(statement) {
                take(&mut schema, &step, statement);
            }
        }
        for table in schema.tables.values() {
            let mut without = schema.clone();
            without.tables.remove(&table.name);
            let mut bare = table.clone();
            bare.indexes.clear();
            bare.triggers.clear();
            let step = Step::CreateTable { table: Box::new(bare), if_not_exists: false };
            let mut direct = without.clone();
            take(&mut direct, &step, &case.name);
            for sql in POSTGRES.render(&step, &without).unwrap() {
                for step in steps(&sql) {
                    take(&mut without, &step, &sql);
                }
            }
            let found = different(Pair::new(&direct, &without));
            assert!(found.is_empty(), "{}: {}\n{}", case.name, table.name, found.join("\n"));
            rendered += 1;
        }
    }
    assert!(rendered > 30, "only {rendered} tables were rendered");
}

/// What folding says the script makes is what the server says it made.
#[test]
fn a_folded_script_is_an_introspected_one() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let server = server::shared(None).unwrap();
    let mut compared = 0;
    let mut failures = Vec::new();
    for case in cases() {
        let mut folded = Schema::new(Engine::Postgres);
        let mut driver = connect(&parse(&server.fresh_database().unwrap()).unwrap()).unwrap();
        for statement in case.statements() {
            let ran = driver.execute(statement);
            ran.unwrap_or_else(|error| panic!("{}: {statement}\n{error}", case.name));
            for step in steps(statement) {
                take(&mut folded, &step, statement);
            }
        }
        folded.sort();
        let live = driver.introspect().unwrap();
        // Only expressions may still differ, and the server has the last word about those.
        let everything: Vec<_> =
            folded.tables.keys().chain(folded.objects.keys().map(|id| &id.name)).cloned().collect();
        let folded = driver.normalize(&folded, &everything).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let found = different(Pair::new(&folded, &live));
        if !found.is_empty() {
            failures.push(format!("{}:\n    {}", case.name, found.join("\n    ")));
        }
        compared += 1;
    }
    assert!(failures.is_empty(), "{} of {compared}:\n{}", failures.len(), failures.join("\n\n"));
}

/// Words of the language are columns' names too, wherever the server takes them for one: `CREATE INDEX ON t (timestamp)`.
#[test]
fn words_of_the_language_are_names_where_the_server_takes_them() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let mut driver = connect(&parse(&server::shared(None).unwrap().fresh_database().unwrap()).unwrap()).unwrap();
    let words =
        driver.query("SELECT word FROM pg_get_keywords() WHERE catcode IN ('U', 'C') ORDER BY word", &[]).unwrap();
    let words: Vec<String> = words.into_iter().flatten().flatten().collect();
    let mut folded = Folding::new(Schema::new(Engine::Postgres));
    let (mut taken, mut unread) = (0, Vec::new());
    for word in &words {
        let table = format!("t_{word}");
        let statements = [
            format!("CREATE TABLE {word} ({word} integer PRIMARY KEY, other integer)"),
            format!(
                "CREATE TABLE {table} ({word} integer DEFAULT 1, id integer, gone integer, UNIQUE ({word}, id), \
                 FOREIGN KEY ({word}) REFERENCES public.{word} ({word}))"
            ),
            format!("CREATE INDEX i_{word} ON {table} ({word}, id) INCLUDE ({word})"),
            format!("CREATE INDEX d_{word} ON {table} ({word} DESC NULLS LAST)"),
            format!("CREATE INDEX e_{word} ON {table} (({word} + 1)) WHERE {word} > 1"),
            format!("ALTER TABLE {table} ADD CONSTRAINT c CHECK ({word} > 0)"),
            format!("ALTER TABLE {table} ADD COLUMN more bigint GENERATED ALWAYS AS ({word} * 2) STORED"),
            format!("ALTER TABLE {table} ADD CONSTRAINT x_{word} EXCLUDE USING btree ({word} WITH =)"),
            format!("ALTER TABLE {table} ALTER COLUMN {word} SET NOT NULL"),
            format!("ALTER TABLE {table} RENAME COLUMN id TO renamed_{word}"),
            format!("COMMENT ON COLUMN {table}.{word} IS 'said'"),
            format!("CREATE INDEX ON {table} ({word})"),
            format!("ALTER TABLE {table} RENAME COLUMN gone TO \"{word} gone\""),
            format!("ALTER TABLE {table} DROP COLUMN \"{word} gone\""),
        ];
        for statement in &statements {
            let Understanding::Known { steps, .. } = POSTGRES.understand(statement) else {
                if driver.execute(statement).is_ok() {
                    driver.execute(&format!("DROP TABLE IF EXISTS {table}, public.\"{word}\"")).unwrap();
                    for name in [ObjectName::new(table.as_str()), ObjectName::new(word.as_str())] {
                        let drop = Step::DropTable { table: name, if_exists: true, cascade: true };
                        folded.apply(&drop, &POSTGRES).unwrap();
                    }
                    unread.push(statement.clone());
                    break;
                }
                continue;
            };
            if driver.execute(statement).is_ok() {
                taken += 1;
                steps.iter().for_each(|step| {
                    folded.apply(step, &POSTGRES).unwrap_or_else(|error| panic!("{statement}\n{error}"));
                });
            }
        }
    }
    let mut folded = folded.into_schema();
    folded.sort();
    let live = driver.introspect().unwrap();
    let everything: Vec<ObjectName> = folded.tables.keys().cloned().collect();
    let folded = driver.normalize(&folded, &everything).unwrap();
    let found = different(Pair::new(&folded, &live));
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!("{} words, {taken} statements, not read: {unread:#?}", words.len());
    assert!(words.len() > 300 && taken > 10 * words.len(), "{} words, {taken} statements", words.len());
    // Where the grammar waits for another meaning: unknown, and nothing worse.
    let known = ["CREATE TABLE exclude", "btree (time WITH", "btree (timestamp WITH", "((values + 1))"];
    let unknown: Vec<&String> =
        unread.iter().filter(|statement| !known.iter().any(|part| statement.contains(part))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Every way from one maker of values to another, run on the server with rows in the table.
#[test]
fn makers_of_values_are_changed_on_a_server() {
    if server::installed().is_empty() && server::may_be_missing() {
        return;
    }
    let identity = |always, start| {
        let options = SequenceOptions { start, ..SequenceOptions::ascending(i64::from(i32::MAX)) };
        Some(Generation::Identity(Identity { always, options }))
    };
    let makers = [
        None,
        Some(Generation::Serial { sequence: "t_c_seq".into() }),
        identity(true, 1),
        identity(false, 5),
        Some(Generation::Stored("a + 1".into())),
        Some(Generation::Stored("a * 2".into())),
    ];
    let url = parse(&server::shared(None).unwrap().fresh_database().unwrap()).unwrap();
    let mut driver = connect(&url).unwrap();
    let mut changed = 0;
    for from in &makers {
        for to in &makers {
            let mut table = Table::new("t");
            table.columns.push(Column::new("a", ColumnType::new("integer")));
            let column =
                Column { generation: from.clone(), nullable: false, ..Column::new("c", ColumnType::new("integer")) };
            table.columns.push(column);
            let mut folded = Schema::new(Engine::Postgres);
            let create = Step::CreateTable { table: Box::new(table), if_not_exists: false };
            let index = Index::new("t_c", vec![IndexKey::column("c")]);
            let index = Step::CreateIndex {
                table: "t".into(),
                index: Box::new(index),
                concurrently: false,
                if_not_exists: false,
            };
            let set = Step::SetGeneration { table: "t".into(), column: "c".to_string(), to: to.clone() };
            driver.execute("DROP TABLE IF EXISTS t").unwrap();
            for step in [&create, &index, &set] {
                let rendered = match POSTGRES.render(step, &folded) {
                    Ok(rendered) => rendered,
                    // What is computed cannot count at once.
                    Err(RenderError::Unsupported { .. }) if matches!(from, Some(Generation::Stored(_))) => continue,
                    Err(error) => panic!("{from:?} to {to:?}: {error}"),
                };
                for sql in rendered {
                    driver.execute(&sql).unwrap_or_else(|error| panic!("{from:?} to {to:?}: {sql}\n{error}"));
                }
                take(&mut folded, step, "a change of makers");
                if matches!(step, Step::CreateIndex { .. }) {
                    let values = if matches!(from, None | Some(Generation::Identity(_))) {
                        ("(a, c)", "(1, 7)")
                    } else {
                        ("(a)", "(1)")
                    };
                    let insert = format!("INSERT INTO t {} OVERRIDING SYSTEM VALUE VALUES {}", values.0, values.1);
                    driver.execute(&insert).unwrap();
                }
            }
            folded.sort();
            let live = driver.introspect().unwrap();
            let folded = driver.normalize(&folded, &["t".into()]).unwrap();
            let found = different(Pair::new(&folded, &live));
            assert!(found.is_empty(), "{from:?} to {to:?}:\n{}", found.join("\n"));
            let counts = matches!(to, Some(Generation::Serial { .. } | Generation::Identity(_)));
            if counts && !matches!(from, Some(Generation::Stored(_))) {
                driver.execute("INSERT INTO t (a) VALUES (2)").unwrap();
                let rows = driver.query("SELECT count(DISTINCT c)::text FROM t", &[]).unwrap();
                assert_eq!(rows[0][0].as_deref(), Some("2"), "{from:?} to {to:?}: a number came twice");
            }
            changed += 1;
        }
    }
    assert_eq!(changed, makers.len() * makers.len());
}

proptest! {
    /// Broken statements are refused, never a panic.
    #[test]
    fn mutilated_statements_are_read_or_refused(case in 0..1000_usize, cuts in prop::collection::vec((0..400_usize, 0..6_usize), 1..6)) {
        let cases = cases();
        let statements: Vec<&str> = cases.iter().flat_map(Case::statements).collect();
        let mut words: Vec<&str> = statements[case % statements.len()].split_inclusive(|c: char| !c.is_alphanumeric()).collect();
        for (at, kind) in cuts {
            let at = at % words.len();
            match kind {
                0 => drop(words.remove(at)),
                1 => words.insert(at, words[at]),
                2 => words.insert(at, "("),
                3 => words.insert(at, " CONSTRAINT "),
                4 => words.truncate(at.max(1)),
                _ => words.insert(at, "'"),
            }
            if words.is_empty() {
                break;
            }
        }
        let text = words.concat();
        for range in POSTGRES.split(&text) {
            if let Understanding::Known { steps, .. } = POSTGRES.understand(&text[range]) {
                let mut schema = Schema::new(Engine::Postgres);
                for step in steps {
                    let _ = POSTGRES.render(&step, &schema);
                    let _ = apply(&mut schema, &step, &POSTGRES);
                }
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = POSTGRES.understand(&text);
        let _ = POSTGRES.read_type(&text);
        let expression = Expression::new(text);
        prop_assert!(POSTGRES.same_expression(Pair::new(&expression, &expression.clone())));
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for (open, close) in [("(", ")"), ("NOT ", ""), ("- ", ""), ("CASE WHEN ", " THEN 1 END"), ("ARRAY[", "]")] {
        let text = format!("SELECT {}1{}", open.repeat(50_000), close.repeat(50_000));
        assert!(matches!(POSTGRES.understand(&text), Understanding::Unknown { .. }), "{open}");
        let expression = Expression::new(text);
        POSTGRES.same_expression(Pair::new(&expression, &Expression::new("1")));
    }
}
