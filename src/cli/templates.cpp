#include "cli/templates.h"

namespace trivet::cli {
namespace {

constexpr std::string_view schema =
    R"zmodel(// The data of NAME, and who may do what with it. `trivet dev` applies changes while you edit.

datasource db {
  provider = "sqlite"
  url      = "file:./data.db"
}

// What is known about a caller who is signed in: claims of the token. A caller without one is nobody: auth() == null.
type Caller {
  id String @id

  @@auth
}

enum Status {
  draft
  published
}

model Post {
  id        Int       @id @default(autoincrement())
  title     String
  body      String?
  status    Status    @default(draft)
  ownerId   String?   @default(auth().id)
  createdAt DateTime  @default(now())
  comments  Comment[]

  // Everyone reads what is published; owners do everything with their own posts. The rest is closed.
  @@allow('read', status == published)
  @@allow('all', ownerId == auth().id)
}

model Comment {
  id     Int    @id @default(autoincrement())
  postId Int
  post   Post   @relation(fields: [postId], references: [id], onDelete: Cascade)
  name   String
  text   String

  @@allow('read,create', true)
}
)zmodel";

constexpr std::string_view tests =
    R"toml(# Tests of the rules in schema.zmodel. `trivet test` runs them on a database of their own.

[[given.Post]]
id = 1
title = "Out"
status = "published"
ownerId = "ann"

[[given.Post]]
id = 2
title = "Not yet"
ownerId = "ann"

[as]   # claims of their tokens; anon and service are always there
ann = { sub = "ann" }
bob = { sub = "bob" }

[[test]]
name = "anyone reads what is published"
read = "Post"
gives = [{ id = 1 }]

[[test]]
name = "owners read their drafts, too"
as = "ann"
read = "Post"
gives = [{ id = 1 }, { id = 2 }]

[[test]]
name = "nobody changes the posts of others"
as = "bob"
update = "Post"
set = { title = "Mine" }
refused = true

[[test]]
name = "nobody writes in another's name"
as = "bob"
create = "Post"
row = { title = "Hello", ownerId = "ann" }
refused = "42501"

[[test]]
name = "a new post is the caller's own"
as = "bob"
create = "Post"
row = { title = "Hello" }
gives = [{ title = "Hello", ownerId = "bob" }]

[[test]]
name = "anyone comments"
create = "Comment"
row = { postId = 1, name = "Cay", text = "Hi" }
allowed = true
)toml";

constexpr std::string_view config =
    R"toml(# Settings of NAME. `trivet serve --print-config` lists all of them, and where each value comes from.
# Each is also a variable: server.listen is TRIVET_SERVER_LISTEN.

[server]
listen = ["127.0.0.1:8080"]
# admin_listen = "127.0.0.1:9464"   # /metrics for Prometheus

# [auth]
# require_key = true   # refuse requests without a key; without this they are anonymous, and the rules apply

# [rest]
# max_rows = 1000
)toml";

constexpr std::string_view ignore = R"(# The project's secret, and its data.
/.trivet/
*.db
*.db-wal
*.db-shm
)";

constexpr std::string_view readme = R"md(# NAME

A backend served by Trivet: `schema.zmodel` says what there is and who may do what with it.

    trivet dev                                                      # serves it, and follows your changes
    curl localhost:8080/rest/v1/Post                                # published posts
    curl localhost:8080/rest/v1/Comment -H 'Content-Type: application/json' -d '{"postId":1,"name":"Ann","text":"Hi"}'
    trivet test                                                     # tries the rules out: schema.test.toml
    trivet keys                                                     # the service key bypasses the rules
    open http://localhost:8080/docs                                 # the reference

For production: `trivet db push && trivet serve --listen 0.0.0.0:8080`.
)md";

constexpr TemplateFile files[] = {
    {"schema.zmodel", schema},
    {"schema.test.toml", tests},
    {"trivet.toml", config},
    {".gitignore", ignore},
    {"README.md", readme},
};

}  // namespace

std::span<const TemplateFile> project_template() { return files; }

}  // namespace trivet::cli
