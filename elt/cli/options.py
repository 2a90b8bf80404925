"""Words that several commands share."""

SINGLE_WRITER = "Use a store that overwrites: nothing else writes to it, I promise."
