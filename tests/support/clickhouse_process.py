"""The process of a ClickHouse server for tests: ``python clickhouse_process.py LIBRARY FOLDER``.

ClickHouse comes as a library whose command line can listen. The process ends with its standard input, so with the
tests.
"""

import ctypes
import sys

# The last statement counts the lines of standard input, so it runs until that ends.
LISTEN = "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT count() FROM table"


def serve(file: str, folder: str) -> None:
    """Listen until standard input ends; a fault ends the process with ClickHouse's message."""
    library = ctypes.CDLL(file)
    library.chdb_query_cmdline.restype = ctypes.c_void_p
    library.chdb_result_error.argtypes = [ctypes.c_void_p]
    library.chdb_result_error.restype = ctypes.c_char_p
    options = (f"--config-file={folder}/config.xml", f"--path={folder}/data", "--input-format=LineAsString")
    words = [word.encode() for word in ("clickhouse", *options, f"--query={LISTEN}")]
    result = library.chdb_query_cmdline(len(words), (ctypes.c_char_p * len(words))(*words))
    sys.exit((library.chdb_result_error(result) or b"").decode() or 0)


if __name__ == "__main__":
    serve(*sys.argv[1:])
