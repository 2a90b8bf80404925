"""Settings of a profile of type ``chdb``: the directory and the schema."""

from dataclasses import dataclass

from dbt.adapters.clickhouse.credentials import ClickHouseCredentials
from dbt_common.exceptions import DbtRuntimeError


@dataclass
class ChdbCredentials(ClickHouseCredentials):
    """Settings of a profile.

    Attributes:
        path: Directory of the chDB database. It must exist, so that a wrong path makes no empty database.
        schema: Prefix of the names of the schemas.
    """

    path: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.path:
            raise DbtRuntimeError("profile of type chdb: 'path' is missing; give the directory of the database")

    @property
    def type(self) -> str:
        """Type of the profile."""
        return "chdb"

    @property
    def unique_field(self) -> str:
        """Value that differs between warehouses."""
        return self.path

    def _connection_keys(self) -> tuple[str, ...]:
        return ("path", "schema", "custom_settings")
