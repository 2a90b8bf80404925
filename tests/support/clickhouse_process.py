"""The process of a ClickHouse server for tests: ``python clickhouse_process.py LIBRARY FOLDER SERVER_PORT PORT``.

ClickHouse comes as a library whose command line can listen, and which a reset connection ends: clients take the second
port, that of a relay. The process ends with its standard input, so with the tests.
"""

import asyncio
import ctypes
import sys
import threading

from relay import Relay

# The last statement counts the lines of standard input, so it runs until that ends.
LISTEN = "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT count() FROM table"


def serve(file: str, folder: str, server_port: str, port: str) -> None:
    """Listen until standard input ends; a fault ends the process with ClickHouse's message."""
    threading.Thread(target=_relay, args=(int(port), int(server_port)), daemon=True).start()
    library = ctypes.CDLL(file)
    library.chdb_query_cmdline.restype = ctypes.c_void_p
    library.chdb_result_error.argtypes = [ctypes.c_void_p]
    library.chdb_result_error.restype = ctypes.c_char_p
    options = (f"--config-file={folder}/config.xml", f"--path={folder}/data", "--input-format=LineAsString")
    words = [word.encode() for word in ("clickhouse", *options, f"--query={LISTEN}")]
    result = library.chdb_query_cmdline(len(words), (ctypes.c_char_p * len(words))(*words))
    sys.exit((library.chdb_result_error(result) or b"").decode() or 0)


def _relay(port: int, server_port: int) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(Relay(server_port).listen(port))
    loop.run_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:])
