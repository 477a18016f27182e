CREATE TABLE person (id INTEGER PRIMARY KEY, mother_id INT REFERENCES person(id), father_id INT REFERENCES person(id));
