"""Repairs of a lake that an operator asks for. Each is a numbered staging run that overwrites nothing."""

from elt.repair.compact import compact
from elt.repair.forget import forget
from elt.repair.prune import prune
from elt.repair.set_aside import set_aside
from elt.repair.summary import PruneSummary, RepairSummary
from elt.repair.undo import undo

__all__ = ["PruneSummary", "RepairSummary", "compact", "forget", "prune", "set_aside", "undo"]
