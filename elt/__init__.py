"""Reads what the sinks wrote: stage to Parquet, load a warehouse, model it, check it, show it."""
