-- The parameters of an index behind a constraint stay with it, and go with it.
-- engines: postgres

-- from
CREATE TABLE t (
    id integer CONSTRAINT t_pkey PRIMARY KEY WITH (fillfactor = 70),
    n integer,
    code text CONSTRAINT t_code UNIQUE WITH (fillfactor = 60)
);

-- rows
INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b');

-- to
CREATE TABLE t (
    id integer CONSTRAINT t_pkey PRIMARY KEY WITH (fillfactor = 70),
    n bigint,
    code text,
    other text CONSTRAINT t_other UNIQUE WITH (fillfactor = 50)
);
