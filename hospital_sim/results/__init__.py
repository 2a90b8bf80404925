"""Results of a run: summaries, charts, the bed board and event logs."""
