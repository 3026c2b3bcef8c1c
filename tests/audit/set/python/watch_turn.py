"""Shows whose turn it is on a small display beside the table."""

import time
from threading import Timer

import requests


def show():
    print(requests.get("http://table.local/api/turn", timeout=5).json())


def watch():
    while True:  #= python ungated
        show()
        time.sleep(2)


def later():
    show()
    Timer(5, later).start()  #= python ungated


def wait_until_ready():
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  #= none
        if requests.get("http://table.local/health", timeout=1).ok:
            return
        time.sleep(0.5)


def blink():
    while True:  #= none
        print("*")
        time.sleep(1)


def report():
    while True:  #= none
        requests.post("http://table.local/api/beat", timeout=5)
        time.sleep(10)
