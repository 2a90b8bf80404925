"""Reads raw objects in batches, single objects and lines of day bundles, and decodes them into rows."""
