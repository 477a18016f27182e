-- differs: types that other tools write are known
CREATE TABLE t (id INTEGER PRIMARY KEY, a SMALLINT, b TINYINT(1) NOT NULL DEFAULT 1, c DOUBLE PRECISION, d bool, e JSON, f UUID, g TIME, h "integer unsigned", i CLOB, j DATETIME(6), k "TIMESTAMP WITH TIME ZONE", l VARBINARY(16), m UNSIGNED BIG INT, n LONGTEXT, o MONEY);
