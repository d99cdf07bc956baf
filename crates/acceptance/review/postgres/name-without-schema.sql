-- case: a plain name
-- judge
-- finds: name-without-schema
CREATE TABLE email (id bigint PRIMARY KEY);

-- case: with its schema
-- judge
CREATE TABLE public.email (id bigint PRIMARY KEY);
