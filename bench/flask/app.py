"""The benchmark's endpoints as a user writes them in Flask, with the sqlite3 module, run by gunicorn."""
import os
import sqlite3
import threading

from flask import Flask, jsonify, request

app = Flask(__name__)
local = threading.local()

COLUMNS = "id, name, country_code, kind, population, latitude, longitude"


def db():
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(os.environ["ATLAS_DB"], timeout=10, isolation_level=None)
        local.db.row_factory = sqlite3.Row
        local.db.execute("PRAGMA journal_mode = WAL")
        local.db.execute("PRAGMA synchronous = FULL")
    return local.db


def rows(sql, *values):
    return [dict(row) for row in db().execute(sql, values)]


def value(name):
    return request.args[name].split(".", 1)[1]


@app.get("/rest/v1/cities")
def cities():
    if "id" in request.args:
        return jsonify(rows(f"SELECT {COLUMNS} FROM cities WHERE id = ?", int(value("id"))))
    return jsonify(rows(f"SELECT {COLUMNS} FROM cities WHERE country_code = ? ORDER BY population DESC LIMIT ?",
                        value("country_code"), int(request.args["limit"])))


@app.get("/rest/v1/countries")
def countries():
    found = rows("SELECT cca3, cca2, name, capital, region, area FROM countries WHERE cca3 = ?", value("cca3"))
    for country in found:
        country["cities"] = rows(
            "SELECT id, name, population FROM cities WHERE country_code = ? ORDER BY population DESC LIMIT ?",
            country.pop("cca2"), int(request.args["cities.limit"]))
        country["borders"] = rows(
            'SELECT c.cca3, c.name FROM "_Border" b JOIN countries c ON c.cca3 = b."A" WHERE b."B" = ?',
            country["cca3"])
    return jsonify(found)


@app.post("/rest/v1/cities")
def insert():
    body = request.get_json()
    db().execute("INSERT INTO cities (name, country_code, kind, population, latitude, longitude) "
                 "VALUES (:name, :country_code, 'PPL', :population, :latitude, :longitude)", body)
    return "", 201
