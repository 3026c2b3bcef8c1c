import { expect, test } from "@playwright/test";

test("scores come in", async ({ page, request }) => {
  await page.goto("/");
  const timer = setInterval(() => request.get("/api/scores"), 500); //= none
  await expect(page.locator("#scores")).toHaveText("1,2");
  clearInterval(timer);
});
