-- differs: a table called as a type is renamed; Prisma writes an invalid schema
CREATE TABLE "String" (id INTEGER PRIMARY KEY);
CREATE TABLE "Int" (id INTEGER PRIMARY KEY, s INT REFERENCES "String"(id));
