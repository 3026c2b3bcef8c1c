"""The keep: a small table served by Flask."""

import threading
import time

import requests
from flask import Flask, jsonify, render_template

app = Flask(__name__)
_cache = {"weather": None}


def _renew_weather():
    while True:  #= none
        _cache["weather"] = requests.get("https://weather.example.org/now", timeout=5).json()
        time.sleep(600)


@app.before_request
def start_jobs():
    if "job" not in app.extensions:
        app.extensions["job"] = threading.Thread(target=_renew_weather, daemon=True)
        app.extensions["job"].start()


@app.get("/session/<name>")
def session(name):
    return render_template("session.html", name=name)


@app.get("/api/session/<name>/turn")
def turn(name):
    return jsonify(turn=1, name=name)
