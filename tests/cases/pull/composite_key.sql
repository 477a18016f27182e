CREATE TABLE seat (hall INT NOT NULL, row TEXT NOT NULL, number INT NOT NULL, note TEXT, PRIMARY KEY (hall, row, number));
CREATE TABLE turned (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (b, a));
