-- case: a view with a unique index
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE MATERIALIZED VIEW inbox AS SELECT id FROM email;
CREATE UNIQUE INDEX inbox_id ON inbox (id);
-- judge
-- finds: refresh-blocks-reads
REFRESH MATERIALIZED VIEW inbox;
-- fixed
REFRESH MATERIALIZED VIEW CONCURRENTLY inbox;

-- case: a view that cannot be refreshed otherwise yet
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE MATERIALIZED VIEW inbox AS SELECT id FROM email;
-- judge
-- finds: refresh-blocks-reads
REFRESH MATERIALIZED VIEW inbox;

-- case: concurrently
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE MATERIALIZED VIEW inbox AS SELECT id FROM email;
CREATE UNIQUE INDEX inbox_id ON inbox (id);
-- judge
REFRESH MATERIALIZED VIEW CONCURRENTLY inbox;
