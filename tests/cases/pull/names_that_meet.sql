-- differs: two names that become one are numbered; Prisma writes an invalid schema
CREATE TABLE t (id INTEGER PRIMARY KEY, "a b" INT, "a-b" INT, a_b INT);
CREATE TABLE "x y" (id INTEGER PRIMARY KEY);
CREATE TABLE x_y (id INTEGER PRIMARY KEY);
