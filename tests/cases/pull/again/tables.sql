CREATE TABLE "Kept" (id INTEGER PRIMARY KEY);
CREATE TABLE "Fresh" (id INTEGER PRIMARY KEY);
CREATE VIEW totals AS SELECT count(*) AS count, max(id) AS last FROM "Kept";
