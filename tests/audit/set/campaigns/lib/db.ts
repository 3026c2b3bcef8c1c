import "server-only";

const pool = { query: async (sql: string, ...args: unknown[]) => ({ sql, args }) };

export const db = {
  session: {
    find: (id: string) => pool.query("select * from session where id = $1", id),
    endTurn: (id: string) => pool.query("update session set turn = turn + 1 where id = $1", id),
  },
  log: { find: (id: string) => pool.query("select * from log where session = $1", id) },
  dice: { recent: () => pool.query("select * from dice order by at desc limit 20") },
  table: { deleteMany: (where: unknown) => pool.query("delete from tables", where) },
};
