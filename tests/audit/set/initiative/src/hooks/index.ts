export { useEncounter } from "./useEncounter";
export { usePolling } from "./usePolling";
export { useDebouncedValue } from "./useDebouncedValue";
export { useNow } from "./useNow";
export { default as useRoomSocket } from "./useRoomSocket";
