-- One of everything that has contents: rows of every type, and whatever else a copy must not lose.
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', '', 'happy');
CREATE TYPE point3 AS (x int, y text, z float8);
CREATE DOMAIN positive AS numeric CHECK (VALUE > 0);
CREATE DOMAIN smaller AS positive CHECK (VALUE < 1000000);
CREATE DOMAIN letters AS text;
CREATE DOMAIN flag AS "char";

CREATE TABLE types (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    a_bool bool, a_int2 int2, a_int4 int4, a_int8 int8, a_oid oid, a_xid xid,
    a_float4 float4, a_float8 float8, a_numeric numeric, a_scaled numeric(12, 3), a_money money,
    a_text text, a_varchar varchar(20), a_char char(6), a_bpchar bpchar, a_byte "char", a_name name,
    a_bytea bytea, a_json json, a_jsonb jsonb, a_xml xml, a_uuid uuid,
    a_date date, a_time time, a_timetz timetz, a_timestamp timestamp, a_timestamptz timestamptz, an_interval interval,
    an_inet inet, a_cidr cidr, a_mac macaddr, a_mac8 macaddr8, a_bit bit(3), a_varbit varbit,
    a_point point, a_line line, a_box box, a_path path, a_polygon polygon, a_circle circle,
    a_vector tsvector, a_query tsquery, an_array int[], a_texts text[], a_range int4range, a_timerange tstzrange,
    an_lsn pg_lsn, a_path_query jsonpath, a_class regclass, a_type regtype, a_tid tid,
    a_mood mood, a_composite point3, composites point3[], a_domain smaller, some_letters letters, a_flag flag,
    moods mood[], an_hstore hstore, a_citext citext, an_ltree ltree,
    doubled text GENERATED ALWAYS AS (a_text || a_text) STORED
);
ALTER TABLE types DROP COLUMN a_tid;
INSERT INTO types (a_text) VALUES (NULL), (''), ('it''s a "text" with | and \ and , and (brackets) {braces}'), (E'line\nend\ttab\rreturn'),
    ('snowman ☃ 𝄞'), (repeat('long ', 20000));
INSERT INTO types (a_bool, a_int2, a_int4, a_int8, a_oid, a_xid, a_float4, a_float8, a_numeric, a_scaled, a_money,
    a_text, a_varchar, a_char, a_bpchar, a_byte, a_name, a_bytea, a_json, a_jsonb, a_xml, a_uuid,
    a_date, a_time, a_timetz, a_timestamp, a_timestamptz, an_interval,
    an_inet, a_cidr, a_mac, a_mac8, a_bit, a_varbit, a_point, a_line, a_box, a_path, a_polygon, a_circle,
    a_vector, a_query, an_array, a_texts, a_range, a_timerange, an_lsn, a_path_query, a_class, a_type,
    a_mood, a_composite, composites, a_domain, some_letters, a_flag, moods, an_hstore, a_citext, an_ltree)
VALUES (true, -32768, 2147483647, -9223372036854775808, 4294967295, '4294967295', '-0', '-0', 1.50, 1.5, 12345.67,
    'NULL', '\N', 'ab', 'trailing   ', 'q', 'a name', '\x00ff5c0a', '{"b":  1.0, "a": [1,2 ]}', '{"b": 1.0, "a": [1, 2]}',
    '<a b="1">text &amp; more</a>', 'c0ffee00-0000-4000-8000-000000000001',
    '4713-01-01 BC', '24:00:00', '12:00:00.123456+05:30', '294276-12-31 23:59:59.999999', '2026-10-25 02:30:00.000001+02',
    '1 year -2 months 3 days -04:05:06.789',
    '192.168.1.5/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '',
    '(1.5,-0)', '{1,-1,0}', '(1,1),(0,0)', '((0,0),(1,1))', '((0,0),(1,1),(2,0))', '<(1,2),0.1>',
    'a:1 fat:2,4A cat''s:3', 'fat & (rat | !cat)', '[-1:1]={1,NULL,3}', '{"a,b","c\"d",NULL,"NULL",""}', '[1,10)',
    '["2026-01-01 00:00+00",infinity]', 'FFFFFFFF/FFFFFFFF', '$.a[*] ? (@ > 1)', 'types', 'mood',
    'it''s "ok"', '(1,"a ""b"", (c)",-0)', ARRAY['(1,,NaN)', NULL]::point3[], 0.10, 'x', 'z',
    '{sad,"",NULL}', 'a=>1, "b c"=>NULL, d=>""', 'CaSe', 'Top.Science');
INSERT INTO types (a_float4, a_float8, a_numeric, a_date, a_timestamp, a_timestamptz, a_money, a_composite, an_array, a_range, a_json)
VALUES ('NaN', 'NaN', 'NaN', 'infinity', '-infinity', 'infinity', -0.01, ROW(NULL, NULL, NULL), '{}', 'empty', 'null'),
    ('Infinity', '-Infinity', 1e100, '-infinity', 'infinity', '0044-03-15 BC', 0, NULL, '{{1,2},{3,4}}', '(,)', '[]'),
    (1.1754944e-38, 4.9406564584124654e-324, -0.000000000000000000001, '2026-02-28', now(), now(), 1, NULL, NULL, NULL, '1.00');

CREATE TABLE twice (v text);
INSERT INTO twice SELECT 'same' FROM generate_series(1, 3);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE empty_table (id int);
CREATE UNLOGGED TABLE unlogged (id int);
INSERT INTO unlogged VALUES (1);

CREATE SCHEMA "Odd ""schema"" 'x' . % *";
CREATE TABLE "Odd ""schema"" 'x' . % *"."T|able $1 ""q"" 'x' ? *" ("Col ""umn"" | x" int, "select" text);
INSERT INTO "Odd ""schema"" 'x' . % *"."T|able $1 ""q"" 'x' ? *" VALUES (1, 'a'), (NULL, '');
CREATE SEQUENCE "Odd ""schema"" 'x' . % *"."seq uence, 'x'" START 7;

CREATE TABLE parent (id serial PRIMARY KEY, v text);
CREATE TABLE child (own text) INHERITS (parent);
ALTER TABLE parent ADD added int DEFAULT 5;
INSERT INTO parent (v) VALUES ('p1'), ('p2');
INSERT INTO child (v, own) VALUES ('c1', 'o1');

CREATE TABLE parted (id int NOT NULL, at date NOT NULL, v text) PARTITION BY RANGE (at);
CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE parted_new (v text, gone int, at date NOT NULL, id int NOT NULL);
ALTER TABLE parted_new DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_new FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT PARTITION BY HASH (id);
CREATE TABLE parted_rest_0 PARTITION OF parted_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_rest_1 PARTITION OF parted_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT g, '2025-06-01'::date + g * 20, 'v' || g FROM generate_series(1, 60) g;
ALTER TABLE parted ADD PRIMARY KEY (id, at);

CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customer, boss int REFERENCES orders, total numeric(10, 2));
INSERT INTO customer SELECT g, 'customer ' || g FROM generate_series(1, 200) g;
INSERT INTO orders (customer, boss, total) SELECT 1 + g % 200, nullif(g / 2, 0), g / 3.0 FROM generate_series(1, 5000) g;
CREATE INDEX orders_customer ON orders (customer);
CREATE TABLE order_log (what text);
CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.order_log VALUES (tg_op); RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note_order();

CREATE SEQUENCE called START 5 INCREMENT 3;
SELECT nextval('called'), nextval('called');
CREATE SEQUENCE fresh START 11;
CREATE SEQUENCE descending INCREMENT -1;
SELECT nextval('descending');

CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
CREATE MATERIALIZED VIEW filled AS SELECT count(*) AS n FROM orders;
CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM totals WITH NO DATA;

SELECT lo_from_bytea(900001, 'a large object');
SELECT lo_from_bytea(900002, '');
SELECT lo_from_bytea(900003, (SELECT string_agg(sha256(g::text::bytea), '') FROM generate_series(1, 50000) g));
SELECT lo_put(lo_from_bytea(900004, 'start'), 3000000, 'end after a hole');
COMMENT ON LARGE OBJECT 900001 IS 'commented';
