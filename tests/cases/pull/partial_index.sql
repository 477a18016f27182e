CREATE TABLE job (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, state TEXT NOT NULL, slug TEXT NOT NULL);
CREATE INDEX waiting ON job(queue, state) WHERE state = 'waiting' AND queue <> 'a where b';
CREATE UNIQUE INDEX one_slug ON job(slug, queue) where "state" IS NOT NULL;
