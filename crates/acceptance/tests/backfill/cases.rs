use whimbrel_acceptance::project::On;
use whimbrel_acceptance::server;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engines {
    Both,
    Sqlite,
    Postgres,
}

impl Engines {
    pub fn list(self) -> Vec<On> {
        let there = !server::installed().is_empty() || !server::may_be_missing();
        let postgres = if there { vec![On::Postgres] } else { Vec::new() };
        match self {
            Engines::Both => [vec![On::Sqlite], postgres].concat(),
            Engines::Sqlite => vec![On::Sqlite],
            Engines::Postgres => postgres,
        }
    }
}

pub struct Case {
    pub name: &'static str,
    pub on: Engines,
    pub before: &'static str,
    pub update: &'static str,
    pub read: &'static str,
    pub proof: &'static str,
}

/// Forty numbers on either engine.
macro_rules! numbers {
    () => {
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 40) SELECT "
    };
}

macro_rules! case {
    ($name:literal, $on:ident, $before:expr, $update:literal, $read:literal, $proof:literal) => {
        Case { name: $name, on: Engines::$on, before: $before, update: $update, read: $read, proof: $proof }
    };
}

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case!("an integer key", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer); INSERT INTO t ", numbers!(), "n, n % 5, NULL FROM c;"),
        "UPDATE t SET b = a * 2", "SELECT * FROM t", "values"),
    case!("negative keys with gaps", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer); INSERT INTO t ", numbers!(), "(n - 20) * 1000, n FROM c;"),
        "UPDATE t SET a = -1 WHERE a > 5", "SELECT * FROM t", "values"),
    case!("a text key", Both,
        concat!("CREATE TABLE t (id text NOT NULL PRIMARY KEY, a integer); INSERT INTO t ", numbers!(), "'k''é\\' || n || '\"', n FROM c;"),
        "UPDATE t SET a = 0", "SELECT * FROM t", "values"),
    case!("a composite key of two types", Both,
        concat!("CREATE TABLE t (a integer NOT NULL, b text NOT NULL, c integer, PRIMARY KEY (a, b)); INSERT INTO t ", numbers!(), "n % 4, 'x' || n, n FROM c;"),
        "UPDATE t SET c = NULL WHERE c IS NOT NULL", "SELECT * FROM t", "values"),
    case!("NULLs that are no keys", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a text, b text); INSERT INTO t ", numbers!(), "n, CASE WHEN n % 3 = 0 THEN NULL ELSE 'A' || n END, NULL FROM c;"),
        "UPDATE t SET b = lower(a) WHERE b IS NULL", "SELECT * FROM t", "values"),
    case!("odd names, quoted, with an alias", Both,
        concat!("CREATE TABLE \"Odd \"\"Table\" (\"the id\" integer PRIMARY KEY, \"set\" integer, \"WHERE\" integer); INSERT INTO \"Odd \"\"Table\" ", numbers!(), "n, n, NULL FROM c;"),
        "UPDATE \"Odd \"\"Table\" AS \"o o\" SET \"WHERE\" = \"o o\".\"set\" -- all\n WHERE \"o o\".\"WHERE\" IS DISTINCT FROM \"o o\".\"set\" /* yes */", "SELECT * FROM \"Odd \"\"Table\"", "values"),
    case!("several columns, one after the other and at once", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, b text, c integer, d integer); INSERT INTO t (id, a) ", numbers!(), "n, n FROM c;"),
        "UPDATE t SET b = 'x' || (a + 1), (c, d) = (SELECT t.a, 7)", "SELECT * FROM t", "once"),
    case!("what is made of itself is made once", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, n integer); INSERT INTO t ", numbers!(), "n, n FROM c;"),
        "UPDATE t SET n = n + 1 WHERE n < 30", "SELECT * FROM t", "once"),
    case!("two columns change places", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer); INSERT INTO t ", numbers!(), "n, n, -n FROM c;"),
        "UPDATE t SET a = b, b = a", "SELECT * FROM t", "once"),
    case!("from another table", Both,
        concat!("CREATE TABLE s (k integer PRIMARY KEY, title text); CREATE TABLE t (id integer PRIMARY KEY, title text); INSERT INTO s ", numbers!(), "n, 'title ' || n FROM c; INSERT INTO t ", numbers!(), "n, NULL FROM c WHERE n % 7 <> 0;"),
        "UPDATE t SET title = s.title FROM s WHERE s.k = t.id", "SELECT * FROM t", "values"),
    case!("by a subquery that has the column too", Both,
        concat!("CREATE TABLE s (k integer PRIMARY KEY, title text); CREATE TABLE t (id integer PRIMARY KEY, title text); INSERT INTO s ", numbers!(), "n, 'title ' || n FROM c; INSERT INTO t ", numbers!(), "n, NULL FROM c;"),
        "UPDATE t SET title = (SELECT title FROM s WHERE s.k = t.id) WHERE title IS NULL", "SELECT * FROM t", "values"),
    case!("a random value, while there is none", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, r integer, seen integer); INSERT INTO t ", numbers!(), "n, NULL, 0 FROM c;"),
        "UPDATE t SET r = CAST(random() AS integer) WHERE r IS NULL", "SELECT id, r IS NULL FROM t", "condition"),
    case!("the default", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, b text); INSERT INTO t ", numbers!(), "n, n, 'x' FROM c;"),
        "UPDATE t SET a = a % 3 WHERE a > 2", "SELECT * FROM t", "once"),
    case!("a column that is computed from the one that changes", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, g integer GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO t (id, a) ", numbers!(), "n, NULL FROM c;"),
        "UPDATE t SET a = id + 1 WHERE g IS NULL", "SELECT * FROM t", "values"),
    case!("a computed column that is read", Both,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer, g integer GENERATED ALWAYS AS (a * 2) STORED, b integer); INSERT INTO t (id, a) ", numbers!(), "n, n FROM c;"),
        "UPDATE t SET b = g + 1", "SELECT * FROM t", "values"),
    case!("another key than the one that changes", Postgres,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, k text NOT NULL UNIQUE, a integer); INSERT INTO t ", numbers!(), "n, 'k' || n, n FROM c;"),
        "UPDATE t SET id = a + 1000", "SELECT * FROM t", "values"),
    case!("a unique index", Postgres,
        concat!("CREATE TABLE t (k text NOT NULL, a integer); CREATE UNIQUE INDEX t_k ON t (k); INSERT INTO t ", numbers!(), "'k' || n, n FROM c;"),
        "UPDATE t SET a = 5", "SELECT * FROM t", "values"),
    case!("uuid", Postgres,
        concat!("CREATE TABLE t (id uuid PRIMARY KEY, a integer); INSERT INTO t ", numbers!(), "md5(n::text)::uuid, n FROM c;"),
        "UPDATE t SET a = 5", "SELECT * FROM t", "values"),
    case!("moments, numbers, bytes and an enum together", Postgres,
        concat!("CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TABLE t (m mood, at timestamptz, d date, f double precision, n numeric, x bytea, a json, PRIMARY KEY (m, at, d, f, n, x)); INSERT INTO t ", numbers!(), "CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END::mood, '2026-01-01'::timestamptz + n * interval '1.5 s', CASE n WHEN 7 THEN 'infinity' ELSE '2026-01-01' END::date, CASE n WHEN 9 THEN 'NaN' ELSE n / 3.0 END, n / 7.0, decode(md5(n::text), 'hex'), '{}' FROM c;"),
        "UPDATE t SET a = json_build_object('n', n)", "SELECT m, at, d, f, n, x, a::text FROM t", "values"),
    case!("a schema, ONLY, and a type that rounds", Postgres,
        concat!("CREATE SCHEMA shop; CREATE TABLE shop.item (id bigint PRIMARY KEY, price numeric, cents numeric(10, 2)); INSERT INTO shop.item ", numbers!(), "n, n / 3.0, 0 FROM c;"),
        "UPDATE ONLY shop.item SET cents = price / 7", "SELECT * FROM shop.item", "values"),
    case!("no key at all", Postgres,
        "CREATE TABLE t (a integer, b text); INSERT INTO t SELECT n % 10, repeat('x', 2000) || n FROM generate_series(1, 200) AS n;",
        "UPDATE t SET a = length(b) WHERE a <> length(b)", "SELECT * FROM t", "values"),
    case!("partitions", Postgres,
        concat!("CREATE TABLE t (id integer, p integer, a integer, PRIMARY KEY (id, p)) PARTITION BY LIST (p); CREATE TABLE t0 PARTITION OF t FOR VALUES IN (0); CREATE TABLE t1 PARTITION OF t DEFAULT; INSERT INTO t ", numbers!(), "n, n % 2, n FROM c;"),
        "UPDATE t SET a = -id", "SELECT * FROM t", "values"),
    case!("partitions of partitions, without a key", Postgres,
        "CREATE TABLE t (id integer, p integer, a integer, b text) PARTITION BY LIST (p); CREATE TABLE t0 PARTITION OF t FOR VALUES IN (0); CREATE TABLE empty PARTITION OF t FOR VALUES IN (7); CREATE TABLE \"T 1\" PARTITION OF t FOR VALUES IN (1) PARTITION BY RANGE (id); CREATE TABLE t1_low PARTITION OF \"T 1\" FOR VALUES FROM (0) TO (100); CREATE TABLE \"t1 High\" PARTITION OF \"T 1\" DEFAULT; INSERT INTO t SELECT n, n % 2, n, repeat('x', 2000) FROM generate_series(1, 200) AS n;",
        "UPDATE t SET a = -t.id WHERE a <> -id", "SELECT * FROM t", "values"),
    case!("an array, an enum and a domain", Postgres,
        concat!("CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN short AS varchar(5); CREATE TABLE t (id integer PRIMARY KEY, a integer[], m mood, s short, p point); INSERT INTO t (id) ", numbers!(), "n FROM c;"),
        "UPDATE t SET a = ARRAY[id, 2], m = 'high', s = left('abcdefgh', 5), p = '(1,2)'", "SELECT id, a, m, s, p::text FROM t", "values"),
    case!("one element of an array", Postgres,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a integer[]); INSERT INTO t ", numbers!(), "n, ARRAY[n, n] FROM c;"),
        "UPDATE t SET a[1] = 0", "SELECT * FROM t", "once"),
    case!("without rowid", Sqlite,
        concat!("CREATE TABLE t (k text NOT NULL COLLATE NOCASE, n real, a integer, PRIMARY KEY (k, n)) WITHOUT ROWID; INSERT INTO t ", numbers!(), "CASE n % 2 WHEN 0 THEN 'Ab' ELSE 'aC' END, n / 3.0, n FROM c;"),
        "UPDATE t SET a = 0", "SELECT * FROM t", "values"),
    case!("keys of every kind in one column", Sqlite,
        concat!("CREATE TABLE t (k, a integer, PRIMARY KEY (k)) WITHOUT ROWID; INSERT INTO t ", numbers!(), "CASE n % 4 WHEN 0 THEN n WHEN 1 THEN 'k' || n WHEN 2 THEN CAST('b' || n AS blob) ELSE n / 7.0 END, n FROM c;"),
        "UPDATE t SET a = 0", "SELECT quote(k), a FROM t", "values"),
    case!("no key, and a column that is called rowid", Sqlite,
        concat!("CREATE TABLE t (rowid text, a integer); INSERT INTO t ", numbers!(), "'x', n FROM c;"),
        "UPDATE t SET a = 0", "SELECT * FROM t", "values"),
    case!("a text that only differs in case", Sqlite,
        concat!("CREATE TABLE t (id integer PRIMARY KEY, a text COLLATE NOCASE, b text); INSERT INTO t ", numbers!(), "n, 'ABC', 'abc' FROM c;"),
        "UPDATE t SET a = b", "SELECT * FROM t", "values"),
];
