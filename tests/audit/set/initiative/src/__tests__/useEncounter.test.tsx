import { renderHook } from "@testing-library/react";
import { vi, it, expect } from "vitest";
import { useEncounter } from "@/hooks/useEncounter";

it("asks again", async () => {
  vi.useFakeTimers();
  const seen = vi.fn();
  const timer = setInterval(() => fetch("/api/v2/encounters/1").then(seen), 100); //= none
  renderHook(() => useEncounter("1", 100));
  await vi.advanceTimersByTimeAsync(500);
  expect(seen).toHaveBeenCalledTimes(5);
  clearInterval(timer);
});
