CREATE TABLE place (id INTEGER PRIMARY KEY, at geometry NOT NULL, area polygon DEFAULT 'x', name TEXT);
