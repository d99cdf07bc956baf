CREATE TABLE newest (
    a integer NOT NULL,
    b integer GENERATED ALWAYS AS (a + 1) VIRTUAL,
    c integer CONSTRAINT c_set NOT NULL,
    during tstzrange NOT NULL,
    CONSTRAINT newest_loose CHECK (a > 0) NOT ENFORCED,
    CONSTRAINT newest_far FOREIGN KEY (a) REFERENCES counters (id) NOT ENFORCED,
    CONSTRAINT newest_time UNIQUE (a, during WITHOUT OVERLAPS)
);
