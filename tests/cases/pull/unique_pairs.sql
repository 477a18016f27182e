CREATE TABLE member (org INT NOT NULL, person INT NOT NULL, role TEXT, UNIQUE (org, person));
CREATE TABLE slot (id INTEGER PRIMARY KEY, day INT, hour INT, room TEXT);
CREATE UNIQUE INDEX slot_day_hour_key ON slot(day, hour);
CREATE UNIQUE INDEX one_room ON slot(room, day, hour);
