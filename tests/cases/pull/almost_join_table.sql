-- differs: a table that is not quite an implicit relation's is a model of its own
CREATE TABLE a (id INTEGER PRIMARY KEY);
CREATE TABLE b (id INTEGER PRIMARY KEY);
CREATE TABLE _atob ("A" INTEGER NOT NULL REFERENCES a(id), "B" INTEGER NOT NULL REFERENCES b(id));
CREATE UNIQUE INDEX "_atob_AB_unique" ON _atob("A", "B");
CREATE INDEX "_atob_B_index" ON _atob("B");
