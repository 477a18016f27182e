-- differs: a view's expressions have the types of their values
CREATE TABLE sale (id INTEGER PRIMARY KEY, city TEXT NOT NULL, amount REAL NOT NULL);
INSERT INTO sale (city, amount) VALUES ('Ulm', 2.5), ('Ulm', 4), ('Bern', 1.5);
CREATE VIEW "by city" AS SELECT city, count(*) AS sales, sum(amount) AS total, upper(city) AS label FROM sale GROUP BY city;
