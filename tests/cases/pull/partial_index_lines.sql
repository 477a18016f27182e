-- differs: the condition begins on a line of its own, where Prisma cuts it wrong
CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT);
CREATE INDEX "where" ON job(state) /* where */
WHERE -- state
  state = ' where ';
