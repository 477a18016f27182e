-- CreateTable
CREATE TABLE "Plain" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);

-- CreateTable
CREATE TABLE "Pair" (
    "a" INTEGER NOT NULL,
    "b" INTEGER NOT NULL,
    "c" INTEGER NOT NULL,

    PRIMARY KEY ("a", "b"),
    CONSTRAINT "Pair_a_fkey" FOREIGN KEY ("a") REFERENCES "Plain" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "Sub" (
    "a" INTEGER NOT NULL,
    "b" INTEGER NOT NULL,
    "note" TEXT,

    PRIMARY KEY ("a", "b"),
    CONSTRAINT "Sub_a_b_fkey" FOREIGN KEY ("a", "b") REFERENCES "Pair" ("a", "b") ON DELETE SET DEFAULT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "coded things" (
    "code" TEXT NOT NULL,
    "the label" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Node" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "parentId" TEXT,
    CONSTRAINT "Node_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Node" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "_likes" (
    "A" TEXT NOT NULL,
    "B" TEXT NOT NULL,
    CONSTRAINT "_likes_A_fkey" FOREIGN KEY ("A") REFERENCES "Node" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "_likes_B_fkey" FOREIGN KEY ("B") REFERENCES "Node" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Pair_c_key" ON "Pair"("c");

-- CreateIndex
CREATE INDEX "by_c" ON "Pair"("c", "b");

-- CreateIndex
CREATE UNIQUE INDEX "Pair_b_c_key" ON "Pair"("b", "c");

-- CreateIndex
CREATE UNIQUE INDEX "coded things_code_key" ON "coded things"("code");

-- CreateIndex
CREATE INDEX "coded things_the label_idx" ON "coded things"("the label");

-- CreateIndex
CREATE UNIQUE INDEX "_likes_AB_unique" ON "_likes"("A", "B");

-- CreateIndex
CREATE INDEX "_likes_B_index" ON "_likes"("B");

