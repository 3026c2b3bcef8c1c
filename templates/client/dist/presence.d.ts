/** Cursors, pings, rulers and drags: of the others, to show; and this client's, to send. */
import type { ClientFrame, PresenceItem, PresenceName } from "./protocol.js";
import type { Owner } from "./ticket.js";
import type { PresenceStore } from "./types.js";
type Message = Extract<ClientFrame, {
    type: "presence";
}>;
/** What it needs. */
export interface Carrier {
    /** Sends, or says that it can't right now. */
    send(frame: Message): boolean;
    /** Whose presence isn't shown: this client's own. */
    owner(): Owner | undefined;
}
/** Presence of one session. */
export declare class Presence implements PresenceStore {
    #private;
    constructor(carrier: Carrier);
    readonly getSnapshot: () => readonly PresenceItem[];
    readonly subscribe: (listener: () => void) => (() => void);
    readonly send: (kind: PresenceName, value: PresenceItem["value"]) => void;
    /** What the room told of the others. */
    heard(items: readonly PresenceItem[]): void;
    /** Forgets everyone, and what waits to be sent. */
    clear(): void;
}
export {};
