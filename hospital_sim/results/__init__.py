"""Results of a run: tables, charts, the bed board and event logs."""
