-- differs: a relation's two ends are of one type: a BigInt at one makes one of the other
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (id INTEGER PRIMARY KEY, a_id BIGINT NOT NULL REFERENCES a(id));
