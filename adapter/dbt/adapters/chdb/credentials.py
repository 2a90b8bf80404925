"""What a profile of type ``chdb`` says: the directory, and the schema."""

from dataclasses import dataclass

from dbt.adapters.clickhouse.credentials import ClickHouseCredentials
from dbt_common.exceptions import DbtRuntimeError


@dataclass
class ChdbCredentials(ClickHouseCredentials):
    """Where the warehouse is.

    Attributes:
        path: Directory of the chDB database; made if it is not there.
        schema: Name on which the names of the schemas are built.
    """

    path: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.path:
            raise DbtRuntimeError("profile of type chdb: 'path' is missing; give the directory of the database")

    @property
    def type(self) -> str:
        """The word that stands in a profile."""
        return "chdb"

    @property
    def unique_field(self) -> str:
        """What tells one warehouse from another."""
        return self.path

    def _connection_keys(self) -> tuple[str, ...]:
        return ("path", "schema", "custom_settings")
