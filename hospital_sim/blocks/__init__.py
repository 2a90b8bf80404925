"""Building blocks for any SimPy environment: beds, waiting lists, wards, pathways, a census."""
