"""Checks of the generated project."""
