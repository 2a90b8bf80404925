"""Building: runs the dbt project against a warehouse."""
