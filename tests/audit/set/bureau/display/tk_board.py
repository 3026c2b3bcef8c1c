"""A board in a window of its own, with tkinter."""

import json
import tkinter as tk
from urllib.request import Request, urlopen


class Board(tk.Tk):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.canvas = tk.Canvas(self, width=800, height=600)
        self.canvas.pack()
        self.blink_on = False
        self.refresh()
        self.blink()

    def refresh(self) -> None:
        with urlopen(f"{self.url}/board.json", timeout=3) as answer:
            board = json.load(answer)
        self.canvas.delete("all")
        for token in board["tokens"]:
            self.canvas.create_oval(token["x"], token["y"], token["x"] + 40, token["y"] + 40)
        self.after(2000, self.refresh)  #= python ungated

    def blink(self) -> None:
        self.blink_on = not self.blink_on
        self.canvas.itemconfigure("active", fill="red" if self.blink_on else "white")
        self.after(400, self.blink)  #= none

    def drop(self, token: str) -> None:
        urlopen(Request(f"{self.url}/tokens/{token}", method="DELETE"))
        self.after(300, self.bell)  #= none


if __name__ == "__main__":
    Board("http://table.local").mainloop()
