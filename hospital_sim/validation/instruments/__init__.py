"""Instruments that the studies share: observers, ledgers, and departments of queueing theory."""
