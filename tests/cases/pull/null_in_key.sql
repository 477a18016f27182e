-- differs: the same, with nulls in it: ignored, but still a key of the table
CREATE TABLE kind (code TEXT PRIMARY KEY, label TEXT);
INSERT INTO kind VALUES (NULL, 'x'), ('a', 'y');
