"""Keeps a copy of the chat on disk while a game is on."""

import time
from pathlib import Path

import requests
import schedule

URL = "http://table.local/api/chat"
OUT = Path("chat.jsonl")


def copy_chat():
    with OUT.open("a") as file:
        file.write(requests.get(URL, timeout=10).text + "\n")


def rotate():
    if OUT.exists() and OUT.stat().st_size > 10_000_000:
        OUT.rename("chat.old.jsonl")


schedule.every(10).seconds.do(copy_chat)  #= python ungated
schedule.every().day.at("04:00").do(rotate)  #= none

while True:  #= none
    schedule.run_pending()
    time.sleep(1)
