-- differs: a foreign key to what isn't there, or isn't of its type, is no relation
CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, gone INT REFERENCES nowhere(id));
CREATE TABLE b (id INTEGER PRIMARY KEY, a_name TEXT REFERENCES a(name), a_text TEXT REFERENCES a(id));
