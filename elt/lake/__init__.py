"""The lake: its layout, objects, manifests and quarantine."""
