"""Puts into a lake what no lake should hold: markers, links, devices, huge objects, names that are no keys."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

MARKERS = [
    "raw/", "raw/admission/", "raw/_runs/", "raw/admission/event_date=2024-01-01/", "raw/new/", "staging/",
    "quarantine/entries/", "quarantine/replayed/", "quarantine/objects/", "manifests/staging/",
]  # fmt: skip
"""Empty objects that a console creates for a folder."""

STRAYS = [
    "raw/latest", "raw/notes.txt", "raw/visits/2024.csv", "raw/per%2Fcent", "raw/é😀", "raw/_runs/notes.json",
    "raw/_runs/.0123.json.Ab12Cd", "raw/admission/.admission.json.Ab12Cd", "raw/admission/event_date=2024-1-1/x",
    "raw/admission/event_date=2024-01-01/x/y", "raw/admission/event_date=2024-01-01/.admission_1.json.Ab12Cd",
    "quarantine/entries/notes.txt", "quarantine/entries/.1.json.Ab12Cd", "quarantine/replayed/notes.txt",
    "quarantine/objects/notes.txt", "manifests/staging/notes.txt", "staging/admission/.x.parquet.Ab12Cd",
]  # fmt: skip
"""Objects with a key that no object of a lake has."""

NO_KEYS = [
    "raw/a//b", "raw//c", "raw/./d", "raw/../e", "raw/f/..", "raw/tab\there", "raw/line\nbreak", "raw/del\x7f",
    "raw/admission//x", "raw/admission/event_date=2024-01-01//x", "raw/_runs//x", "raw/_runs/tab\t.json",
    "quarantine/entries//x", "manifests/staging//x", "staging//x", "staging/tab\t",
]  # fmt: skip
"""Names that S3 takes and that are no keys."""


def decorate_folder(lake: Path) -> list[str]:
    """Put hostile things into a lake on disk; return the names under ``raw/`` that must end in quarantine."""
    strays = [*STRAYS, *(name for name in NO_KEYS if Path(name).name and os.path.normpath(name) == name)]
    for name in strays:
        _write(lake / name)
    raw = lake / "raw"
    (raw / "latest link").symlink_to("admission")
    (raw / "_runs" / "link.json").symlink_to("nowhere")
    os.mkfifo(raw / "pipe")
    with suppress(PermissionError):
        os.mknod(raw / "zero", 0o20666, os.makedev(1, 5))
    (raw / "sparse").touch()
    os.truncate(raw / "sparse", 1 << 30)
    strays += ["raw/latest link", "raw/_runs/link.json", "raw/pipe", "raw/sparse"]
    return sorted(
        name.removeprefix("raw/")
        for name in [*strays, *["raw/zero"] * (raw / "zero").exists()]
        if name.startswith("raw/")
    )


def decorate_bucket(client: Any, bucket: str, prefix: str) -> list[str]:
    """Put hostile things into a lake in S3; return the names under ``raw/`` that must end in quarantine."""
    for name in [*MARKERS, *STRAYS, *NO_KEYS, "raw/" + "n/" * 30 + "x"]:
        with suppress(Exception):  # some servers refuse some names
            client.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=b"" if name.endswith("/") else b"hostile")
    client.put_object(Bucket=bucket, Key=f"{prefix}/raw/large", Body=bytes(1 << 20))
    return _unrecognised(_listed(client, bucket, prefix))


def _listed(client: Any, bucket: str, prefix: str) -> Iterable[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/raw/"):
        for entry in page.get("Contents", ()):
            yield entry["Key"].removeprefix(f"{prefix}/raw/")


def _unrecognised(names: Iterable[str]) -> list[str]:
    from hospital_sim.events.keys import is_record_key, is_started_key, parse_event_key

    return sorted(
        name
        for name in names
        if not (
            name == "" or name.endswith("/") or parse_event_key(name) or is_record_key(name) or is_started_key(name)
        )
    )


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"hostile")


@contextmanager
def nested_folders(folder: Path, depth: int) -> Iterator[str]:
    """Make folders within each other, with a file in the innermost; yield its name in the folder.

    They are removed in the end, because what removes the folders of tests does not go so deep.
    """
    top = os.open(folder, os.O_RDONLY)
    parent = os.dup(top)
    try:
        for _ in range(depth):
            os.mkdir("d", dir_fd=parent)
            child = os.open("d", os.O_RDONLY, dir_fd=parent)
            os.close(parent)
            parent = child
        os.close(os.open("x", os.O_WRONLY | os.O_CREAT, dir_fd=parent))
        yield "d/" * depth + "x"
    finally:
        os.close(parent)
        os.close(top)
        subprocess.run(["rm", "-rf", str(folder / "d")], check=True)
