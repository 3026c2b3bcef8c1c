from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]
from hdrh.log import HistogramLogReader, HistogramLogWriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from vttsync.broadcast.histogram import Histogram, read_log, write_log
from vttsync.errors import Exit, VttsyncError

LOWEST, HIGHEST, DIGITS = 1_000, 3_600_000_000_000, 3
SHARES = (0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0)

samples = st.lists(st.floats(0, 3600), min_size=1, max_size=50)
few = settings(max_examples=20, deadline=None)  # theirs takes a while to make


def theirs(seconds: list[float]) -> HdrHistogram:
    histogram = HdrHistogram(LOWEST, HIGHEST, DIGITS)
    for one in seconds:
        histogram.record_value(1000 * int(1e6 * one))
    return histogram


def recorded(histogram: HdrHistogram) -> list[tuple[int, int]]:
    iterated = histogram.get_recorded_iterator()
    return [(item.value_iterated_to, item.count_at_value_iterated_to) for item in iterated]


@few
@given(samples)
def test_it_holds_what_hdrhistogram_holds(seconds: list[float]) -> None:
    ours = Histogram(seconds)
    other = HdrHistogram.decode(ours.encoded())
    assert other.get_total_count() == ours.total == len(seconds)
    assert recorded(other) == recorded(theirs(seconds))


@few
@given(samples)
def test_it_reads_what_hdrhistogram_wrote(seconds: list[float]) -> None:
    read = Histogram.decoded(theirs(seconds).encode().decode())
    assert list(read.buckets()) == list(Histogram(seconds).buckets())


@given(samples, st.sampled_from(SHARES))
def test_percentiles_are_nearest_ranks_within_a_thousandth(
    seconds: list[float], share: float
) -> None:
    exact = sorted(seconds)[max(0, -int(-share * len(seconds) // 1) - 1)]
    told = Histogram(seconds).percentile(share)
    assert told == pytest.approx(exact, rel=0.001, abs=3e-6)


@given(samples, samples)
def test_merged_is_as_recorded_together(one: list[float], other: list[float]) -> None:
    merged = Histogram(one)
    merged.merge(Histogram(other))
    together = Histogram([*one, *other])
    assert (merged.total, list(merged.buckets())) == (together.total, list(together.buckets()))


def test_without_samples_there_is_nothing_to_tell() -> None:
    assert (Histogram().percentile(0.5), Histogram().max, Histogram().total) == (None, None, 0)
    assert Histogram.decoded(Histogram().encoded()).total == 0


def test_what_cannot_be_is_counted_at_the_ends() -> None:
    ends = Histogram([-1.0, 1e9])
    assert ends.percentile(0.5) == pytest.approx(0, abs=1e-6)
    assert ends.max == pytest.approx(3600, rel=0.001)


def test_other_layouts_are_read_too() -> None:
    coarse = HdrHistogram(1, 10_000_000_000, 2)
    for nanos in (5_000_000, 40_000_000, 41_000_000):
        coarse.record_value(nanos)
    read = Histogram.decoded(coarse.encode().decode())
    assert read.total == 3
    assert read.percentile(0.5) == pytest.approx(0.040, rel=0.01)


def test_a_log_is_read_by_their_tools(tmp_path: Path) -> None:
    generator = random.Random(7)  # noqa: S311 - samples, no secret
    rooms = {
        name: Histogram([generator.expovariate(50) for _ in range(1000)])
        for name in ("gm", "player")
    }
    path = tmp_path / "latency.hlog"
    path.write_text(write_log(rooms, began=1_795_463_891.0, seconds=12.5), encoding="ascii")
    reader = HistogramLogReader(str(path), HdrHistogram(LOWEST, HIGHEST, DIGITS))
    total = HdrHistogram(LOWEST, HIGHEST, DIGITS)
    while (interval := reader.get_next_interval_histogram()) is not None:
        assert interval.get_total_count() == 1000
        total.add(interval)
    reader.close()
    assert total.get_total_count() == 2000


def test_a_log_of_theirs_is_read(tmp_path: Path) -> None:
    stream = io.StringIO()
    writer = HistogramLogWriter(stream)
    writer.output_log_format_version()
    writer.output_legend()
    for start in (0, 1000):
        interval = theirs([0.004, 0.009])
        interval.set_start_time_stamp(start)
        interval.set_end_time_stamp(start + 1000)
        writer.output_interval_histogram(interval)
    (only,) = read_log(stream.getvalue(), "theirs.hlog").values()
    assert only.total == 4
    assert only.max == pytest.approx(0.009, rel=0.001)


def test_a_log_comes_back_as_it_was() -> None:
    written = {
        "gm": Histogram([0.001]),
        "user:player_1": Histogram([0.002, 0.003]),
        "": Histogram(),
    }
    read = read_log(write_log(written, began=1.0, seconds=2.0), "x.hlog")
    assert {tag: list(one.buckets()) for tag, one in read.items()} == {
        tag: list(one.buckets()) for tag, one in written.items()
    }


@pytest.mark.parametrize("line", ["0,1,2,HISTxxxx", "nonsense", "0,1,2,", "Tag=a"])
def test_what_is_no_log_is_told_with_its_line(line: str) -> None:
    with pytest.raises(VttsyncError, match=r"bad\.hlog:2") as caught:
        read_log(f"#[comment]\n{line}\n", "bad.hlog")
    assert caught.value.exit_code == Exit.CONFIG
