"""A server's own job: nobody's page polls."""

import time

import requests
from flask import Flask

app = Flask(__name__)


def prices():
    while True:  #= none
        requests.get("https://example.org/prices", timeout=5)
        time.sleep(60)
