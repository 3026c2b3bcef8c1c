/** Changes as bytes: the same ones that the publisher in Python sends. */
/**
 * Writes a value as JSON.
 *
 * @throws TypeError for what JSON would lose or change: NaN, bigint, a Map, undefined in an array.
 */
export declare function jsonText(value: unknown): string;
/** Makes a request's body of publishes, each a JSON array of changes. */
export declare function bodyOf(publishes: readonly string[]): string;
/**
 * Names a request by what it says: a repeat has the same name, even after a crash.
 *
 * So what is published again byte for byte within a day is answered as it was the first time.
 */
export declare function idempotencyKey(body: string): Promise<string>;
/** How many bytes a text has in UTF-8. */
export declare function byteLength(text: string): number;
