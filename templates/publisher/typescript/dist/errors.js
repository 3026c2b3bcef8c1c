/** Everything that this package throws of its own. */
export class PublisherError extends Error {
    name = this.constructor.name;
}
/** More than a room takes: publish it in several pieces. */
export class TooLargeError extends PublisherError {
}
/** As much waits as may; nothing was queued. */
export class QueueFullError extends PublisherError {
}
/** The outbox would have been written outside the app's transaction. */
export class NotInTransactionError extends PublisherError {
}
/** The room doesn't take the publish key: nothing can be delivered until it does. */
export class KeyRefusedError extends PublisherError {
}
/** The publisher was closed before this was delivered. */
export class StoppedError extends PublisherError {
}
/** The room gave no answer that counts; nobody knows whether it did what was asked. */
export class UnreachableError extends PublisherError {
}
/** The room refused what was published; `refusal` says why. */
export class RefusedError extends PublisherError {
    refusal;
    constructor(refusal) {
        super(`${refusal.status} ${refusal.code}: ${refusal.message}`);
        this.refusal = refusal;
    }
}
