-- Changes that are judged, each on its own, after base.sql. `(alone)`: outside a transaction.

-- change: add a nullable column
ALTER TABLE account ADD COLUMN phone text;

-- change: add two nullable columns
ALTER TABLE account ADD COLUMN phone text, ADD COLUMN fax text;

-- change: add a column with a constant default
ALTER TABLE account ADD COLUMN active boolean DEFAULT true;

-- change: add a required column with a constant default
ALTER TABLE account ADD COLUMN active boolean NOT NULL DEFAULT true;

-- change: add a column with a stable default
ALTER TABLE account ADD COLUMN seen_at timestamptz DEFAULT now();

-- change: add a column with a volatile default
ALTER TABLE account ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- change: add a column with clock_timestamp
ALTER TABLE account ADD COLUMN seen_at timestamptz NOT NULL DEFAULT clock_timestamp();

-- change: add a column with random()
ALTER TABLE account ADD COLUMN lottery double precision DEFAULT random();

-- change: add a column with nextval
ALTER TABLE account ADD COLUMN number bigint DEFAULT nextval('ticket');

-- change: add a required column without a default
ALTER TABLE account ADD COLUMN phone text NOT NULL;

-- change: add a required column to an empty table
ALTER TABLE draft ADD COLUMN title text NOT NULL;

-- change: add a required column with a default to an empty table
ALTER TABLE draft ADD COLUMN title text NOT NULL DEFAULT '';

-- change: add a serial column
ALTER TABLE note_line ADD COLUMN number bigserial;

-- change: add an identity column
ALTER TABLE note_line ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;

-- change: add a stored generated column
ALTER TABLE account ADD COLUMN email_lower text GENERATED ALWAYS AS (lower(email)) STORED;

-- change: add a column with a check
ALTER TABLE account ADD COLUMN age integer CHECK (age > 0);

-- change: add a column with a default and a check
ALTER TABLE account ADD COLUMN age integer DEFAULT 1 CHECK (age > 0);

-- change: add a nullable column with a foreign key
ALTER TABLE account ADD COLUMN old_plan_id integer REFERENCES plan (id);

-- change: add a column with a default and a foreign key
ALTER TABLE account ADD COLUMN old_plan_id integer DEFAULT 1 REFERENCES plan (id);

-- change: add a unique column
ALTER TABLE account ADD COLUMN handle text UNIQUE;

-- change: add a column of a constrained domain
ALTER TABLE account ADD COLUMN age positive;

-- change: add a column of a plain domain
ALTER TABLE account ADD COLUMN remark plain_text;

-- change: add a column if it is not there
ALTER TABLE account ADD COLUMN IF NOT EXISTS phone text;

-- change: add an array column with a default
ALTER TABLE account ADD COLUMN tags text[] NOT NULL DEFAULT '{}';

-- change: add a jsonb column with a default
ALTER TABLE account ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';

-- change: drop a column
ALTER TABLE account DROP COLUMN note;

-- change: drop a column if it is there
ALTER TABLE account DROP COLUMN IF EXISTS note;

-- change: drop a column that is not there, if it is
ALTER TABLE account DROP COLUMN IF EXISTS nothing;

-- change: drop a column that a view reads
ALTER TABLE account DROP COLUMN status;

-- change: drop a column that a view reads, with cascade
ALTER TABLE account DROP COLUMN status CASCADE;

-- change: drop a foreign key column
ALTER TABLE purchase DROP COLUMN account_id CASCADE;

-- change: rename a column
ALTER TABLE account RENAME COLUMN name TO full_name;

-- change: rename a column of an empty table
ALTER TABLE draft RENAME COLUMN body TO text;

-- change: rename a table
ALTER TABLE note_line RENAME TO line;

-- change: rename a table and leave a view of the old name
ALTER TABLE note_line RENAME TO line;
CREATE VIEW note_line AS SELECT * FROM line;

-- change: rename an index
ALTER INDEX account_created_at RENAME TO account_created;

-- change: rename a constraint
ALTER TABLE purchase RENAME CONSTRAINT purchase_amount_check TO purchase_amount;

-- change: rename an enum value
ALTER TYPE order_state RENAME VALUE 'paid' TO 'settled';

-- change: add an enum value
ALTER TYPE order_state ADD VALUE 'returned';

-- change: add an enum value after another
ALTER TYPE order_state ADD VALUE 'returned' AFTER 'sent';

-- change: add an enum value and use it
ALTER TYPE order_state ADD VALUE 'returned';
UPDATE purchase SET state = 'returned' WHERE id = 1;

-- change: rename a type
ALTER TYPE order_state RENAME TO purchase_state;

-- change: move a table to another schema
CREATE SCHEMA shop;
ALTER TABLE note_line SET SCHEMA shop;

-- change: set not null
ALTER TABLE account ALTER COLUMN name SET NOT NULL;

-- change: set not null where a check proves it
ALTER TABLE purchase ALTER COLUMN plan_id SET NOT NULL;

-- change: set not null and drop the check that proves it
ALTER TABLE purchase ALTER COLUMN plan_id SET NOT NULL, DROP CONSTRAINT purchase_plan_set;

-- change: set not null, then drop the check
ALTER TABLE purchase ALTER COLUMN plan_id SET NOT NULL;
ALTER TABLE purchase DROP CONSTRAINT purchase_plan_set;

-- change: set not null on what is
ALTER TABLE account ALTER COLUMN email SET NOT NULL;

-- change: set not null on an empty table
ALTER TABLE draft ALTER COLUMN body SET NOT NULL;

-- change: drop not null
ALTER TABLE account ALTER COLUMN email DROP NOT NULL;

-- change: set a default
ALTER TABLE account ALTER COLUMN visits SET DEFAULT 0;

-- change: drop a default
ALTER TABLE account ALTER COLUMN status DROP DEFAULT;

-- change: integer to bigint
ALTER TABLE account ALTER COLUMN visits TYPE bigint;

-- change: integer to bigint on an empty table
ALTER TABLE draft ALTER COLUMN id TYPE bigint;

-- change: integer to text
ALTER TABLE account ALTER COLUMN visits TYPE text;

-- change: bigint to integer
ALTER TABLE purchase ALTER COLUMN account_id TYPE integer;

-- change: text to integer
ALTER TABLE account ALTER COLUMN note TYPE integer USING note::integer;

-- change: longer varchar
ALTER TABLE account ALTER COLUMN name TYPE varchar(200);

-- change: longer varchar under a check
ALTER TABLE note_line ALTER COLUMN body TYPE varchar(400);

-- change: varchar to text
ALTER TABLE account ALTER COLUMN name TYPE text;

-- change: shorter varchar
ALTER TABLE account ALTER COLUMN name TYPE varchar(50);

-- change: text to varchar
ALTER TABLE account ALTER COLUMN note TYPE varchar(100);

-- change: text to unlimited varchar
ALTER TABLE account ALTER COLUMN note TYPE varchar;

-- change: varchar to char
ALTER TABLE purchase ALTER COLUMN currency TYPE char(3);

-- change: wider numeric
ALTER TABLE account ALTER COLUMN balance TYPE numeric(14, 2);

-- change: unconstrained numeric
ALTER TABLE account ALTER COLUMN balance TYPE numeric;

-- change: another scale
ALTER TABLE account ALTER COLUMN balance TYPE numeric(14, 4);

-- change: json to jsonb
ALTER TABLE account ALTER COLUMN settings TYPE jsonb;

-- change: timestamp to timestamptz in UTC
SET timezone = 'UTC';
ALTER TABLE account ALTER COLUMN created_at TYPE timestamptz;

-- change: timestamp to timestamptz in Berlin
SET timezone = 'Europe/Berlin';
ALTER TABLE account ALTER COLUMN created_at TYPE timestamptz;

-- change: timestamp to timestamptz at UTC
ALTER TABLE account ALTER COLUMN created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC';

-- change: timestamp to date
ALTER TABLE account ALTER COLUMN created_at TYPE date;

-- change: enum to text
ALTER TABLE purchase ALTER COLUMN state TYPE text;

-- change: type to itself
ALTER TABLE account ALTER COLUMN name TYPE varchar(100);

-- change: plain domain to its base
ALTER TABLE purchase ALTER COLUMN comment TYPE text;

-- change: another collation
ALTER TABLE account ALTER COLUMN email TYPE text COLLATE "C";

-- change: add a check
ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0);

-- change: add a check not valid
ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0) NOT VALID;

-- change: add a check not valid and validate in one transaction
ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0) NOT VALID;
ALTER TABLE account VALIDATE CONSTRAINT account_balance;

-- change: validate a check
ALTER TABLE note_line VALIDATE CONSTRAINT note_line_body_short;

-- change: add a check on an empty table
ALTER TABLE draft ADD CONSTRAINT draft_body CHECK (body <> '');

-- change: add a foreign key
ALTER TABLE account ADD CONSTRAINT account_plan FOREIGN KEY (plan_id) REFERENCES plan (id);

-- change: add a foreign key not valid
ALTER TABLE account ADD CONSTRAINT account_plan FOREIGN KEY (plan_id) REFERENCES plan (id) NOT VALID;

-- change: add a foreign key not valid and validate in one transaction
ALTER TABLE account ADD CONSTRAINT account_plan FOREIGN KEY (plan_id) REFERENCES plan (id) NOT VALID;
ALTER TABLE account VALIDATE CONSTRAINT account_plan;

-- change: drop a foreign key
ALTER TABLE purchase DROP CONSTRAINT purchase_account_id_fkey;

-- change: drop a check
ALTER TABLE purchase DROP CONSTRAINT purchase_amount_check;

-- change: add a unique constraint
ALTER TABLE note_line ADD CONSTRAINT note_line_purchase UNIQUE (purchase_id);

-- change: add a unique constraint that rows break
ALTER TABLE purchase ADD CONSTRAINT purchase_plan UNIQUE (plan_id);

-- change: add a unique constraint using an index
ALTER TABLE note_line ADD CONSTRAINT note_line_key UNIQUE USING INDEX note_line_id;

-- change: add a primary key
ALTER TABLE note_line ADD PRIMARY KEY (id);

-- change: add a primary key using an index
ALTER TABLE note_line ADD CONSTRAINT note_line_pkey PRIMARY KEY USING INDEX note_line_id;

-- change: add a primary key over a nullable column
ALTER TABLE note_line ADD PRIMARY KEY (purchase_id);

-- change: add an exclusion constraint
ALTER TABLE note_line ADD CONSTRAINT note_line_excl EXCLUDE USING btree (id WITH =);

-- change: add a unique constraint to an empty table
ALTER TABLE draft ADD CONSTRAINT draft_body UNIQUE (body);

-- change: drop a unique constraint
ALTER TABLE account DROP CONSTRAINT account_email_key;

-- change: drop a primary key
ALTER TABLE purchase DROP CONSTRAINT purchase_pkey;

-- change: create an index
CREATE INDEX purchase_paid_at ON purchase (paid_at);

-- change: create a unique index
CREATE UNIQUE INDEX purchase_unique ON purchase (id, account_id);

-- change: create a unique index that rows break
CREATE UNIQUE INDEX purchase_unique ON purchase (plan_id);

-- change: create a partial index
CREATE INDEX purchase_sent ON purchase (id) WHERE state = 'sent';

-- change: create an expression index
CREATE INDEX account_lower ON account (lower(email));

-- change: create an index on an empty table
CREATE INDEX draft_body ON draft (body);

-- change: create an index on a small table
CREATE INDEX plan_title ON plan (title);

-- change: create an index if it is not there
CREATE INDEX IF NOT EXISTS account_created_at ON account (created_at);

-- change: create an index on a partitioned table
CREATE INDEX event_kind ON event (kind);

-- change: create an index on only a partitioned table
CREATE INDEX event_kind ON ONLY event (kind);

-- change: create an index concurrently (alone)
CREATE INDEX CONCURRENTLY purchase_paid_at ON purchase (paid_at);

-- change: create a unique index concurrently (alone)
CREATE UNIQUE INDEX CONCURRENTLY purchase_unique ON purchase (id, account_id);

-- change: create a unique index concurrently that rows break (alone)
CREATE UNIQUE INDEX CONCURRENTLY purchase_unique ON purchase (plan_id);

-- change: create an index concurrently in a transaction
CREATE INDEX CONCURRENTLY purchase_paid_at ON purchase (paid_at);

-- change: create an index concurrently on a partitioned table (alone)
CREATE INDEX CONCURRENTLY event_kind ON event (kind);

-- change: drop an index
DROP INDEX account_created_at;

-- change: drop an index concurrently (alone)
DROP INDEX CONCURRENTLY account_created_at;

-- change: reindex an index
REINDEX INDEX purchase_state;

-- change: reindex a table
REINDEX TABLE purchase;

-- change: reindex concurrently (alone)
REINDEX INDEX CONCURRENTLY purchase_state;

-- change: create a table
CREATE TABLE invoice (id bigint PRIMARY KEY, total numeric NOT NULL);

-- change: create a table with an index
CREATE TABLE invoice (id bigint PRIMARY KEY, total numeric NOT NULL);
CREATE INDEX invoice_total ON invoice (total);

-- change: create a table with a foreign key
CREATE TABLE invoice (id bigint PRIMARY KEY, purchase_id bigint REFERENCES purchase (id));
CREATE INDEX invoice_purchase ON invoice (purchase_id);

-- change: create a table and change it
CREATE TABLE invoice (id integer);
ALTER TABLE invoice ALTER COLUMN id TYPE bigint;
ALTER TABLE invoice ADD COLUMN total numeric NOT NULL;
ALTER TABLE invoice ADD PRIMARY KEY (id);

-- change: create a table and rename its column
CREATE TABLE invoice (id bigint PRIMARY KEY, total numeric);
ALTER TABLE invoice RENAME COLUMN total TO sum;

-- change: create a table and drop it
CREATE TABLE invoice (id bigint PRIMARY KEY);
DROP TABLE invoice;

-- change: create a table from a query
CREATE TABLE account_copy AS SELECT id, email FROM account;

-- change: create a table like another
CREATE TABLE purchase_new (LIKE purchase INCLUDING ALL);

-- change: create a partition
CREATE TABLE event_2027 PARTITION OF event FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- change: attach a partition without a check
ALTER TABLE event ATTACH PARTITION event_older FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

-- change: attach a partition with a check
ALTER TABLE event ATTACH PARTITION event_old FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

-- change: detach a partition
ALTER TABLE event DETACH PARTITION event_2025;

-- change: detach a partition concurrently (alone)
ALTER TABLE event DETACH PARTITION event_2025 CONCURRENTLY;

-- change: drop a table
DROP TABLE note_line;

-- change: drop a table if it is there
DROP TABLE IF EXISTS note_line;

-- change: drop a table that is not there, if it is
DROP TABLE IF EXISTS nothing;

-- change: drop an empty table
DROP TABLE draft;

-- change: drop a referenced table
DROP TABLE account;

-- change: drop a referenced table with cascade
DROP TABLE account CASCADE;

-- change: drop a view
DROP VIEW active_account;

-- change: drop a materialized view
DROP MATERIALIZED VIEW spent;

-- change: truncate a table
TRUNCATE note_line;

-- change: truncate a referenced table with cascade
TRUNCATE account CASCADE;

-- change: truncate an empty table
TRUNCATE draft;

-- change: delete every row
DELETE FROM note_line;

-- change: delete many rows
DELETE FROM note_line WHERE purchase_id > 100;

-- change: delete one row
DELETE FROM note_line WHERE id = 1;

-- change: update every row
UPDATE account SET status = 'old';

-- change: update many rows
UPDATE account SET visits = 0 WHERE visits IS NOT NULL;

-- change: update one row
UPDATE plan SET title = 'new title' WHERE id = 1;

-- change: add a column and fill it
ALTER TABLE account ADD COLUMN plan_title text;
UPDATE account SET plan_title = 'unknown';

-- change: add a column and fill it from another
ALTER TABLE account ADD COLUMN label text;
UPDATE account SET label = name WHERE label IS NULL;

-- change: insert a few rows
INSERT INTO plan (id, title) VALUES (51, 'new'), (52, 'newer');

-- change: insert from a query
INSERT INTO note_line (id, purchase_id, body) SELECT id + 100000, id, 'copied' FROM purchase;

-- change: create a view
CREATE VIEW cheap AS SELECT id FROM purchase WHERE amount < 10;

-- change: replace a view
CREATE OR REPLACE VIEW active_account AS SELECT id, email, status FROM account;

-- change: refresh a materialized view
REFRESH MATERIALIZED VIEW spent;

-- change: refresh a materialized view concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY spent;

-- change: create a materialized view
CREATE MATERIALIZED VIEW counted AS SELECT plan_id, count(*) FROM purchase GROUP BY plan_id;

-- change: create a function
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- change: create a trigger
CREATE TRIGGER purchase_touch BEFORE UPDATE ON purchase FOR EACH ROW EXECUTE FUNCTION touch();

-- change: drop a trigger
DROP TRIGGER account_touch ON account;

-- change: disable a trigger
ALTER TABLE account DISABLE TRIGGER account_touch;

-- change: create an enum
CREATE TYPE mood AS ENUM ('good', 'bad');

-- change: create a sequence
CREATE SEQUENCE other_ticket;

-- change: drop a sequence
DROP SEQUENCE ticket;

-- change: comment on a column
COMMENT ON COLUMN account.email IS 'where to write to';

-- change: grant a right
GRANT SELECT ON account TO public;

-- change: create statistics
CREATE STATISTICS purchase_stats ON plan_id, state FROM purchase;

-- change: set a storage parameter
ALTER TABLE account SET (fillfactor = 80);

-- change: set statistics
ALTER TABLE account ALTER COLUMN email SET STATISTICS 500;

-- change: analyze
ANALYZE account;

-- change: vacuum full (alone)
VACUUM FULL note_line;

-- change: vacuum (alone)
VACUUM note_line;

-- change: cluster
CLUSTER purchase USING purchase_pkey;

-- change: set unlogged
ALTER TABLE note_line SET UNLOGGED;

-- change: lock a table
LOCK TABLE account;

-- change: a domain gets a check
ALTER DOMAIN plain_text ADD CONSTRAINT plain_text_short CHECK (length(VALUE) < 1000);

-- change: a domain gets a check not valid
ALTER DOMAIN plain_text ADD CONSTRAINT plain_text_short CHECK (length(VALUE) < 1000) NOT VALID;

-- change: two tables changed while one is searched
ALTER TABLE plan ADD COLUMN price numeric;
ALTER TABLE account ADD CONSTRAINT account_balance CHECK (balance >= 0);

-- change: a quick lock, then a long insert
ALTER TABLE plan ADD COLUMN price numeric;
INSERT INTO note_line (id, purchase_id, body) SELECT id + 100000, id, 'copied' FROM purchase;

-- change: an index on a copied table
CREATE TABLE purchase_copy AS SELECT * FROM purchase;
CREATE INDEX purchase_copy_id ON purchase_copy (id);

-- change: a comment and a grant
COMMENT ON TABLE account IS 'people';
GRANT SELECT ON account TO public;

-- change: with timeouts set
SET lock_timeout = '2s';
SET statement_timeout = '5s';
ALTER TABLE account ADD COLUMN phone text;

-- change: enable row security without a policy
ALTER TABLE note_line ENABLE ROW LEVEL SECURITY;

-- change: a generated column made plain
ALTER TABLE account ADD COLUMN twice integer;
ALTER TABLE account ALTER COLUMN twice SET DEFAULT 2;

-- change: replica identity
ALTER TABLE account REPLICA IDENTITY FULL;

-- change: an extension
CREATE EXTENSION IF NOT EXISTS plpgsql;

-- change: drop an index and make a better one
DROP INDEX account_created_at;
CREATE INDEX account_created_at ON account (created_at, id);
