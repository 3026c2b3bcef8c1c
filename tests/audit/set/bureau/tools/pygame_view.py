import pygame
import requests


def main(url: str) -> None:
    pygame.init()
    screen = pygame.display.set_mode((800, 600))
    clock = pygame.time.Clock()
    state = {"tokens": []}
    asked = 0
    while True:  #= python ungated
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                return
        now = pygame.time.get_ticks()
        if now - asked > 1000:
            asked = now
            state = requests.get(f"{url}/state", timeout=2).json()
        screen.fill("black")
        for token in state["tokens"]:
            pygame.draw.circle(screen, "red", (token["x"], token["y"]), 20)
        pygame.display.flip()
        clock.tick(30)


def splash() -> None:
    clock = pygame.time.Clock()
    left = 90
    while left:  #= none
        left -= 1
        clock.tick(30)


main("http://table.local")
