"""Checks the objects that staging wrote: manifests, lists of inputs and staged files."""

from collections.abc import Collection, Iterator

from elt import BrokenLakeError
from elt.lake import layout
from elt.lake.digests import digest
from elt.lake.key_lists import read_bundles, read_identifiers
from elt.lake.lake import Lake
from elt.lake.manifests import Action, Commit, Manifest, Plan, decode_manifest
from elt.lake.staging_runs import StagingRun
from elt.verification.problems import Kind, Problem
from hospital_sim.events.keys import LARGEST_RECORD
from hospital_sim.storage import BundledFolder, ObjectNotFoundError, ObjectUnreadableError


def read_runs(lake: Lake, problems: list[Problem]) -> list[StagingRun]:
    """Read the staging runs, and add a problem for each that cannot be read."""
    manifests: dict[int, dict[str, str]] = {}
    for key in lake.store.keys(layout.STAGING_MANIFESTS):
        parsed = layout.parse_manifest_key(key)
        if parsed is None and not layout.is_bundle_key(key):
            problems.append(Problem(key, Kind.FOREIGN, "no manifest of a staging run"))
        elif parsed is not None:
            manifests.setdefault(parsed[0], {})[parsed[1]] = key
    runs = []
    for number in range(1, max(manifests, default=0) + 1):
        keys = manifests.get(number, {})
        if "plan" not in keys:
            problems.append(Problem(layout.plan_key(number), Kind.MISSING, "the plan that staging wrote"))
            continue
        plan, plan_sha256 = _read(lake, keys["plan"], Plan, problems)
        commit, _ = _read(lake, keys["commit"], Commit, problems) if "commit" in keys else (None, "")
        if plan is not None and commit is not None and commit.plan_sha256 != plan_sha256:
            problems.append(Problem(keys["plan"], Kind.ALTERED, "its digest is not the one in the commit"))
        if plan is not None and number == plan.number:
            runs.append(StagingRun(plan, commit))
    return runs


def _read(lake: Lake, key: str, cls: type[Manifest], problems: list[Problem]) -> tuple[Manifest | None, str]:
    """Return a manifest and the digest of its bytes."""
    try:
        data = lake.store.read(key)
        return decode_manifest(key, data, cls), digest(data)
    except (BrokenLakeError, ObjectUnreadableError) as error:
        problems.append(Problem(key, Kind.ALTERED, str(error)))
        return None, ""


def check_inputs(lake: Lake, runs: list[StagingRun]) -> Iterator[Problem]:
    """Yield a problem for each list of raw objects that plans name and that is missing or changed."""
    lists = {(output.inputs, output.bundled) for run in runs for output in run.plan.outputs if output.inputs}
    for key, bundled in sorted(lists):
        try:
            (read_bundles if bundled else read_identifiers)(lake.store, key)
        except ObjectNotFoundError:
            yield Problem(key, Kind.MISSING, "the list of raw objects that a plan names")
        except ObjectUnreadableError as error:
            yield Problem(key, Kind.ALTERED, error.reason)
        except (BrokenLakeError, ValueError):
            yield Problem(key, Kind.ALTERED, "its bytes do not have the digest in its name")


def check_bundles(lake: Lake, altered: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each bundle that is broken, or whose copy of an object differs from the object.

    Args:
        lake: The lake.
        altered: Keys of objects that have a problem of their own.
    """
    for prefix in layout.BUNDLED_FOLDERS:
        folder = BundledFolder(lake.store, prefix)
        objects = dict(lake.store.read_each(folder.keys, LARGEST_RECORD)) if folder.bundles else {}
        for bundle in folder.bundles:
            copies = folder.copies(bundle)
            if copies is None:
                yield Problem(bundle, Kind.ALTERED, "not the bundle that was written; delete it, nothing refers to it")
                continue
            different = (key for key in copies.keys() & objects.keys() if copies[key] != objects[key])
            for key in sorted(set(different).difference(altered))[:1]:
                yield Problem(bundle, Kind.ALTERED, f"differs from {key}, which was changed after it was copied")


def check_staged_files(lake: Lake, runs: list[StagingRun]) -> Iterator[Problem]:
    """Yield a problem for each staged file that differs from its commit."""
    existing = set(lake.store.keys(layout.STAGING))
    planned = {output.key for run in runs if run.commit is None for output in run.plan.outputs}
    pruned = {key for run in runs if run.action is Action.PRUNE for one in run.plan.outputs for key in one.supersedes}
    committed = set()
    for run in runs:
        for output in run.outputs:
            if output.key is None:
                continue
            committed.add(output.key)
            if output.key not in existing and output.key in pruned:
                continue
            if output.key not in existing:
                yield Problem(output.key, Kind.MISSING, f"written by staging run {run.plan.number}")
                continue
            try:
                data = lake.store.read(output.key)
            except ObjectUnreadableError as error:
                yield Problem(output.key, Kind.ALTERED, error.reason)
                continue
            if digest(data) != output.sha256:
                kind = Kind.TRUNCATED if len(data) < output.bytes else Kind.ALTERED
                yield Problem(output.key, kind, f"{len(data):,} bytes, {output.bytes:,} were written")
    for key in sorted(existing - committed - planned):
        yield Problem(key, Kind.FOREIGN, "no manifest tells of it")
