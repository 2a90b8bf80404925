"""Optional checks of the Power BI project with Microsoft's schemas and Microsoft's parser.

``POWERBI_SCHEMAS`` is the folder of the published JSON schemas, ``POWERBI_PARSER`` the program that ``make
powerbi-check`` installs. A test that needs one of them is skipped without it. In CI, where no test may be skipped, such
tests do not exist.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCHEMAS, PARSER = "POWERBI_SCHEMAS", "POWERBI_PARSER"
_BASE = "https://developer.microsoft.com/json-schemas/"
_IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")

Test = Callable[..., None]


def needs(variable: str) -> Callable[[Test], Test | None]:
    """Return a decorator for a test that needs a variable of the environment."""
    if os.environ.get(variable):
        return lambda test: test
    if _IN_CI:
        return lambda test: None
    return pytest.mark.skipif(True, reason=f"{variable} is not set")


def schema_errors(folder: Path) -> list[str]:
    """Return the violations of the published schemas in a project; every file except the theme names its schema."""
    from jsonschema import Draft7Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    root = Path(os.environ[SCHEMAS])
    registry: Registry[Any] = Registry().with_resources(
        (_BASE + path.relative_to(root).as_posix(), DRAFT7.create_resource(json.loads(path.read_text("utf-8"))))
        for path in root.rglob("schema*.json")
    )
    errors = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".json", ".pbir", ".pbism", ".pbip") and path.name != ".platform":
            continue
        content = json.loads(path.read_text("utf-8"))
        if "StaticResources" in path.parts:
            continue
        validator = Draft7Validator({"$ref": content["$schema"]}, registry=registry)
        errors += [f"{path.name}{error.json_path[1:]}: {error.message}" for error in validator.iter_errors(content)]
    return errors


def parsed(folder: Path) -> dict[str, Any]:
    """Return the answer of Microsoft's parser to the model in a folder: counts of loaded objects, or an error."""
    client = {"name": "check", "version": "1"}
    request = {"operation": "ConnectFolder", "folderPath": str(folder)}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    connect = {"name": "connection_operations", "arguments": {"request": request}}
    calls: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/call", "params": connect},
    ]
    server = subprocess.Popen(
        [os.environ[PARSER], "--start"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        for call in calls:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **call}) + "\n")
            server.stdin.flush()
        for line in server.stdout:
            answer = json.loads(line)
            if answer.get("id") == 1:
                said = answer["result"]["content"][0]["text"]
                try:
                    counts = json.loads(said).get("data") or {}
                except (json.JSONDecodeError, AttributeError):
                    counts = {}
                return {"isError": answer["result"].get("isError", False), "said": said} | counts
    finally:
        server.terminate()
        server.wait()
    raise AssertionError("the parser ended without an answer")
