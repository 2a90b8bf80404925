"""A hospital as it runs.

- ``runner`` plans a run, connects the parts below and runs them; ``order`` is the order of events within a second.
- ``department`` has the department, the spell of a patient in it, and the observer; ``spells`` the coroutines of
  arrivals, spells and the census.
- ``escalation`` opens and closes beds, ``overflow`` sends patients to other departments, and ``discharge_profile``
  shapes the time of discharge.
- ``recorder`` observes a run and emits typed events.
"""
