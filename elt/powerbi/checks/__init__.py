"""Checks of the generated project, made before anything is written."""
