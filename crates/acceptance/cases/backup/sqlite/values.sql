-- Every storage class, beside what is nearly the same, in columns of every affinity and of none.
CREATE TABLE value (id INTEGER PRIMARY KEY, any, text TEXT, number NUMERIC, whole INTEGER, real REAL, blob BLOB);
INSERT INTO value (any, text, number, whole, real, blob) VALUES
    (NULL, NULL, NULL, NULL, NULL, NULL),
    (1, 1, 1, 1, 1, 1),
    (1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    ('1', '1', '1', '1', '1', '1'),
    (x'31', x'31', x'31', x'31', x'31', x'31'),
    ('', '', '', '', '', ''),
    (x'', x'', x'', x'', x'', x''),
    (9223372036854775807, -9223372036854775808, 1e308, -1, 1e-308, 0.1),
    (-0.0, 9e999, -9e999, 0, -0.0, 1.5),
    ('Grüße, 世界 🦢', 'a' || char(0) || 'b', 'not a number', 'nor this', 'nor this', zeroblob(100000)),
    (CAST(x'ff00fe' AS TEXT), CAST(x'c328' AS TEXT), randomblob(0), '1e3', '1e3', x'00ff'),
    (replace(hex(zeroblob(20000)), '0', 'x'), 'tab	and
newline', 'it''s', '"', '\', ';');
CREATE TABLE strict_one (a INTEGER, b REAL, c TEXT, d BLOB, e ANY) STRICT;
INSERT INTO strict_one VALUES (1, 1, '1', x'31', 1), (NULL, 0.1, NULL, NULL, '1'), (2, 2.5, 'b', x'00', 1.0);
CREATE TABLE twice (a);
INSERT INTO twice VALUES (1), (1), (NULL), (NULL), ('1');
CREATE TABLE no_rows (a TEXT NOT NULL DEFAULT 'x');
