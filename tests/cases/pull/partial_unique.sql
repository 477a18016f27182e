-- differs: a partial unique index is no key: Prisma writes @unique(where: …) on the field, and takes it for one in relations
CREATE TABLE page (id INTEGER PRIMARY KEY, slug TEXT, gone BOOLEAN NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX live_slug ON page(slug) WHERE gone = 0;
CREATE TABLE draft (id INTEGER PRIMARY KEY, page INT REFERENCES page(id), open BOOLEAN);
CREATE UNIQUE INDEX one_open ON draft(page) WHERE open;
