-- differs: virtual tables and what they keep are left out
CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT);
CREATE VIRTUAL TABLE box USING rtree(id, x0, x1);
