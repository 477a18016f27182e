-- differs: names are found whatever their case
CREATE TABLE "Person" ("Id" INTEGER PRIMARY KEY);
CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INT REFERENCES PERSON(ID));
