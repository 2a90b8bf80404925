"""The project's files: TMDL, report files and Parquet."""
