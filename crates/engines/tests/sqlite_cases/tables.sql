-- case: one column of each affinity
CREATE TABLE t (a INTEGER, b TEXT, c REAL, d BLOB, e NUMERIC, f);
-- case: types keep their words and arguments
CREATE TABLE t (a VARCHAR(255), b DECIMAL(10, 2), c UNSIGNED BIG INT, d DOUBLE PRECISION, e varchar ( 10 ), f NATIVE CHARACTER(70), g FLOAT(-3), h "odd type");
-- case: a type with time zone
CREATE TABLE t (a TIMESTAMP WITH TIME ZONE, b timestamp without time zone);
-- case: integer primary key beside the column
CREATE TABLE t (id INTEGER PRIMARY KEY, a);
-- case: integer primary key, not null
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a);
-- case: integer primary key in the list
CREATE TABLE t (id INTEGER NOT NULL, a TEXT, PRIMARY KEY (id));
-- case: named primary key in the list
CREATE TABLE t (id INTEGER, a TEXT, CONSTRAINT pk_t PRIMARY KEY (id));
-- case: named primary key beside the column
CREATE TABLE t (id INTEGER CONSTRAINT pk_t PRIMARY KEY, a TEXT);
-- case: composite primary key
CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b));
-- case: composite primary key with order and collation
CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a COLLATE NOCASE, b DESC));
-- case: text primary key holds nulls
CREATE TABLE t (id TEXT PRIMARY KEY, a INT);
-- case: a descending integer key is not the rowid
CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a INT);
-- case: a descending integer key in the list is the rowid
CREATE TABLE t (id INTEGER, a INT, PRIMARY KEY (id DESC));
-- case: autoincrement
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT);
-- case: autoincrement with not null and a name
CREATE TABLE t (id INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, a INT);
-- case: autoincrement in the list
CREATE TABLE t (id INTEGER, a INT, PRIMARY KEY (id AUTOINCREMENT));
-- case: primary key on conflict
CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a INT);
-- case: primary key on conflict, with autoincrement
CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT IGNORE AUTOINCREMENT, a INT);
-- case: primary key in the list on conflict
CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b) ON CONFLICT FAIL);
-- case: on conflict abort is the default
CREATE TABLE t (a INT NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT ABORT);
-- case: not null on conflict
CREATE TABLE t (a INT NOT NULL ON CONFLICT REPLACE DEFAULT 3, b INT NOT NULL ON CONFLICT ROLLBACK);
-- case: unique beside the column
CREATE TABLE t (a INT UNIQUE, b INT UNIQUE ON CONFLICT IGNORE, c INT CONSTRAINT uq_c UNIQUE);
-- case: unique in the list
CREATE TABLE t (a INT, b INT, UNIQUE (a), CONSTRAINT uq UNIQUE (a, b) ON CONFLICT REPLACE, UNIQUE (b COLLATE RTRIM, a DESC));
-- case: a name in another case
CREATE TABLE T (Id INTEGER, Name TEXT, PRIMARY KEY (ID), UNIQUE (NAME));
-- case: checks beside columns and in the list
CREATE TABLE t (a INT CHECK (a > 0), b INT CONSTRAINT b_small CHECK (b < 10), CHECK (a < b), CONSTRAINT c CHECK (a + b <> 7));
-- case: a check with brackets, quotes and comments
CREATE TABLE t (a TEXT CHECK ((length(a) > 0) AND (a <> ')' /* ) */)), CHECK (a IN ('x', 'y', 'it''s')));
-- case: a check on conflict
CREATE TABLE t (a INT, CHECK (a > 0) ON CONFLICT IGNORE);
-- case: literal defaults
CREATE TABLE t (a INT DEFAULT 1, b TEXT DEFAULT 'x''y', c REAL DEFAULT -1.5, d INT DEFAULT +5, e DEFAULT NULL, f BLOB DEFAULT x'00ff', g BOOLEAN DEFAULT TRUE);
-- case: defaults of the moment
CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP, b DEFAULT current_date, c DEFAULT CURRENT_TIME);
-- case: defaults in brackets
CREATE TABLE t (a DEFAULT (1), b DEFAULT (CURRENT_TIMESTAMP), c DEFAULT (datetime('now', '-1 day')), d DEFAULT ((1) + (2)), e DEFAULT (lower(hex(randomblob(16)))));
-- case: a bare word as default
CREATE TABLE t (a DEFAULT pending, b DEFAULT "quoted");
-- case: the last default stands
CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2);
-- case: null and not null
CREATE TABLE t (a INT NULL, b INT NOT NULL NULL, c INT CONSTRAINT nn NOT NULL);
-- case: collations
CREATE TABLE t (a TEXT COLLATE NOCASE, b TEXT COLLATE binary, c TEXT COLLATE "rtrim", d TEXT COLLATE NOCASE COLLATE RTRIM);
-- case: generated columns
CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED, c INT AS (a + 1), d TEXT GENERATED ALWAYS AS (a || ')') VIRTUAL, e AS (b) STORED NOT NULL);
-- case: a generated column without a type
CREATE TABLE t (a, b GENERATED ALWAYS AS (a), c INTEGER generated always AS (a) CHECK (c > 0));
-- case: strict
CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT, c REAL, d BLOB, e ANY) STRICT;
-- case: strict key
CREATE TABLE t (a TEXT PRIMARY KEY, b INT) STRICT;
-- case: without rowid
CREATE TABLE t (a TEXT PRIMARY KEY, b INT) WITHOUT ROWID;
-- case: without rowid and strict
CREATE TABLE t (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
-- case: without rowid, integer key
CREATE TABLE t (a INTEGER PRIMARY KEY, b INT) WITHOUT ROWID;
-- case: quoted names
CREATE TABLE "my table" ("a b" INT, [c d] TEXT, `e f` REAL, 'g h' BLOB, "select" INT, "i""j" INT, UNIQUE ([a b], "select"));
-- case: names beyond ascii
CREATE TABLE "größe" (straße TEXT, "ÄÖ" INT, 名前 TEXT CHECK (名前 <> ''));
-- case: keywords that may stand bare
CREATE TABLE t (key TEXT, action TEXT, "desc" TEXT, no INT, of INT, "begin" INT, plan TEXT, row INT, first INT, last INT);
-- case: if not exists, twice
CREATE TABLE IF NOT EXISTS t (a INT); CREATE TABLE IF NOT EXISTS t (b INT);
-- case: in main by name
CREATE TABLE main.t (a INT); CREATE INDEX main.i ON t (a);
-- case: comments everywhere
-- before
CREATE /* in */ TABLE t ( -- the table
  a INT, -- the first, with a ; and a '
  /* the second */ b INT DEFAULT /* why */ 2 -- end
) -- after
;
-- case: no commas between constraints
CREATE TABLE t (a INT, b INT, CHECK (a > 0) CHECK (b > 0) CONSTRAINT z UNIQUE (a), PRIMARY KEY (b));
-- case: many words beside one column
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (a INTEGER NOT NULL DEFAULT (1 + 1) UNIQUE CHECK (a > 0) REFERENCES p (id) ON DELETE CASCADE COLLATE NOCASE);
-- case: foreign keys beside columns
CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
CREATE TABLE t (a INT REFERENCES p, b INT REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE, c TEXT CONSTRAINT fk_c REFERENCES p (code) ON DELETE RESTRICT, d INT REFERENCES p ON DELETE SET DEFAULT DEFAULT 5);
-- case: foreign keys in the list
CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b));
CREATE TABLE t (x INT, y INT, FOREIGN KEY (x, y) REFERENCES p, CONSTRAINT fk FOREIGN KEY (x, y) REFERENCES p (a, b) ON UPDATE NO ACTION MATCH FULL);
-- case: deferrable foreign keys
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (a INT REFERENCES p DEFERRABLE INITIALLY DEFERRED, b INT REFERENCES p (id) DEFERRABLE, c INT REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED, d INT, FOREIGN KEY (d) REFERENCES p (id) DEFERRABLE INITIALLY IMMEDIATE);
-- case: a foreign key to itself
CREATE TABLE t (id INTEGER PRIMARY KEY, parent INT REFERENCES t, boss INT REFERENCES t (id) ON DELETE CASCADE);
-- case: a foreign key to what comes later
CREATE TABLE t (a INT REFERENCES p);
CREATE TABLE p (id INTEGER PRIMARY KEY);
-- case: a foreign key to nothing
CREATE TABLE t (a INT REFERENCES nowhere, b INT REFERENCES nowhere (id));
-- case: dropping a table leaves the keys that refer to it
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (a INT REFERENCES p (id));
DROP TABLE p;
-- case: dropping a table drops its indexes and triggers
CREATE TABLE t (a INT); CREATE INDEX i ON t (a);
CREATE TABLE u (a INT);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO u VALUES (new.a); END;
CREATE TRIGGER keep AFTER INSERT ON u BEGIN SELECT 1; END;
DROP TABLE t;
-- case: drop if exists
DROP TABLE IF EXISTS t; DROP INDEX IF EXISTS i; DROP VIEW IF EXISTS v; DROP TRIGGER IF EXISTS tr; CREATE TABLE t (a);
-- case: drop in another case
CREATE TABLE Email (a INT); CREATE INDEX Ix ON EMAIL (A); DROP INDEX ix; DROP TABLE eMAIL; CREATE TABLE x (a);
-- case: temporary tables come and go
CREATE TABLE t (a INT, b INT, c INT);
CREATE TEMPORARY TABLE t_backup (a, b);
INSERT INTO t_backup SELECT a, b FROM t;
DROP TABLE t;
CREATE TABLE t (a INT, b INT);
INSERT INTO t SELECT a, b FROM t_backup;
DROP TABLE t_backup;
-- case: a temporary table that stays
CREATE TABLE t (a INT); CREATE TEMP TABLE u AS SELECT * FROM t; CREATE TABLE temp.w (a);
-- case: temporary views and triggers
CREATE TABLE t (a INT); CREATE TEMP VIEW v AS SELECT a FROM t; CREATE TEMP TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;
-- case: data changes nothing
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
INSERT INTO t VALUES (1, ';'), (2, 'x'); REPLACE INTO t VALUES (1, 'y'); UPDATE t SET a = 'z' WHERE id = 2;
INSERT OR IGNORE INTO t (a) SELECT a FROM t WHERE true ON CONFLICT DO NOTHING; WITH w AS (SELECT 1) DELETE FROM t WHERE id IN w;
SELECT count(*) FROM t; ANALYZE; REINDEX t; PRAGMA user_version = 3; PRAGMA foreign_keys = ON; EXPLAIN SELECT 1;
-- case: transactions in the script
BEGIN; CREATE TABLE t (a INT); SAVEPOINT s; CREATE TABLE u (a INT); RELEASE s; COMMIT;
-- case: sqlalchemy's hand
CREATE TABLE user (
	id INTEGER NOT NULL, 
	email VARCHAR(320) NOT NULL, 
	is_active BOOLEAN DEFAULT '1' NOT NULL, 
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL, 
	kind VARCHAR(5) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT kind_enum CHECK (kind IN ('ADMIN', 'USER')), 
	UNIQUE (email)
);
CREATE INDEX ix_user_kind ON user (kind);
CREATE TABLE email (
	id INTEGER NOT NULL, 
	subject VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ix_email_subject ON email (subject);
-- case: django's hand
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE UNIQUE INDEX "auth_permission_ct_codename_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_ct" ON "auth_permission" ("content_type_id");
-- case: rails' hand
CREATE TABLE IF NOT EXISTS "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar DEFAULT NULL, "body" text, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_1" FOREIGN KEY ("id") REFERENCES "users" ("id"));
-- case: prisma's hand
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "data" JSONB);
CREATE TABLE "Post" ("id" TEXT NOT NULL PRIMARY KEY, "authorId" INTEGER NOT NULL, CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
-- case: a full-text index and its shadow tables
CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
CREATE VIRTUAL TABLE post_fts USING fts5(title, body, content='post', content_rowid='id', tokenize = 'porter ascii');
CREATE TRIGGER post_ai AFTER INSERT ON post BEGIN INSERT INTO post_fts (rowid, title, body) VALUES (new.id, new.title, new.body); END;
INSERT INTO post VALUES (1, 'a', 'b');
-- case: other virtual tables
CREATE VIRTUAL TABLE IF NOT EXISTS r USING rtree(id, minx, maxx);
CREATE VIRTUAL TABLE f USING fts4(x, tokenize=unicode61);
CREATE VIRTUAL TABLE g USING fts5("a b", prefix='2 3');
DROP TABLE f;
-- case: a table named like a shadow of nothing
CREATE TABLE post_fts_data (a INT);
-- case: unique twice, and as the key
CREATE TABLE t (a INT UNIQUE PRIMARY KEY, b INT, UNIQUE (a), UNIQUE (a, b));
-- case: tabs, newlines and semicolons at odd places
;;CREATE	TABLE
t
(
a
INT
)
;	;
-- case: big numbers and signs in types
CREATE TABLE t (a DECIMAL(+10, -2), b INT(0x10), c CHAR(1000000));
