#include "schemas.h"

namespace trivet::random {
namespace {

constexpr const char* types_text = R"(
datasource db { provider = "sqlite" }
enum Mood { SAD OK HAPPY @map("very happy") }
model Thing {
  id Int @id @default(autoincrement())
  name String
  note String?
  flag Boolean?
  small Int?
  big BigInt?
  real Float?
  price Decimal?
  at DateTime?
  doc Json?
  data Bytes?
  mood Mood?
  parts Part[]
  @@unique([name, small])
  @@index([mood, small])
}
model Part {
  code String @id @default(cuid())
  weight Decimal @default(1.5)
  mood Mood @default(OK)
  made DateTime @default(now())
  touched DateTime @updatedAt
  thingId Int?
  thing Thing? @relation(fields: [thingId], references: [id], onDelete: Cascade)
}
)";

constexpr const char* relations_text = R"(
datasource db { provider = "sqlite" }
model User {
  id Int @id @default(autoincrement())
  email String @unique
  age Int?
  profile Profile?
  posts Post[] @relation("wrote")
  edited Post[] @relation("edited")
  memberships Membership[]
}
model Profile {
  userId Int @id
  bio String?
  user User @relation(fields: [userId], references: [id], onDelete: Cascade)
}
model Post {
  id Int @id @default(autoincrement())
  title String
  views Int @default(0)
  authorId Int
  editorId Int?
  parentId Int?
  author User @relation("wrote", fields: [authorId], references: [id])
  editor User? @relation("edited", fields: [editorId], references: [id], onDelete: SetNull)
  parent Post? @relation("thread", fields: [parentId], references: [id], onDelete: Cascade)
  replies Post[] @relation("thread")
  tags Tag[]
  related Post[] @relation("related")
  relatedBy Post[] @relation("related")
}
model Tag {
  name String @id
  weight Int?
  posts Post[]
}
model Group {
  id Int @id @default(autoincrement())
  name String @unique
  memberships Membership[]
}
model Membership {
  userId Int
  groupId Int
  level Int @default(1)
  user User @relation(fields: [userId], references: [id], onDelete: Cascade)
  group Group @relation(fields: [groupId], references: [id], onDelete: Cascade)
  @@id([userId, groupId])
}
)";

constexpr const char* rules_text = R"(
datasource db { provider = "sqlite" }
enum Role { USER ADMIN }
model User {
  id Int @id @default(autoincrement())
  email String @unique
  role Role @default(USER)
  salary Int? @allow('read', auth().id == id || auth().role == ADMIN) @deny('update', auth().role != ADMIN)
  notes Note[]
  @@allow('read', auth() != null)
  @@allow('create,update,delete', auth().role == ADMIN || auth().id == id)
}
model Note {
  id Int @id @default(autoincrement())
  title String
  stars Int?
  open Boolean?
  secret String? @deny('read', stars > 3)
  ownerId Int? @default(auth().id)
  owner User? @relation(fields: [ownerId], references: [id], onDelete: Cascade)
  labels Label[]
  @@allow('read', open || owner == auth())
  @@allow('create', auth() != null && (stars == null || stars < 8))
  @@allow('update', owner == auth() || auth().role == ADMIN)
  @@allow('delete', ownerId == auth().id)
  @@deny('delete', stars > 5)
  @@allow('post-update', stars == null || stars < 9)
}
model Label {
  id Int @id @default(autoincrement())
  name String @unique
  notes Note[]
  @@allow('all', true)
  @@deny('read', startsWith(name, "z"))
}
)";

}  // namespace

const std::vector<NamedSchema>& schemas() {
  static const std::vector<NamedSchema> all = {
      {"types", types_text},
      {"relations", relations_text},
      {"rules", rules_text},
  };
  return all;
}

}  // namespace trivet::random
