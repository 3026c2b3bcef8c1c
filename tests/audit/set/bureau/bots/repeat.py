import threading
from typing import Callable

import httpx


class Repeat(threading.Thread):
    """Calls something every so often until it is stopped."""

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.seconds = seconds
        self.call = call
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(self.seconds):  #= none
            self.call()


def show_initiative() -> None:
    for row in httpx.get("http://table.local/api/initiative").json():
        print(row["name"])


def beep() -> None:
    print("\a", end="", flush=True)


Repeat(4, show_initiative).start()  #= python ungated
Repeat(60, beep).start()  #= none


class RollWatcher(threading.Thread):
    def run(self) -> None:
        with httpx.Client(base_url="http://table.local") as client:
            while True:  #= python ungated
                for roll in client.get("/api/rolls").json():
                    print(roll)
                if threading.Event().wait(2):
                    break
