"""ClickHouse: embedded in this process (``chdb``) or on a server (``server``), with a shared base (``base``).

``clickhouse_sql`` holds its types, statements and errors, ``wire`` converts columns for a server, ``s3_url`` gives a
server the address of an object, and ``lock`` keeps a chDB directory for one process.
"""
