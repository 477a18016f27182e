-- differs: a name without a letter gets a number; Prisma comments it out
CREATE TABLE "日本" (id INTEGER PRIMARY KEY, "名前" TEXT, "都市" TEXT);
