import { initTRPC } from "@trpc/server";
import { z } from "zod";
import { db } from "~/lib/db";

const t = initTRPC.create();

// The lobby is emptied of tables nobody sits at.
setInterval(() => { //= none
  void db.table.deleteMany({ where: { seats: 0 } });
}, 60_000);

export const appRouter = t.router({
  session: t.router({
    state: t.procedure.input(z.string()).query(({ input }) => db.session.find(input)),
    log: t.procedure.input(z.string()).query(({ input }) => db.log.find(input)),
    endTurn: t.procedure.input(z.string()).mutation(({ input }) => db.session.endTurn(input)),
  }),
  dice: t.router({ recent: t.procedure.query(() => db.dice.recent()) }),
});

export type AppRouter = typeof appRouter;
