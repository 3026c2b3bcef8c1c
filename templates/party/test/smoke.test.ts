import { expect, it } from "vitest";
import { aScene, aToken, join, freshSession, publish, put, call } from "./room.ts";

it("broadcasts", async () => {
  const s = freshSession();
  const gm = await join(s, "gm");
  const player = await join(s, "player");
  const r = await publish(s, put("scene", "scn", 1, aScene), put("token", "t", 1, { ...aToken, hidden: true }));
  await gm.settle();
  await player.settle();
  console.log(JSON.stringify(r), gm.texts, player.texts);
  expect(gm.deltas[0]?.changes).toHaveLength(2);
  expect(player.deltas[0]?.changes).toHaveLength(1);
  console.log(await (await call("/health")).text());
});
