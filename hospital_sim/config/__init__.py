"""What a hospital is, read from TOML and checked."""

from hospital_sim.config.read import check_config, parse_hospital, parse_hospitals, read_hospitals
from hospital_sim.config.schema import DepartmentConfig, HospitalConfig

__all__ = ["DepartmentConfig", "HospitalConfig", "check_config", "parse_hospital", "parse_hospitals", "read_hospitals"]
