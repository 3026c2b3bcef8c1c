"""Latencies in bounded memory, which add up over clients, rooms and machines.

The buckets are HdrHistogram's with three significant digits, and so is the text form (log format
1.3, histograms in encoding V2, times in nanoseconds): HdrHistogram's own tools read it, and the
other way round. Source: HdrHistogram 2.2, `AbstractHistogram` and `HistogramLogWriter`. Its Python
port is no dependency, since it has no wheel for Linux on arm64; the tests compare with it.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from vttsync.errors import Exit, VttsyncError

_DIGITS, _LOWEST, _HIGHEST = 3, 1_000, 3_600_000_000_000  # significant; 1 µs to 1 h, in ns
_COOKIE, _COMPRESSED_COOKIE = 0x1C849313, 0x1C849314
_HEADER = struct.Struct(">iiiiqqd")
_OUTER = struct.Struct(">ii")
_LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'


@dataclass(frozen=True)
class _Layout:
    """Which values share a bucket: `unit` and `half` are powers of two, as HdrHistogram has them.

    Attributes:
        unit: of the smallest difference that is told.
        half: of half the buckets between two powers of two.
    """

    unit: int
    half: int

    @classmethod
    def of(cls, lowest: int, digits: int) -> _Layout:
        """The layout that tells values from `lowest` with so many significant digits."""
        return cls(max(1, lowest).bit_length() - 1, (2 * 10**digits - 1).bit_length() - 1)

    def index(self, value: int) -> int:
        """Number the bucket that a value is in."""
        mask = ((2 << self.half) - 1) << self.unit
        bucket = (value | mask).bit_length() - self.unit - self.half - 1
        return (bucket << self.half) + (value >> (bucket + self.unit))

    def highest(self, index: int) -> int:
        """Tell the largest value of a bucket."""
        bucket = max(0, (index >> self.half) - 1)
        shift = bucket + self.unit
        return ((index - (bucket << self.half) + 1) << shift) - 1


_OURS = _Layout.of(_LOWEST, _DIGITS)


class Histogram:
    """How many samples took how long.

    To record on a hot path, append seconds to an `array` (16 ns each) and `add` it now and then.
    """

    def __init__(self, seconds: Iterable[float] = ()) -> None:
        self._counts: Counter[int] = Counter()
        self.total = 0
        self.add(seconds)

    def add(self, seconds: Iterable[float]) -> None:
        """Count samples: negative ones (clocks that disagree) as 0, more than an hour as one."""
        for micros, count in Counter(int(1e6 * one) for one in seconds).items():
            self._count(1000 * micros, count)

    def merge(self, other: Histogram) -> None:
        """Count another's samples too."""
        self._counts.update(other._counts)
        self.total += other.total

    def percentile(self, share: float) -> float | None:
        """Tell the seconds that this share (0 to 1) of the samples did not exceed.

        Nearest rank, rounded up to three significant digits; None without samples.
        """
        rank = max(1, -int(-share * self.total // 1))
        for index, count in sorted(self._counts.items()):
            rank -= count
            if rank <= 0:
                return _OURS.highest(index) / 1e9
        return None

    @property
    def max(self) -> float | None:
        """Seconds that the slowest took, rounded up to three significant digits."""
        return _OURS.highest(max(self._counts)) / 1e9 if self._counts else None

    def buckets(self) -> Iterator[tuple[float, int]]:
        """Yield seconds (the bucket's upper end) and how many, for each bucket in use."""
        for index, count in sorted(self._counts.items()):
            yield _OURS.highest(index) / 1e9, count

    def encoded(self) -> str:
        """Write it as HdrHistogram's compressed V2 encoding, in base64."""
        counts = b"".join(_runs(self._counts))
        header = _HEADER.pack(_COOKIE, len(counts), 0, _DIGITS, _LOWEST, _HIGHEST, 1.0)
        packed = zlib.compress(header + counts)
        return b64encode(_OUTER.pack(_COMPRESSED_COOKIE, len(packed)) + packed).decode()

    @classmethod
    def decoded(cls, text: str) -> Histogram:
        """Read that encoding, whoever wrote it.

        Raises:
            ValueError: it is something else.
        """
        result = cls()
        try:
            data = b64decode(text, validate=True)
            cookie, length = _OUTER.unpack_from(data)
            payload = zlib.decompress(data[_OUTER.size : _OUTER.size + length])
            inner, size, _, digits, lowest, _, ratio = _HEADER.unpack_from(payload)
        except (zlib.error, struct.error) as error:
            raise ValueError(str(error)) from None
        if (cookie, inner) != (_COMPRESSED_COOKIE, _COOKIE) or ratio != 1.0:
            raise ValueError("no histogram in encoding V2")
        layout = _Layout.of(lowest, digits)
        for index, count in _counts(payload[_HEADER.size : _HEADER.size + size]):
            result._count(layout.highest(index), count)
        return result

    def _count(self, nanos: int, count: int) -> None:
        self._counts[_OURS.index(min(max(nanos, 0), _HIGHEST))] += count
        self.total += count


def write_log(histograms: Mapping[str, Histogram], *, began: float, seconds: float) -> str:
    """Write an HdrHistogram log with one interval, a line for each histogram.

    Args:
        histograms: by their tags (letters, digits, `-`, `_`, `.`, `:`); an empty tag is left out.
        began: when the interval began, seconds since 1970.
        seconds: how long it was.
    """
    lines = [
        "#[Histogram log format version 1.3]",
        f"#[StartTime: {began:.3f} (seconds since epoch)]",
    ]
    lines.append(_LEGEND)
    for tag, histogram in histograms.items():
        largest = 1000 * (histogram.max or 0.0)
        start = f"Tag={tag},{began:.3f}" if tag else f"{began:.3f}"
        lines.append(f"{start},{seconds:.3f},{largest:.3f},{histogram.encoded()}")
    return "\n".join(lines) + "\n"


def read_log(text: str, where: str) -> dict[str, Histogram]:
    """Read an HdrHistogram log; intervals with the same tag are merged.

    Raises:
        VttsyncError: exit 3, naming `where` and the line that is wrong.
    """
    found: dict[str, Histogram] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith(("#", '"')):
            continue
        tag, _, rest = (
            line.removeprefix("Tag=").partition(",") if line[:4] == "Tag=" else ("", "", line)
        )
        try:
            histogram = Histogram.decoded(rest.split(",")[-1].strip())
        except ValueError as error:
            raise VttsyncError(
                f"{where}:{number}: this is no line of an HdrHistogram log.",
                why=f"{error}.",
                fix="Give a file that `verify-broadcast` wrote.",
                exit_code=Exit.CONFIG,
            ) from None
        found.setdefault(tag, Histogram()).merge(histogram)
    return found


def _runs(counts: Mapping[int, int]) -> Iterator[bytes]:
    """Yield what is counted, bucket by bucket; the empty ones between as one negative number."""
    following = 0
    for index, count in sorted(counts.items()):
        if index > following:
            yield _zigzag(following - index)
        yield _zigzag(count)
        following = index + 1


def _counts(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each bucket in use with its count."""
    index = 0
    for number in _numbers(data):
        if number < 0:
            index -= number
        else:
            if number:
                yield index, number
            index += 1


def _zigzag(number: int) -> bytes:
    """Write a number as ZigZag LEB128, nine bytes at most: the ninth has eight bits of its own."""
    value = (number << 1) ^ (number >> 63)
    written = bytearray()
    while value >= 0x80 and len(written) < 8:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        if byte & 0x80 and shift < 56:
            value |= (byte & 0x7F) << shift
            shift += 7
            continue
        value |= byte << shift
        yield (value >> 1) ^ -(value & 1)
        value = shift = 0
