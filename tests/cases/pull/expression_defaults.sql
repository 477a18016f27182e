-- differs: an expression stays one; Prisma takes its text for the value, and localtime for now()
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT (lower('A') || 'b'), b TEXT DEFAULT (strftime('%Y', 'now')), c DATETIME DEFAULT (datetime('now', 'localtime')), d REAL DEFAULT 1e3, e INT DEFAULT 3000000000);
