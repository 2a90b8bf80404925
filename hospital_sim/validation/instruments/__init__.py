"""Instruments that the studies share: observers, and departments of queueing theory."""
