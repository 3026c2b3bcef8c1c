#!/usr/bin/env python3
"""Shows the initiative on an e-paper display at the table's end."""

import argparse
import logging
import signal
import sys
import time
from dataclasses import dataclass

import requests

log = logging.getLogger("display")
INTERVAL = 5


@dataclass
class Config:
    base_url: str
    table: str
    token: str


class TableClient:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {config.token}"

    def order(self) -> list[dict]:
        answer = self.session.get(f"{self.config.base_url}/tables/{self.config.table}/order", timeout=10)
        answer.raise_for_status()
        return answer.json()["order"]

    def alive(self) -> None:
        self.session.post(f"{self.config.base_url}/displays/alive", timeout=10)


class Display:
    def __init__(self, client: TableClient) -> None:
        self.client = client
        self.running = True

    def draw(self, order: list[dict]) -> None:
        print("\033[2J" + "\n".join(it["name"] for it in order))

    def stop(self, *_args: object) -> None:
        self.running = False

    def run(self) -> None:
        previous = None
        while self.running:  #= python ungated
            try:
                order = self.client.order()
            except requests.RequestException:
                log.exception("the table does not answer")
            else:
                if order != previous:
                    self.draw(order)
                    previous = order
            time.sleep(INTERVAL)


def keep_alive(client: TableClient) -> None:
    while True:  #= none
        client.alive()
        time.sleep(60)


def wait_for_network(url: str) -> None:
    for _attempt in range(30):  #= none
        try:
            requests.head(url, timeout=2)
        except requests.ConnectionError:
            time.sleep(1)
        else:
            return
    sys.exit("no network")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("table")
    args = parser.parse_args()
    wait_for_network(args.url)
    display = Display(TableClient(Config(args.url, args.table, token="")))
    signal.signal(signal.SIGTERM, display.stop)
    display.run()


if __name__ == "__main__":
    main()
