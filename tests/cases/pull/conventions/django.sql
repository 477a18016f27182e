CREATE TABLE django_migrations (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL);
CREATE TABLE django_content_type (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL);
CREATE UNIQUE INDEX content_type_uniq ON django_content_type (app_label, model);
CREATE TABLE auth_permission (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, content_type_id integer NOT NULL REFERENCES django_content_type (id), codename varchar(100) NOT NULL);
CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL, last_login datetime NULL, is_superuser bool NOT NULL,
  username varchar(150) NOT NULL UNIQUE, date_joined datetime NOT NULL);
CREATE TABLE shop_tag (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(40) NOT NULL, is_removed bool NOT NULL);
CREATE TABLE shop_item (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, title text NOT NULL, created datetime NOT NULL, modified datetime NOT NULL,
  owner_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE shop_item_tags (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, item_id bigint NOT NULL REFERENCES shop_item (id) DEFERRABLE INITIALLY DEFERRED,
  tag_id bigint NOT NULL REFERENCES shop_tag (id) DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX shop_item_tags_uniq ON shop_item_tags (item_id, tag_id);
