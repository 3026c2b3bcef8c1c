from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel
import requests


class Board(QLabel):
    def __init__(self, url):
        super().__init__("…")
        self.url = url
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.reload)
        self.timer.start(3000)  #= python ungated
        self.blinker = QTimer(self)
        self.blinker.timeout.connect(self.blink)
        self.blinker.start(500)  #= none
        QTimer.singleShot(5000, self.hide_hint)  #= none

    def reload(self):
        self.setText(requests.get(self.url, timeout=2).text)

    def blink(self):
        self.setVisible(not self.isVisible())

    def hide_hint(self):
        self.setToolTip("")
