CREATE TABLE machine (id INTEGER PRIMARY KEY);
CREATE TABLE reading (machine_id INT REFERENCES machine(id), value REAL);
