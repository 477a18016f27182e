-- differs: Laravel's booleans are known
CREATE TABLE "users" ("id" integer primary key autoincrement not null, "name" varchar not null, "email" varchar not null, "active" tinyint(1) not null default '1', "email_verified_at" datetime, "created_at" datetime, "deleted_at" datetime);
CREATE UNIQUE INDEX "users_email_unique" on "users" ("email");
CREATE TABLE "role_user" ("role_id" integer not null, "user_id" integer not null, foreign key("user_id") references "users"("id") on delete cascade, primary key ("role_id", "user_id"));
