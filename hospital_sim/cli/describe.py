"""The command ``describe``: what is asked of a hospital, before anything runs."""

from hospital_sim import terminal
from hospital_sim.cli.arguments import HospitalArgument, JsonOption
from hospital_sim.hospital import load_all

EXAMPLES = terminal.examples("hospital-sim describe district_general", "hospital-sim describe my_hospital.toml --json")


def command(hospital_name: HospitalArgument, as_json: JsonOption = False) -> None:
    """Show the offered load by department and month, before anything runs.

    Offered load is the beds that demand asks for as a share of the beds there are, long stays and delays included.
    """
    found = load_all(hospital_name)
    tables = [each.describe() for each in found]
    if as_json:
        entries = [
            {"hospital_id": each.config.id, "departments": list(table)}
            for each, table in zip(found, tables, strict=True)
        ]
        terminal.print_json({"hospitals": entries})
        return
    for table in tables:
        terminal.print_table(table.title, table.columns, list(table.rows()))
