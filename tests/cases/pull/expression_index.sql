CREATE TABLE t (id INTEGER PRIMARY KEY, email TEXT);
CREATE UNIQUE INDEX lower_email ON t(lower(email));
CREATE INDEX mixed ON t(email, length(email));
