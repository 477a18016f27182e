CREATE TABLE class (id INTEGER PRIMARY KEY, "enum" TEXT, "model" TEXT, "type" TEXT);
CREATE TABLE "return" (id INTEGER PRIMARY KEY, class_id INT REFERENCES class(id));
