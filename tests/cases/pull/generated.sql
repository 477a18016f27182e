-- differs: generated columns are there, readable; Prisma leaves them out
CREATE TABLE line (id INTEGER PRIMARY KEY, price REAL NOT NULL, count INT NOT NULL, total REAL GENERATED ALWAYS AS (price * count) STORED, label TEXT AS ('no. ' || id) VIRTUAL);
