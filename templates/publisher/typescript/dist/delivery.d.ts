import { type Means } from "./lane.js";
import type { Outbox, Refused } from "./outbox.js";
/** Told of a publish that was set aside. */
export type OnRefused = (refused: Refused) => void | Promise<void>;
/** Delivers what an outbox holds; several processes may, each session is one's at a time. */
export declare class Delivery {
    #private;
    constructor(outbox: Outbox, means: Means, onRefused: OnRefused | undefined);
    /** Look at the outbox now. */
    wake(): void;
    /**
     * Delivers until the signal aborts.
     *
     * @throws {@link KeyRefusedError}
     */
    run(signal: AbortSignal): Promise<void>;
    /**
     * Tries once to deliver all that waits; gives how many sessions still have some.
     *
     * @throws {@link KeyRefusedError}
     */
    deliver(signal: AbortSignal): Promise<number>;
}
