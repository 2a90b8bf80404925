"""Building blocks for models in any SimPy environment and any unit of time.

- ``wards``: a ward that admits patients, and their stays; ``pathways``: patients who arrive and follow a pathway;
  ``census``: statistics of wards.
- ``bed_queue``: beds with a waiting list, the base of a ward; ``bed_pool``: the numbered beds alone.
- ``processes``: faster SimPy processes; ``turns``: events with a place among those of one time.
"""
