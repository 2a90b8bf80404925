"""The semantic model: tables, relationships and measures."""
