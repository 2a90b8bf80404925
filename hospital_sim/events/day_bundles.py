"""Day bundles: all events of one hospital, type and day in one object, one event a line, compressed with zstd.

The lines are the bytes of the single objects, sorted by ``event_time``, then ``event_id``. Two bundles are the same if
their lines are, because compressors of other versions give other bytes.
"""

from collections.abc import Iterable

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from backports import zstd

LARGEST_DAY_BUNDLE = 1 << 27
"""Most bytes of the lines of a bundle: 128 MiB, some 400,000 events of a hospital, a type and a day."""

_OPTIONS = {zstd.CompressionParameter.compression_level: 3, zstd.CompressionParameter.checksum_flag: 1}


class BrokenDayBundleError(ValueError):
    """The bytes are not a whole day bundle; the message says why."""


def pack(lines: Iterable[bytes]) -> bytes:
    """Return the bytes of a day bundle.

    Args:
        lines: The bytes of each event, in the order of the bundle.

    Raises:
        BrokenDayBundleError: If the lines are too many for a bundle.
    """
    content = b"\n".join((*lines, b""))
    if len(content) > LARGEST_DAY_BUNDLE:
        raise BrokenDayBundleError(f"would have {len(content):,} bytes of lines, more than {LARGEST_DAY_BUNDLE:,}")
    packed: bytes = zstd.compress(content, options=_OPTIONS)
    return packed


def unpack(data: bytes) -> bytes:
    """Return the lines of a day bundle, each with its line break; the break of the last may be missing.

    Raises:
        BrokenDayBundleError: If the bytes are not one whole frame of zstd, or unpack to too many.
    """
    unpacker = zstd.ZstdDecompressor()
    try:
        content: bytes = unpacker.decompress(data, LARGEST_DAY_BUNDLE + 1)
    except zstd.ZstdError as error:
        raise BrokenDayBundleError(f"it cannot be unpacked with zstd ({error})") from error
    if len(content) > LARGEST_DAY_BUNDLE:
        raise BrokenDayBundleError(f"it unpacks to more than {LARGEST_DAY_BUNDLE:,} bytes")
    if not unpacker.eof:
        raise BrokenDayBundleError("it is cut off")
    if unpacker.unused_data:
        raise BrokenDayBundleError("it goes on after its end; write one frame of zstd")
    return content


def split_lines(content: bytes) -> list[bytes]:
    """Return the lines of an unpacked bundle, without their line breaks."""
    lines = content.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def has_same_lines(data: bytes, other: bytes) -> bool:
    """Return True if two day bundles have the same lines; False if either is broken."""
    try:
        return unpack(data) == unpack(other)
    except BrokenDayBundleError:
        return False
