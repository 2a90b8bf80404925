"""The pages of the report, their visuals and theme."""
