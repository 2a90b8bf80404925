"""Synthetic UK hospitals in SimPy: beds, waiting lists, lengths of stay, and the events they leave behind."""
