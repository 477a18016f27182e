CREATE TABLE "order items" (id INTEGER PRIMARY KEY, "unit price" REAL, "2nd line" TEXT, "tax-rate" REAL, _hidden TEXT);
CREATE TABLE "1st" (id INTEGER PRIMARY KEY, "order item" INT REFERENCES "order items"(id));
CREATE INDEX "by price" ON "order items"("unit price");
