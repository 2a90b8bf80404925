"""Deletes what the plan of a prune names: forgotten raw objects, their copies in quarantine, and superseded files.

Nothing else in the project deletes an object. The plan exists before anything is deleted, so a prune that was killed is
completed, and ``verify`` knows what may be missing. Older bundles need no plan, because nothing refers to them.
"""

from collections.abc import Iterator

from elt.lake import layout
from elt.lake.key_lists import read_bundles, read_identifiers
from elt.lake.lake import Lake
from elt.lake.manifests import CommittedOutput, OutputCounts, Plan, PlannedOutput
from elt.lake.repairs import Removed
from elt.lake.staging_runs import StagingRun
from elt.lake.tree import RAW_PREFIX
from elt.native.buffers import texts_of
from elt.native.names import identifier_texts
from hospital_sim.events.keys import day_bundle_key, key_of
from hospital_sim.storage import BundledFolder

QUARANTINE_PLACES = (layout.QUARANTINE_OBJECTS, layout.QUARANTINE_ENTRIES, layout.QUARANTINE_REPLAYED)


def prune_objects(lake: Lake, plan: Plan) -> Iterator[tuple[PlannedOutput, CommittedOutput]]:
    """Delete the objects that a plan names, and yield each output; no file is written for it.

    Args:
        lake: The lake.
        plan: The plan of a prune.

    Raises:
        StorageError: If the lake cannot be read or written; the next staging run completes the prune.
    """
    pruned = Removed(lake.store, [StagingRun(plan, None)])
    others = {layout.quarantine_name(key) for key in pruned.unrecognised()}
    for place in QUARANTINE_PLACES:
        names = [key.removeprefix(place) for key in lake.store.keys(place)]
        lake.store.delete_many([place + name for name in names if name in others or name in pruned])
    lake.store.delete_many([RAW_PREFIX + key for key in sorted(pruned.unrecognised())])
    for output in plan.outputs:
        lake.store.delete_many(_raw_keys(lake, output))
        lake.store.delete_many(output.supersedes)
        yield output, CommittedOutput(output.event_type, output.month, None, 0, "", OutputCounts(0, {}, {}, {}))


def delete_older_bundles(lake: Lake) -> None:
    """Delete all bundles but the newest of each folder."""
    for folder in layout.BUNDLED_FOLDERS:
        lake.store.delete_many(BundledFolder(lake.store, folder).bundles[:-1])


def _raw_keys(lake: Lake, output: PlannedOutput) -> Iterator[str]:
    if output.bundled:
        for day, bundles in read_bundles(lake.store, output.inputs).items():
            yield from (RAW_PREFIX + day_bundle_key(output.event_type, day, name) for name in bundles)
        return
    days = read_identifiers(lake.store, output.inputs) if output.inputs else {}
    for day, identifiers in days.items():
        for event_id in texts_of(identifier_texts(identifiers)):
            yield RAW_PREFIX + key_of(output.event_type, day, event_id)
