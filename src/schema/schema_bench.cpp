// Loads a generated schema of 1,000 models, 10,000 fields and 2,000 relations: time and memory.
// Usage: schema_bench [models]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "schema/schema.h"

namespace {

// Eight scalar columns a model, of which two are foreign keys; each relation has a field on both sides.
std::string generate(int models) {
  std::string out = "datasource db { provider = \"postgresql\" }\nenum Role { USER ADMIN }\n";
  out += "model User { id Int @id role Role @default(USER) }\n";
  for (int i = 0; i < models; ++i) {
    const auto n = std::to_string(i);
    const auto next = std::to_string((i + 1) % models), far = std::to_string((i + 7) % models);
    const auto before = std::to_string((i + models - 1) % models), back = std::to_string((i + models - 7) % models);
    out += "/// Model number " + n + "\nmodel Model" + n + " {\n  id Int @id @default(autoincrement())\n";
    out += "  name String @db.VarChar(100)\n  email String @unique @map(\"e_mail\")\n  price Decimal @default(2.50)\n";
    out += "  nextId Int\n  farId Int?\n";
    out += "  next Model" + next + " @relation(\"next" + n + "\", fields: [nextId], references: [id], onDelete: Cascade)\n";
    out += "  far Model" + far + "? @relation(\"far" + n + "\", fields: [farId], references: [id])\n";
    out += "  befores Model" + before + "[] @relation(\"next" + before + "\")\n";
    out += "  backs Model" + back + "[] @relation(\"far" + back + "\")\n";
    out += "  @@index([nextId, name(sort: Desc)])\n  @@map(\"model_" + n + "\")\n";
    out += "  @@allow('read', auth().role == ADMIN || (price > 2 && next.name == name))\n  @@deny('update', befores?[price > 3])\n}\n";
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const auto text = generate(argc > 1 ? std::atoi(argv[1]) : 1000);
  const auto begin = std::chrono::steady_clock::now();
  const auto result = trivet::schema::check_schema({{"schema.zmodel", text}});
  const auto ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  size_t fields = 0;
  if (result.ok()) {
    for (const auto& model : result.schema->models) fields += model.fields.size();
    std::printf("models %zu fields %zu relations %zu\n", result.schema->models.size(), fields, result.schema->relations.size());
  }
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
  std::printf("ok %d bytes %zu time_ms %.1f cpu_ms %.1f rss_mb %.1f\n", result.ok(), text.size(), ms, cpu,
              static_cast<double>(usage.ru_maxrss) / 1024);
  return result.ok() ? 0 : 1;
}
