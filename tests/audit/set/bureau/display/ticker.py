import asyncio
import httpx
from rich.console import Console

console = Console()


async def main(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=5) as client:
        seen = 0
        while True:  #= python ungated
            response = await client.get("/log", params={"after": seen})
            for entry in response.json():
                console.print(f"[b]{entry['who']}[/b] {entry['text']}")
                seen = entry["id"]
            await asyncio.sleep(1.5)


asyncio.run(main("http://table.local"))
