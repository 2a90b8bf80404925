"""ClickHouse, embedded or on a server."""
