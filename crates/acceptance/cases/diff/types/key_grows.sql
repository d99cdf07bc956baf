-- The keys of two tables grow, with their sequences and all that refers to them. What stays narrower goes on referring.
-- engines: postgres

-- from
CREATE TABLE account (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE email (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id integer NOT NULL CONSTRAINT email_account REFERENCES account (id) ON UPDATE CASCADE,
    parent_id integer REFERENCES email (id) ON DELETE SET NULL
);
COMMENT ON CONSTRAINT email_account ON email IS 'whose it is';
CREATE INDEX ix_email_account_id ON email (account_id);
CREATE TABLE note (email_id integer REFERENCES email (id) ON DELETE CASCADE, line integer, PRIMARY KEY (email_id, line));

-- rows
INSERT INTO account (name) VALUES ('ada'), ('bo');
INSERT INTO email (account_id, parent_id) VALUES (1, NULL), (2, 1), (2, 2);
INSERT INTO note VALUES (1, 1), (1, 2), (3, 1);

-- to
CREATE TABLE account (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE email (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT email_account REFERENCES account (id) ON UPDATE CASCADE,
    parent_id bigint REFERENCES email (id) ON DELETE SET NULL
);
COMMENT ON CONSTRAINT email_account ON email IS 'whose it is';
CREATE INDEX ix_email_account_id ON email (account_id);
CREATE TABLE note (email_id integer REFERENCES email (id) ON DELETE CASCADE, line bigint, PRIMARY KEY (email_id, line));

-- choices
phases expand backfill contract
