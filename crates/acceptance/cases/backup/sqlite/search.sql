-- Virtual tables: what they know lies in tables of their own.
CREATE VIRTUAL TABLE post USING fts5(title, body, tokenize = 'porter');
INSERT INTO post VALUES ('Whimbrels', 'They migrate thousands of miles'), ('Storms', 'They fly through hurricanes');
DELETE FROM post WHERE title = 'Storms';
INSERT INTO post VALUES ('Storms again', 'and again');
CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE note_search USING fts5(body, content = 'note', content_rowid = 'id');
CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
    INSERT INTO note_search (rowid, body) VALUES (NEW.id, NEW.body);
END;
INSERT INTO note VALUES (5, 'five birds'), (9, 'nine birds');
CREATE VIRTUAL TABLE index_only USING fts5(body, content = '');
INSERT INTO index_only (rowid, body) VALUES (1, 'kept as an index only');
CREATE VIRTUAL TABLE post_more USING fts5(body);
INSERT INTO post_more VALUES ('its tables begin as those of another');
CREATE VIRTUAL TABLE place USING rtree(id, west, east, south, north);
INSERT INTO place VALUES (1, 5.9, 10.5, 45.8, 47.8), (2, -1, 1, -1, 1);
