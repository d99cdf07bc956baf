-- case: base
-- setup
CREATE TABLE author (id bigint PRIMARY KEY, name text);
CREATE TABLE book (id bigint PRIMARY KEY, title varchar(200) NOT NULL DEFAULT '', pages integer, author_id bigint, note text, CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id));
CREATE INDEX book_title ON book (title);
CREATE SCHEMA archive;
CREATE TABLE leaf (id bigint, n bigint);
-- judge
SELECT 1;

-- case: DS101
-- judge
DROP SCHEMA archive CASCADE;

-- case: DS102
-- judge
DROP TABLE book;

-- case: DS103
-- judge
ALTER TABLE book DROP COLUMN note;

-- case: MF101
-- judge
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY book_note ON book (note);

-- case: MF102
-- judge
-- transaction: none
DROP INDEX CONCURRENTLY book_title;
-- transaction: none
CREATE UNIQUE INDEX CONCURRENTLY book_title ON book (title);

-- case: MF103
-- judge
ALTER TABLE book ADD COLUMN isbn text NOT NULL;

-- case: MF104
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: BC101
-- judge
ALTER TABLE book RENAME TO volume;

-- case: BC102
-- judge
ALTER TABLE book RENAME COLUMN note TO remark;

-- case: CD101
-- judge
ALTER TABLE book DROP CONSTRAINT book_author;

-- case: LT101
-- engine: sqlite
-- setup
CREATE TABLE book (id integer PRIMARY KEY, note text);
-- judge
ALTER TABLE book ADD COLUMN isbn text NOT NULL;

-- case: LT101
-- engine: sqlite
-- version: 3.53
-- setup
CREATE TABLE book (id integer PRIMARY KEY, note text);
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: LT101
-- engine: sqlite
-- setup
CREATE TABLE book (id integer PRIMARY KEY, note text);
-- judge
CREATE TABLE new_book (id integer PRIMARY KEY, note text NOT NULL);
INSERT INTO new_book (id, note) SELECT id, note FROM book;
DROP TABLE book;
ALTER TABLE new_book RENAME TO book;

-- case: PG101
-- judge
CREATE INDEX book_note ON book (note);

-- case: PG102
-- judge
DROP INDEX book_title;

-- case: PG103
-- judge
BEGIN;
CREATE INDEX CONCURRENTLY book_note ON book (note);
COMMIT;

-- case: PG104
-- judge
ALTER TABLE leaf ADD PRIMARY KEY (id);

-- case: PG105
-- judge
ALTER TABLE book ADD CONSTRAINT book_note UNIQUE (note);

-- case: PG301
-- judge
ALTER TABLE book ALTER COLUMN pages TYPE bigint;

-- case: PG302
-- judge
ALTER TABLE book ADD COLUMN luck double precision DEFAULT random();

-- case: PG303
-- judge
ALTER TABLE book ALTER COLUMN note SET NOT NULL;

-- case: PG304
-- judge
ALTER TABLE leaf ADD PRIMARY KEY (n);

-- case: PG305
-- judge
ALTER TABLE book ADD CONSTRAINT long CHECK (pages > 0);

-- case: PG306
-- judge
ALTER TABLE leaf ADD CONSTRAINT leaf_book FOREIGN KEY (n) REFERENCES book (id);

-- case: MY101
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, note varchar(50));
-- judge
ALTER TABLE book ADD COLUMN pages int NOT NULL;

-- case: MY102
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE author (id int PRIMARY KEY);
CREATE TABLE book (id int PRIMARY KEY);
-- judge
ALTER TABLE book ADD COLUMN author_id int REFERENCES author (id);

-- case: MY110
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, state enum('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY state enum('new', 'lost');

-- case: MY111
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, state enum('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY state enum('old', 'new', 'lost');

-- case: MY112
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, state enum('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY state enum('new', 'used', 'old', 'lost');

-- case: MY113
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, state enum('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '1a', '1b', '1c', '1d', '1e', '1f', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '2a', '2b', '2c', '2d', '2e', '2f', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '3a', '3b', '3c', '3d', '3e', '3f', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '4a', '4b', '4c', '4d', '4e', '4f', '50', '51', '52', '53', '54', '55', '56', '57', '58', '59', '5a', '5b', '5c', '5d', '5e', '5f', '60', '61', '62', '63', '64', '65', '66', '67', '68', '69', '6a', '6b', '6c', '6d', '6e', '6f', '70', '71', '72', '73', '74', '75', '76', '77', '78', '79', '7a', '7b', '7c', '7d', '7e', '7f', '80', '81', '82', '83', '84', '85', '86', '87', '88', '89', '8a', '8b', '8c', '8d', '8e', '8f', '90', '91', '92', '93', '94', '95', '96', '97', '98', '99', '9a', '9b', '9c', '9d', '9e', '9f', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'aa', 'ab', 'ac', 'ad', 'ae', 'af', 'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'b9', 'ba', 'bb', 'bc', 'bd', 'be', 'bf', 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'ca', 'cb', 'cc', 'cd', 'ce', 'cf', 'd0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7', 'd8', 'd9', 'da', 'db', 'dc', 'dd', 'de', 'df', 'e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9', 'ea', 'eb', 'ec', 'ed', 'ee', 'ef', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'fa', 'fb', 'fc', 'fd', 'fe'));
-- judge
ALTER TABLE book MODIFY state enum('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '1a', '1b', '1c', '1d', '1e', '1f', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '2a', '2b', '2c', '2d', '2e', '2f', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '3a', '3b', '3c', '3d', '3e', '3f', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '4a', '4b', '4c', '4d', '4e', '4f', '50', '51', '52', '53', '54', '55', '56', '57', '58', '59', '5a', '5b', '5c', '5d', '5e', '5f', '60', '61', '62', '63', '64', '65', '66', '67', '68', '69', '6a', '6b', '6c', '6d', '6e', '6f', '70', '71', '72', '73', '74', '75', '76', '77', '78', '79', '7a', '7b', '7c', '7d', '7e', '7f', '80', '81', '82', '83', '84', '85', '86', '87', '88', '89', '8a', '8b', '8c', '8d', '8e', '8f', '90', '91', '92', '93', '94', '95', '96', '97', '98', '99', '9a', '9b', '9c', '9d', '9e', '9f', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'aa', 'ab', 'ac', 'ad', 'ae', 'af', 'b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'b9', 'ba', 'bb', 'bc', 'bd', 'be', 'bf', 'c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'ca', 'cb', 'cc', 'cd', 'ce', 'cf', 'd0', 'd1', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7', 'd8', 'd9', 'da', 'db', 'dc', 'dd', 'de', 'df', 'e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9', 'ea', 'eb', 'ec', 'ed', 'ee', 'ef', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'fa', 'fb', 'fc', 'fd', 'fe', 'ff');

-- case: MY120
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, marks set('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY marks set('new', 'lost');

-- case: MY121
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, marks set('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY marks set('old', 'new', 'lost');

-- case: MY122
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, marks set('new', 'old', 'lost'));
-- judge
ALTER TABLE book MODIFY marks set('new', 'used', 'old', 'lost');

-- case: MY123
-- engine: mysql
-- version: 8.4
-- setup
CREATE TABLE book (id int PRIMARY KEY, marks set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'));
-- judge
ALTER TABLE book MODIFY marks set('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i');
