CREATE TABLE newer (
    a integer,
    b integer,
    c integer,
    CONSTRAINT newer_nulls UNIQUE NULLS NOT DISTINCT (a),
    CONSTRAINT newer_set FOREIGN KEY (a) REFERENCES counters (id) ON DELETE SET NULL (a),
    CONSTRAINT newer_two FOREIGN KEY (b, c) REFERENCES app.posts (a, b) ON DELETE SET DEFAULT (c)
);
CREATE UNIQUE INDEX newer_index ON newer (b) NULLS NOT DISTINCT;
CREATE PUBLICATION filtered FOR TABLE users WHERE (id > 0), TABLES IN SCHEMA app;
