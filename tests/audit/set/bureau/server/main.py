import asyncio
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

news: list[str] = []


async def renew():
    async with httpx.AsyncClient() as client:
        while True:  #= none
            news[:] = (await client.get("https://news.example.org/feed")).json()
            await asyncio.sleep(300)


@asynccontextmanager
async def lifespan(_app: FastAPI):
    task = asyncio.create_task(renew())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/news")
def read_news():
    return news
