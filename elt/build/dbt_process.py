"""Runs dbt for as long as the process that started it lives: ``python -m elt.build.dbt_process WORDS``.

That process holds the other end of standard input, which is never written to. Its end comes with the end of the
process, even by a kill.
"""

import os
import sys
import threading

from elt.warehouse.dsn import CLICKHOUSE_CA


def end_with_parent() -> None:
    """Start a thread that ends this process when standard input ends."""
    threading.Thread(target=_await_end, daemon=True).start()


def _await_end() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def trust_authority() -> None:
    """Let ClickHouse's driver trust the authority of the warehouse, because a profile of dbt cannot name it."""
    authority = os.environ.get(CLICKHOUSE_CA)
    if authority:
        import certifi

        certifi.where = lambda: authority


def main() -> None:
    """Run dbt with the words of the command line."""
    end_with_parent()
    trust_authority()
    from dbt.cli.main import cli

    cli.main(sys.argv[1:], "dbt")


if __name__ == "__main__":
    main()
