"""Clients that stay across a real deploy: the room in workerd, which a deploy starts anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from vttsync.broadcast.survival.survival import Fault
from vttsync.broadcast.survival.target import Target
from vttsync.broadcast.survival.watch import surviving
from vttsync.cloudflare.token import read_token
from vttsync.deploy.desired import Desired
from vttsync.deploy.run import deploy
from vttsync.node import packages
from vttsync.progress import Stages
from vttsync.project.folder import Project, open_project
from vttsync.project.secrets import PUBLISH_KEY, ROOM_KEYS, TICKET_KEY, Secrets, new_key, previous
from vttsync.rehearsal.standin import StandIn
