"""What each kind of fault probably means, for somebody who runs a table."""

from __future__ import annotations

from vttsync.broadcast.judge.verdict import Reason

MEANINGS: dict[Reason, str] = {
    Reason.WRONG_PROTOCOL: "The deployed room speaks another version of the protocol than this "
    "vttsync; upgrade one of them.",
    Reason.WRONG_VERSION: "The room runs other code than what was just deployed; running objects "
    "can keep old code for some minutes.",
    Reason.WRONG_AUDIENCE: "The room takes this client for somebody else; what it may see was "
    "decided for the wrong role.",
    Reason.WRONG_EPOCH: "The room lost its state in the middle and began a new count.",
    Reason.REFUSED: "The room did not let this client in, though its ticket is good.",
    Reason.SILENT: "The connection opened, but the room never sent a word.",
    Reason.CLOSED: "The room, or something on the way to it, ended the connection early.",
    Reason.LEAKED: "This role may not know that (yet); a player who looks at the network traffic "
    "could read it.",
    Reason.MIXED: "Sessions are not apart: what belongs to one game came to the table of another.",
    Reason.MISSING: "The room took the change but this client was never told.",
    Reason.REPEATED: "The room told the same thing twice.",
    Reason.REORDERED: "The room told things in another order than they happened.",
    Reason.ALTERED: "The room told something else than what was published.",
    Reason.EXTRA: "The room told something that nothing in the script causes.",
    Reason.GAP: "The message is right but its number isn't, so clients would take it for a gap "
    "and ask for what they already have.",
    Reason.UNREADABLE: "That is no message of this protocol; something else may answer at this "
    "address, or the room's code was changed.",
    Reason.ERROR: "The room complained of this client, though it said nothing wrong.",
    Reason.NOT_RESUMED: "The room had forgotten what this client missed, so it sent everything "
    "again.",
    Reason.UNEQUAL: "Clients who may see the same got different bytes; the room builds messages "
    "for each connection instead of once.",
    Reason.PUBLISH: "The room refused a publish that follows the protocol, so an app server could "
    "not tell it anything.",
    Reason.ANSWER: "The room's answer to a publish tells the app server something wrong.",
    Reason.DIGEST: "The digest that the room names is not that of what an audience should see, so "
    "a client that compares would take a right view for a wrong one.",
    Reason.EXPIRED: "Who has a ticket that has run out must be told bad_ticket and closed with "
    "4401, and learn nothing else.",
    Reason.SLOW: "Everything was right, but not as fast as the script's limits ask.",
}


SHARED_EPOCH = (
    "Two audiences share an epoch, so a client that moves from one to the other could not tell "
    "that its place is one in another stream."
)


def refusal(code: int) -> str:
    """Tell what a close code before the snapshot means."""
    told = {
        4401: "The room refuses this client's ticket but takes others signed with the same key.",
        4403: "The room takes the ticket to be for another session.",
        4404: "The session was deleted while the proof ran.",
        4429: "The room is limiting how fast clients may come; that limit is too low for a table.",
    }
    return told.get(code, MEANINGS[Reason.CLOSED])


def unpublished(status: int) -> str:
    """Tell what an HTTP status other than 200 in answer to a publish means."""
    if status in (404, 405):
        return (
            "No vttsync room answers at this address; check it, or wait a moment if the room was "
            "deployed just now."
        )
    if status >= 500:
        return "The room's code failed; its logs say why."
    return MEANINGS[Reason.PUBLISH]
