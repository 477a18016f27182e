CREATE TABLE migrations (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, migration varchar NOT NULL, batch integer NOT NULL);
CREATE TABLE sessions (id varchar NOT NULL PRIMARY KEY, user_id integer, payload text NOT NULL);
CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, password varchar NOT NULL DEFAULT '', remember_token varchar,
  created_at datetime, updated_at datetime);
CREATE TABLE posts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, title varchar NOT NULL, user_id integer NOT NULL REFERENCES users (id),
  created_at datetime, updated_at datetime, deleted_at datetime);
CREATE TABLE tags (id integer PRIMARY KEY AUTOINCREMENT NOT NULL);
CREATE TABLE post_tag (post_id integer NOT NULL REFERENCES posts (id), tag_id integer NOT NULL REFERENCES tags (id), PRIMARY KEY (post_id, tag_id));
