CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
CREATE TABLE ar_internal_metadata ("key" varchar NOT NULL PRIMARY KEY, value varchar, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, email varchar DEFAULT '' NOT NULL, encrypted_password varchar DEFAULT '' NOT NULL,
  reset_password_token varchar, created_at datetime(6) NOT NULL, updated_at datetime(6) NOT NULL);
CREATE UNIQUE INDEX index_users_on_email ON users (email);
CREATE UNIQUE INDEX index_users_on_reset_password_token ON users (reset_password_token);
CREATE TABLE blog_posts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, title varchar, user_id integer NOT NULL, discarded_at datetime(6),
  created_at datetime(6) DEFAULT CURRENT_TIMESTAMP NOT NULL, updated_at datetime(6) NOT NULL,
  CONSTRAINT fk_rails_1 FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE labels (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar);
CREATE TABLE blog_posts_labels (blog_post_id integer NOT NULL REFERENCES blog_posts (id), label_id integer NOT NULL REFERENCES labels (id));
