"""Follows the room over its socket; while that is away, asks."""

import threading
import time

import requests
import websocket

connected = threading.Event()


def on_open(_ws) -> None:
    connected.set()


def on_close(_ws, *_args) -> None:
    connected.clear()


def ask(url: str) -> None:
    while True:  #= python probably gated
        if not connected.is_set():
            print(requests.get(url, timeout=5).json())
        time.sleep(3)


def nag(url: str) -> None:
    while True:  #= python ungated
        if not connected.is_set():
            print("the room is away")
        print(requests.get(f"{url}/turn", timeout=5).text)
        time.sleep(3)


def follow(url: str) -> None:
    while True:  #= none
        ws = websocket.WebSocketApp(url, on_open=on_open, on_close=on_close)
        ws.run_forever(ping_interval=20)
        time.sleep(2)


if __name__ == "__main__":
    threading.Thread(target=ask, args=("http://table.local/state",), daemon=True).start()
    follow("ws://table.local/room")
