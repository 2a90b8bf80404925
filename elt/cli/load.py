"""``hospital-elt load``: loads staged files and run records into the warehouse."""

from elt.cli.options import Json, LakeUrl, Prefix, WarehouseDsn
from elt.cli.progress import progress_bars
from hospital_sim.terminal import examples, show

EXAMPLES = examples(
    "hospital-elt load --lake lake --warehouse chdb://warehouse",
)


def command(
    lake: LakeUrl,
    warehouse: WarehouseDsn,
    prefix: Prefix = "hospital",
    as_json: Json = False,
) -> None:
    """Load every staged file and finished run record that the warehouse does not hold yet."""
    from elt.lake.lake import Lake
    from elt.load.run import load

    with progress_bars() as on_progress:
        summary = load(Lake.open(lake, read_only=True), warehouse, prefix, on_progress)
    show("loaded", summary.as_dict() if as_json else summary.as_counts(), as_json=as_json)
