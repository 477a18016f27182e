-- differs: a column that has the name of a relation field makes the relation's names long; Prisma writes an invalid schema
CREATE TABLE person (id INTEGER PRIMARY KEY, pet TEXT, house INT);
CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INT REFERENCES person(id));
