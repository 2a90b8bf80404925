"""Day bundles in staging: their lines, and events that are in several raw objects."""
