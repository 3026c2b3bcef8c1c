export * from "./useSafeInterval";
export { useConnection } from "./useConnection";
export * as polling from "./polling";
