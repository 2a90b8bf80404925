"""Instruments that the studies share: observers, ledgers, departments of queueing theory, and probabilities."""
