"""All mutants."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.sights import SIGHTS
from tests.mutants.states import STATES
from tests.mutants.streams import STREAMS
from tests.mutants.wires import WIRES

MUTANTS: tuple[Mutant, ...] = (*SIGHTS, *STREAMS, *STATES, *WIRES)
