"""S3 and compatible services: creates objects with ``If-None-Match: *``, with many requests in flight at once."""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from hospital_sim.errors import needs_extra
from hospital_sim.storage.base import LevelStore, check_key, check_readable, is_prefix
from hospital_sim.storage.in_flight import LOOP, Flight, in_thread
from hospital_sim.storage.protocol import (
    ObjectNotFoundError,
    ObjectTooLargeError,
    ObjectUnreadableError,
    StorageError,
    UnfitKeyError,
)
from hospital_sim.storage.retries import TransientError, retry_request
from hospital_sim.storage.s3_errors import InvalidNameError, store_error
from hospital_sim.storage.s3_listing import PAGE, list_any_names, list_together, walk
from hospital_sim.storage.s3_settings import S3Settings, settings

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig
    from obstore.store import S3Store as Client

Result = TypeVar("Result")

IN_FLIGHT = 64
"""Requests made at once by one call."""

_DELETED_TOGETHER = 1000
"""Most objects that S3 deletes with one request."""

_LARGE = 1 << 20
"""Size in bytes above which an object has a later deadline than other requests."""

_URL = re.compile(r"s3a?://(?P<bucket>[^/@?#]+)(?:/(?P<prefix>[^?#]*))?")
_LONGEST_KEY = 1024
# The client sends no request for such a name.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_clients: dict[tuple[str, S3Settings], "Client"] = {}


class S3Store(LevelStore):
    """Objects in a bucket, below a prefix.

    Args:
        url: ``s3://bucket/prefix``.
        single_writer: True if nothing else writes to the store. Then each key is looked for before a write, which is
            enough if the server ignores the condition.

    Attributes:
        url: The URL without a final slash.

    Raises:
        ValueError: If the URL does not have this form.
        MissingExtraError: If the extra ``s3`` is not installed.
    """

    def __init__(self, url: str, *, single_writer: bool = False) -> None:
        parts = _URL.fullmatch(url)
        if parts is None:
            raise ValueError("give s3://bucket/prefix; credentials and endpoint come from AWS_* variables or a profile")
        self._bucket = parts["bucket"]
        self._prefix = (parts["prefix"] or "").strip("/")
        if self._prefix:
            check_key(self._prefix)
        self.url = f"s3://{self._bucket}/{self._prefix}".rstrip("/")
        self._single_writer = single_writer
        with needs_extra(f"a lake at {self.url}", "s3"):
            import obstore  # noqa: F401

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the arguments, so that another process opens the store itself."""
        return partial(S3Store, single_writer=self._single_writer), (self.url,)

    def create(self, key: str, data: bytes) -> bool:
        """Create one object, whole or not at all (see ``ObjectStore.create``)."""
        check_key(key)
        self._open()
        return LOOP.run(self._create((key, data)))

    def create_many(self, objects: Iterable[tuple[str, bytes]]) -> int:
        """Create many objects, many at once (see ``ObjectStore.create_many``)."""
        self._open()
        return sum(Flight(self._create, IN_FLIGHT).results(objects))

    def read(self, key: str) -> bytes:
        """Return the bytes of one object (see ``ObjectStore.read``)."""
        check_key(key)
        self._open()
        return LOOP.run(self._read(key))

    def read_many(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the key and the bytes of each object, in the order of the keys, reading many at once."""
        self._open()
        return Flight(self._read_with_key, IN_FLIGHT).results(keys)

    def read_each(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | ObjectUnreadableError]]:
        """Yield the key of each object with its bytes, or with the error if that object cannot be read."""
        self._open()
        return Flight(partial(self._read_or_error, most), IN_FLIGHT).results(keys)

    def keys_in(self, folders: Sequence[str]) -> Iterator[list[str]]:
        """Yield, for each of some folders, sorted, the names of all objects below it (see ``ObjectStore.keys_in``)."""
        self._open()
        return list_together(self._page, lambda folder: list(self.keys(folder)), folders)

    def exists(self, key: str) -> bool:
        """Return True if an object has the key."""
        self._check_nameable(key)
        self._open()
        return LOOP.run(self._exists(key))

    def flush(self) -> None:
        """Do nothing: an object is durable once the server has acknowledged it."""

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete many objects, a batch with each request (see ``ObjectStore.delete_many``)."""
        self._open()
        names = iter(keys)
        while batch := list(islice(names, _DELETED_TOGETHER)):
            LOOP.run(self._delete(batch))

    async def _delete(self, batch: list[str]) -> None:
        for key in batch:
            self._check_nameable(key)
        client = self._open()

        async def request() -> None:
            try:
                await client.delete_async(batch)
            except FileNotFoundError:
                return  # a server that names what it does not have

        await self._request(request, batch[0])

    async def _create(self, item: tuple[str, bytes]) -> bool:
        key, data = item
        check_key(key)
        self._check_fits(key)
        if self._single_writer and (stored := await self._read_or_none(key)) is not None:
            return self._check_same(key, data, stored)
        client = self._open()

        async def request() -> bool:
            try:
                await client.put_async(key, data, mode="create")
            except Exception as error:
                if type(error).__name__ != "AlreadyExistsError":
                    raise self._error(error, f"{self.url}/{key}") from None
            else:
                return True
            stored = await self._read_or_none(key)
            if stored is None:
                # Two writers raced, and the server created neither object.
                raise TransientError("HTTP status 409")
            return self._check_same(key, data, stored)

        return await retry_request(request, f"{self.url}/{key}", len(data))

    def _check_nameable(self, key: str) -> None:
        check_key(key)
        if _CONTROL.search(key):
            raise UnfitKeyError(f"{self.url}/{key}", "no request can name it, because it has a control character")

    def _check_fits(self, key: str) -> None:
        name = f"{self._prefix}/{key}".encode("utf-8", "surrogateescape")
        if _CONTROL.search(key) or len(name) > _LONGEST_KEY or name != name.decode("utf-8", "replace").encode():
            raise UnfitKeyError(
                f"{self.url}/{key}",
                f"cannot be written: a name in S3 has up to {_LONGEST_KEY:,} bytes of UTF-8, and no control character",
            )

    async def _read(self, key: str, most: int | None = None) -> bytes:
        check_key(key)
        client = self._open()

        async def get() -> "bytes | GetResult":
            answer = await client.get_async(key)
            if most is not None and answer.range[1] > most:
                # Its body is not asked for, so the server sends no more of it than fits the connection.
                raise ObjectTooLargeError(f"{self.url}/{key}", answer.range[1], most)
            return answer if answer.range[1] > _LARGE else (await answer.bytes_async()).to_bytes()

        first = await self._request(get, key)
        if isinstance(first, bytes):
            return first
        size, answers = first.range[1], [first]

        async def body() -> bytes:
            answer = answers.pop() if answers else await client.get_async(key)
            return (await answer.bytes_async()).to_bytes()

        return await self._request(body, key, size)

    async def _read_with_key(self, key: str) -> tuple[str, bytes]:
        return key, await self._read(key)

    async def _read_or_error(self, most: int, key: str) -> tuple[str, bytes | ObjectUnreadableError]:
        try:
            check_readable(self.url, key)
            if _CONTROL.search(key):
                return key, ObjectUnreadableError(
                    f"{self.url}/{key}", "cannot be read: its name has a control character"
                )
            return key, await self._read(key, most)
        except ObjectUnreadableError as error:
            return key, error

    async def _read_or_none(self, key: str) -> bytes | None:
        try:
            return await self._read(key)
        except ObjectNotFoundError:
            return None

    async def _exists(self, key: str) -> bool:
        client = self._open()
        try:
            await self._request(lambda: client.head_async(key), key)
        except ObjectNotFoundError:
            return False
        return True

    def _level(self, prefix: str) -> list[str]:
        self._open()
        return LOOP.run(self._list(prefix))

    async def _list(self, prefix: str) -> list[str]:
        client = self._open()
        any_names = partial(in_thread, self._list_any_names, prefix)
        if _CONTROL.search(prefix) or not is_prefix(prefix):
            return sorted(await self._request(any_names, prefix))
        try:
            listing = await self._request(lambda: client.list_with_delimiter_async(prefix), prefix)
        except InvalidNameError:
            return sorted(await self._request(any_names, prefix))
        folders = (f"{folder}/" for folder in listing["common_prefixes"])
        # The client drops the slash of a marker, whose name then is that of its folder.
        names = (entry["path"] for entry in listing["objects"] if entry["path"].startswith(prefix))
        # Sorted, because some servers list in another order than that of the keys.
        return sorted([*folders, *names])

    def _page(self, prefix: str, after: str | None) -> list[tuple[str, int]]:
        client = self._open()

        async def request() -> list[tuple[str, int]]:
            async for entries in client.list(prefix, offset=after, chunk_size=PAGE):
                return [(entry["path"], entry["size"]) for entry in entries]
            return []

        return LOOP.run(self._request(request, prefix))

    def _list_any_names(self, prefix: str) -> list[str]:
        root = f"{self._prefix}/" if self._prefix else ""
        signed = self._place.credentials is not None
        level = list_any_names(self._bucket, root + prefix, signed=signed)
        return [name.removeprefix(root) for name in level]

    async def _request(self, call: Callable[[], Awaitable[Result]], key: str, size: int = 0) -> Result:
        location = f"{self.url}/{key}".rstrip("/")

        async def request() -> Result:
            try:
                return await call()
            except StorageError:
                raise
            except Exception as error:
                raise self._error(error, location) from None

        return await retry_request(request, location, size)

    def _keys(self, prefix: str) -> Iterator[str]:
        self._open()
        return walk(self._list, prefix)

    def _open(self) -> "Client":
        """Return the client. The caller's thread opens it, because finding credentials may block for a while."""
        place = (self._prefix, self._place)
        if place not in _clients:
            # Shared by all stores of the process, so that they share its open connections.
            _clients[place] = _connect(self._bucket, *place)
        return _clients[place]

    @cached_property
    def _place(self) -> S3Settings:
        return settings(self._bucket)

    def _error(self, error: Exception, location: str) -> StorageError | TransientError:
        return store_error(error, location, self._bucket, self._place)


def _connect(bucket: str, prefix: str, place: S3Settings) -> "Client":
    from obstore.store import S3Store as Client

    options: ClientConfig = {
        "allow_http": place.allow_http,
        "connect_timeout": "4s",
        # Long, because retries.py sets the deadline of a request by its size.
        "timeout": "1h",
        "pool_max_idle_per_host": str(IN_FLIGHT),
        **place.proxy(),
    }
    if place.certificates is not None:
        options["root_certificate"] = place.certificates
    return Client(
        bucket,
        prefix=prefix or None,
        config=place.config(),
        credential_provider=place.credentials,
        client_options=options,
        # The client itself never retries, because only retries.py knows that creating again is safe.
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=5)},
    )
