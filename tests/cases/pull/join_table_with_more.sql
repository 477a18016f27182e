CREATE TABLE student (id INTEGER PRIMARY KEY);
CREATE TABLE course (id INTEGER PRIMARY KEY);
CREATE TABLE enrolment (student INT NOT NULL REFERENCES student(id), course INT NOT NULL REFERENCES course(id), grade REAL, PRIMARY KEY (student, course));
