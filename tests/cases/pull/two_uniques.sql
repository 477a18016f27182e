-- differs: two unique indexes on one column are both written
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
CREATE UNIQUE INDEX a_up ON t(a);
CREATE UNIQUE INDEX a_down ON t(a DESC);
