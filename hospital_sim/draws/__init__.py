"""Random draws of a hospital, made before any patient meets a bed.

- ``streams``: named random streams, one for each purpose; everything below draws from them.
- ``requests``: requests for a bed; ``request_times``: their seconds; ``stays``: stays, delays and turnarounds drawn for
  them.
- ``patients``: the patient of each request; ``identity``: identifiers of patients, spells and events.
"""
