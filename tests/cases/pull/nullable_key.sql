-- differs: a key without NOT NULL is a key: SQLite lets nulls in by an old mistake, and no row has one
CREATE TABLE kind (code TEXT PRIMARY KEY, label TEXT);
CREATE TABLE thing (id INT PRIMARY KEY, kind TEXT REFERENCES kind);
CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b));
