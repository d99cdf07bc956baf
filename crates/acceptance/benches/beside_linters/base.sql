-- What stands before every change that is judged: tables with rows, and what a grown schema has beside them.
CREATE TYPE order_state AS ENUM ('open', 'paid', 'sent');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN plain_text AS text;

CREATE TABLE plan (
    id integer PRIMARY KEY,
    title varchar(50) NOT NULL
);

CREATE TABLE account (
    id bigint PRIMARY KEY,
    email text NOT NULL,
    name varchar(100),
    balance numeric(12, 2) DEFAULT 0,
    status text DEFAULT 'new',
    created_at timestamp DEFAULT now(),
    settings json,
    plan_id integer,
    note text,
    visits integer,
    CONSTRAINT account_email_key UNIQUE (email)
);
CREATE INDEX account_created_at ON account (created_at);

CREATE TABLE purchase (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    plan_id integer,
    amount numeric(10, 2) NOT NULL,
    currency varchar(3),
    paid_at timestamptz,
    state order_state,
    quantity integer NOT NULL DEFAULT 1,
    comment plain_text,
    CONSTRAINT purchase_account_id_fkey FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT purchase_amount_check CHECK (amount >= 0),
    CONSTRAINT purchase_plan_set CHECK (plan_id IS NOT NULL)
);
CREATE INDEX purchase_account_id ON purchase (account_id);
CREATE INDEX purchase_state ON purchase (state);

CREATE TABLE note_line (
    id bigint NOT NULL,
    purchase_id bigint,
    body varchar(200),
    at timestamptz DEFAULT now()
);
CREATE UNIQUE INDEX note_line_id ON note_line (id);
ALTER TABLE note_line ADD CONSTRAINT note_line_body_short CHECK (length(body) < 200) NOT VALID;

CREATE TABLE draft (
    id integer PRIMARY KEY,
    body text
);

CREATE TABLE event (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text
) PARTITION BY RANGE (at);
CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE event_old (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text,
    CONSTRAINT event_old_range CHECK (at >= '2024-01-01' AND at < '2025-01-01')
);
CREATE TABLE event_older (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text
);

CREATE VIEW active_account AS SELECT id, email, status FROM account WHERE status <> 'gone';
CREATE MATERIALIZED VIEW spent AS SELECT account_id, sum(amount) AS total FROM purchase GROUP BY account_id;
CREATE UNIQUE INDEX spent_account_id ON spent (account_id);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER account_touch BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch();
CREATE SEQUENCE ticket;
