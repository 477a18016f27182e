-- differs: a JSON default is the document; Prisma keeps its quotes
CREATE TABLE t (id INTEGER PRIMARY KEY, a JSONB DEFAULT '{"a":1}', b JSONB DEFAULT (json_object('k', 1)));
