"""Families of distributions, one module each."""
