"""Studies: each simulates one model many times and checks it against theory."""
