"""What reads the objects that have the form of a template."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elt.native.buffers import JoinedObjects
from elt.native.fixed_values import Flags
from elt.native.template import Template


@dataclass(frozen=True)
class Texts:
    """A column of texts as they are written.

    Attributes:
        codes: For each row the place of its text among the different ones.
        different: The different texts, each with its closing quote, perhaps more than the rows have.
    """

    codes: npt.NDArray[np.int32]
    different: list[bytes]


@dataclass(frozen=True)
class ReadRows:
    """The objects that have the form of a template.

    Attributes:
        proven: For each object, whether it has.
        columns: The values of those that have, by the name of the column.
    """

    proven: Flags
    columns: dict[str, pa.Array | Texts]


class RowReader(Protocol):
    """Reads objects."""

    def read(self, template: Template, joined: JoinedObjects) -> ReadRows:
        """Read the objects that have the form of a template, from their first byte to their last.

        Texts are told apart and not looked into: whether they are right is left to the caller.
        """
        ...
