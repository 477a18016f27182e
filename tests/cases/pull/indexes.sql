CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, at DATETIME, author INT);
CREATE INDEX post_title_idx ON post(title);
CREATE INDEX by_author ON post(author, at DESC);
CREATE INDEX latest ON post(at DESC);
CREATE UNIQUE INDEX post_author_key ON post(author DESC);
