"""The whole pipeline against a loopback stand-in of Cloudflare."""

from vttsync.rehearsal.api.auth import Persona
from vttsync.rehearsal.api.calls import Call
from vttsync.rehearsal.edge.edge import Boot
from vttsync.rehearsal.standin import ACCOUNT_ID, StandIn

__all__ = ["ACCOUNT_ID", "Boot", "Call", "Persona", "StandIn"]
