export { http } from "./http";
export * from "./encounters";
export { default as diceApi } from "./dice";
