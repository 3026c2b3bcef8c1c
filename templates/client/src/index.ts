export type * from "./protocol.ts";
export type * from "./types.ts";
