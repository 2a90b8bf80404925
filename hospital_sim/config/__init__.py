"""The configuration of a hospital: read from TOML, checked, and what follows from it.

- ``schema`` and ``parts``: the fields; ``read``: TOML files; ``arrivals``: files of real arrivals.
- ``presets``: hospitals that come with the library, and the JSON Schema of a file.
- ``text_files``: encodings of files.
- ``checks`` and ``demand_checks``: constraints between fields.
- ``changes``: changes of a hospital from a day on, and the configuration that holds on a day.
- ``sources``, ``calendar``, ``open_beds``, ``periods``, ``offered_load``, ``expectations``: what the fields amount to.
"""

from hospital_sim.config.read import check_config, parse_hospital, parse_hospitals, read_hospitals
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig

__all__ = ["DepartmentConfig", "HospitalConfig", "check_config", "parse_hospital", "parse_hospitals", "read_hospitals"]
