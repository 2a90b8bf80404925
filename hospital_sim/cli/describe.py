"""The command ``describe``: shows the offered load of a hospital before a run."""

from hospital_sim import terminal
from hospital_sim.cli.arguments import HospitalArgument, JsonOption
from hospital_sim.hospital import load_all

EXAMPLES = terminal.examples("hospital-sim describe district_general", "hospital-sim describe my_hospital.toml --json")


def command(hospital_name: HospitalArgument, as_json: JsonOption = False) -> None:
    """Show the offered load by department and month, without a run.

    Offered load is the beds that demand needs, long stays and delays included, as a share of the open beds.
    """
    hospitals = load_all(hospital_name)
    tables = [hospital.describe() for hospital in hospitals]
    if as_json:
        entries = [
            {"hospital_id": hospital.config.id, "departments": list(table)}
            for hospital, table in zip(hospitals, tables, strict=True)
        ]
        terminal.print_json({"hospitals": entries})
        return
    for table in tables:
        terminal.print_table(table.title, table.columns, list(table.rows()))
