/** What a session needs of the browser: so that nothing asks for a window when it is imported. */
/** The part of a page, a worker or Node that matters here. */
export interface Surroundings {
    readonly WebSocket: new (url: string) => WebSocket;
    /** What tabs agree with; undefined where there are none. */
    readonly locks: Pick<LockManager, "request"> | undefined;
    readonly BroadcastChannel: (new (name: string) => BroadcastChannel) | undefined;
    /** Whether there may be other tabs. */
    readonly isPage: boolean;
    /** From 0 up to 1. */
    random(): number;
    /** Whether nobody looks, or the machine says that it has no network. */
    isAway(): boolean;
    /** Tells when somebody looks again, or there may be a network again. Gives back how to stop. */
    onWake(listener: () => void): () => void;
}
/** What there is here. Everything is looked up when it is needed. */
export declare function surroundings(): Surroundings;
