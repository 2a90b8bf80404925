"""A hospital as it runs: its departments, the coroutines of its patients, and the order of events within a second."""
