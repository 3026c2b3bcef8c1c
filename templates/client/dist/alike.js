/**
 * Whether two values are the same, or plain objects or arrays with the same things in them.
 *
 * One level is enough: what didn't change in a session's state is the same object as before.
 */
export function isAlike(a, b) {
    if (Object.is(a, b))
        return true;
    if (!isPlain(a) || !isPlain(b) || Array.isArray(a) !== Array.isArray(b))
        return false;
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length)
        return false;
    return names.every((name) => Object.hasOwn(b, name) && Object.is(a[name], b[name]));
}
function isPlain(value) {
    if (typeof value !== "object" || value === null)
        return false;
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}
