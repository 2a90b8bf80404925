"""Loading: puts staged files and run records into the warehouse, each exactly once."""
