-- case: numbers of texts
-- judge
-- finds: type-means-another
CREATE TABLE email (id integer PRIMARY KEY, code string);
-- finds: type-means-another
ALTER TABLE email ADD COLUMN place point;
-- finds: type-means-another
CREATE TABLE other (id integer PRIMARY KEY, lasts interval);

-- case: types that are what they say
-- judge
CREATE TABLE email (
    a integer, b unsigned big int, c varchar(10), d double precision, e blob, f numeric(10, 2), g datetime, h boolean,
    i int8, j tinyint, k
);
