CREATE TABLE room (house INT NOT NULL, number INT NOT NULL, PRIMARY KEY (house, number));
CREATE TABLE bed (id INTEGER PRIMARY KEY, house INT NOT NULL, number INT NOT NULL, FOREIGN KEY (house, number) REFERENCES room(house, number) ON DELETE CASCADE);
CREATE TABLE lamp (id INTEGER PRIMARY KEY, house INT, number INT NOT NULL, FOREIGN KEY (house, number) REFERENCES room);
