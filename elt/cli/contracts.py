"""``hospital-elt contracts``: prints or writes the schemas of raw objects and staged events."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elt import EltError, WrongCallError
from elt.cli.options import Json
from hospital_sim import terminal

if TYPE_CHECKING:
    from elt.contracts import Contract


def _types(incomplete: str) -> list[str]:
    from elt.contracts import EVENT_TYPES

    return [name for name in EVENT_TYPES if name.startswith(incomplete)]


def command(
    event_type: Annotated[
        str | None,
        typer.Argument(metavar="[TYPE]", help="One event type. All by default.", autocompletion=_types),
    ] = None,
    version: Annotated[int | None, typer.Option(metavar="N", help="One version. All by default.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write TYPE.vN.schema.json (JSON Schema) and TYPE.vN.arrow (Arrow schema)."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or write the JSON Schema and the Arrow schema of each event type and version."""
    from elt.contracts import EVENT_TYPES, contracts

    if event_type is not None and event_type not in EVENT_TYPES:
        raise WrongCallError(f"{event_type!r}: no event type; there are {', '.join(EVENT_TYPES)}")
    selected = list(contracts(event_type, version))
    if not selected:
        raise WrongCallError(f"--version: no event type has a version {version}")
    files = [] if out is None else [name for contract in selected for name in _write(out, contract)]
    if as_json:
        terminal.print_json({"contracts": [contract.as_dict() for contract in selected], "files": files})
        return
    rows: list[list[terminal.Cell]] = [
        [contract.event_type, contract.version, field.name, str(field.type), "or null" if field.nullable else ""]
        for contract in selected
        for field in contract.arrow_schema
    ]
    terminal.print_table("Contracts", ("event type", "version", "field", "Arrow type", ""), rows, files)


def _write(folder: Path, contract: "Contract") -> list[str]:
    schema = json.dumps(contract.json_schema, indent=2, ensure_ascii=False) + "\n"
    written = {
        folder / f"{contract.name}.schema.json": schema.encode("utf-8"),
        folder / f"{contract.name}.arrow": contract.arrow_schema.serialize().to_pybytes(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in written.items():
            path.write_bytes(data)
    except OSError as error:
        raise EltError(f"--out: {error.filename or folder}: cannot be written: {error.strerror}") from error
    return [str(path) for path in written]
