import httpx
from textual.app import App, ComposeResult
from textual.widgets import Footer, RichLog


class LogApp(App):
    def compose(self) -> ComposeResult:
        yield RichLog()
        yield Footer()

    def on_mount(self) -> None:
        self.client = httpx.AsyncClient(base_url="http://table.local")
        self.set_interval(2, self.refresh_log)  #= python ungated
        self.set_interval(1, self.tick)  #= none

    async def refresh_log(self) -> None:
        response = await self.client.get("/log")
        self.query_one(RichLog).write(response.text)

    def tick(self) -> None:
        self.title = "Log " + self.app.title[-1]
