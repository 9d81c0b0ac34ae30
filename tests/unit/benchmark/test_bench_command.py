"""`ocr-service bench` with engines that say what they are told: no model is loaded."""

import json
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from pipelines.records import Pixels
from training.benchmark import command, peers, plots, run
from training.benchmark.items import ItemSet, LineItem, Measure, PageItem, TruthLine
from training.benchmark.peers import PageLine, PeerOptions, PeerUnavailableError, Read

RUNNER = CliRunner()
Outcome = tuple[int, Any, str, str]
Bench = Callable[..., Outcome]
APP = typer.Typer()
APP.command()(command.bench)
TRUTHS = ("足立", "綾瀬", "千住", "梅田")
WHITE = np.full((20, 60, 3), 255, np.uint8)


class Fake:
    """Reads the number that the first pixel holds as the text of that number; errs as told."""

    version = "1"

    def __init__(
        self,
        name: str,
        wrong: int = 0,
        masks: bool = False,
        fails: type[BaseException] | None = None,
    ) -> None:
        self.name = name
        self.masks = masks
        self.closed = False
        self._wrong = wrong
        self._fails = fails

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: frozenset[str] | None = None
    ) -> Read:
        number = int(pixels[0, 0, 0])
        if self._fails is not None and number == 2:
            raise self._fails("out of paper")
        if number < self._wrong and repertoire is None:
            return Read("違う", 0.3, 0.3)
        return Read(TRUTHS[number], 0.9, 0.9)

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        return [PageLine("足立区", (0, 0, 60, 20))]

    def close(self) -> None:
        self.closed = True


def _numbered(number: int) -> Pixels:
    pixels = WHITE.copy()
    pixels[0, 0] = number
    return pixels


def _sets(plan: run.Plan, track: object) -> Iterator[ItemSet]:
    lines = [
        LineItem(
            name=f"line-{i}",
            pixels=_numbered(i),
            truth=truth,
            repertoire=frozenset(truth),
            tags={"kind": "town", "degradation": ("clean", "fax")[i % 2]},
        )
        for i, truth in enumerate(TRUTHS)
    ]
    yield ItemSet(
        name="pen_strokes", title="Towns", provenance="made here", real=False,
        measure=Measure.EXACT, lines=lines, kinds_given=True,
    )  # fmt: skip
    page = PageItem(name="sign", pixels=WHITE, lines=(TruthLine("足立区役所", None),))
    yield ItemSet(
        name="print_pages", title="Pages", provenance="made here", real=True,
        measure=Measure.CER, pages=[page],
    )  # fmt: skip
    yield ItemSet(
        name="notes", title="Notes", provenance="elsewhere", real=True, measure=Measure.CER,
        missing="no folder of real images (--real)",
    )  # fmt: skip


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bench:
    """Run the command with fakes; gives exit code, JSON, Markdown and output."""

    def missing(options: PeerOptions) -> peers.Peer:
        raise PeerUnavailableError("no program `quill`: cut a feather")

    def call(*arguments: str, pictures: bool = False, **fakes: Fake) -> Outcome:
        openers: dict[str, Callable[[PeerOptions], peers.Peer]] = {
            name: lambda options, fake=fake: fake for name, fake in fakes.items()
        }
        monkeypatch.setattr(peers, "OPENERS", {**openers, "quill": missing})
        monkeypatch.setattr(run, "_line_sets", _sets)
        if not pictures:
            monkeypatch.setattr(plots, "draw_plots", lambda found, folder: [])
        out = tmp_path / "out"
        result = RUNNER.invoke(APP, ["--sets", "fields", "-o", str(out), *arguments])
        if not (out / "figures.json").is_file():
            return result.exit_code, {}, "", result.output
        found = json.loads((out / "figures.json").read_text("utf-8"))
        return result.exit_code, found, (out / "figures.md").read_text("utf-8"), result.output

    return call


def test_engines_stand_side_by_side(bench: Bench) -> None:
    good, bad = Fake("good"), Fake("bad", wrong=3)
    code, found, page, output = bench(good=good, bad=bad)
    assert code == 0, output
    engines = found["sets"]["pen_strokes"]["engines"]
    assert engines["good"]["all"]["exact"] == 1.0
    assert engines["bad"]["all"]["exact"] == 0.25
    assert engines["bad"]["all"]["cer"] == 0.75
    assert engines["bad"]["by"]["degradation"]["fax"]["exact"] == 0.5
    assert engines["bad"]["wrong"][0] == {"name": "line-0", "truth": "足立", "read": "違う"}
    assert found["sets"]["print_pages"]["engines"]["good"]["all"]["cer"] == pytest.approx(2 / 5)
    assert "25.0% (5%–70%) / 75.0%" in page
    assert "no folder of real images" in page
    assert good.closed and bad.closed


def test_a_run_in_parts_keeps_what_only_the_earlier_part_measured(
    bench: Bench, tmp_path: Path
) -> None:
    _, first, _, _ = bench(good=Fake("good"))
    first["about"]["command"] = "the first part"
    first["sets"]["fonts"] = {**first["sets"]["pen_strokes"], "title": "Fonts"}
    first["sets"]["notes"] = {**first["sets"]["pen_strokes"], "title": "Notes"}
    first["failed"] = {"speed": "no paper"}
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(first), "utf-8")
    code, found, page, _ = bench("--with", str(earlier), good=Fake("good", wrong=3))
    assert code == 0
    engines = {name: found["sets"][name]["engines"] for name in ("pen_strokes", "fonts", "notes")}
    assert engines["pen_strokes"]["good"]["all"]["exact"] == 0.25
    # What this run misses, as the folder of notes, doesn't hide what was measured before.
    assert engines["fonts"]["good"]["all"]["exact"] == 1.0
    assert engines["notes"]["good"]["all"]["exact"] == 1.0
    assert found["failed"] == {"speed": "no paper"}
    assert found["about"]["command"].startswith("the first part; ")
    assert "the first part" in page


def test_what_is_missing_is_told_and_an_error_only_when_it_was_asked_for(
    bench: Bench,
) -> None:
    code, found, page, output = bench(good=Fake("good"))
    assert code == 0
    assert found["peers"]["quill"] == {
        "state": "missing",
        "how": "no program `quill`: cut a feather",
    }
    assert "cut a feather" in page and "cut a feather" in output
    code, found, _, _ = bench("--peers", "good,quill", good=Fake("good"))
    assert code == command.INCOMPLETE
    assert found["sets"]["pen_strokes"]["engines"]["good"]["all"]["lines"] == 4


def test_the_kind_of_field_is_given_to_engines_that_can_use_it(
    bench: Bench,
) -> None:
    _, found, _, _ = bench(masked=Fake("masked", wrong=2, masks=True))
    engines = found["sets"]["pen_strokes"]["engines"]
    assert engines["masked"]["all"]["exact"] == 1.0
    assert engines["masked (kind not given)"]["all"]["exact"] == 0.5
    assert "masked (kind not given)" not in found["sets"]["print_pages"]["engines"]


def test_an_engine_that_fails_does_not_cost_the_others(
    bench: Bench,
) -> None:
    code, found, page, _ = bench(broken=Fake("broken", fails=RuntimeError), good=Fake("good"))
    assert code == command.INCOMPLETE
    assert found["failed"] == {"pen_strokes: broken": "RuntimeError: out of paper"}
    assert "out of paper" in page
    assert found["sets"]["pen_strokes"]["engines"]["broken"]["all"]["lines"] == 2
    assert found["sets"]["pen_strokes"]["engines"]["good"]["all"]["lines"] == 4


def test_interrupted_runs_keep_what_was_measured(
    bench: Bench,
) -> None:
    good, stopped = Fake("good"), Fake("stopped", fails=KeyboardInterrupt)
    code, found, page, _ = bench(good=good, stopped=stopped)
    assert code == command.INTERRUPTED
    assert found["about"]["interrupted"] is True
    assert found["sets"]["pen_strokes"]["engines"]["good"]["all"]["lines"] == 4
    assert found["sets"]["pen_strokes"]["engines"]["stopped"]["all"]["lines"] == 2
    assert "interrupted" in page
    assert "[2 of 4]" in page
    assert good.closed and stopped.closed


def test_confidences_are_judged(bench: Bench) -> None:
    _, found, _, _ = bench(bad=Fake("bad", wrong=2))
    fields = found["confidence"]["bad: field crops"]
    assert fields["readings"] == 4
    assert fields["right"] == 0.5
    assert fields["ece"] == pytest.approx((0.3 + 0.3 + 0.1 + 0.1) / 4)


def test_pictures_are_drawn(
    bench: Bench,
    tmp_path: Path,
) -> None:
    pytest.importorskip("matplotlib")
    _, _, page, _ = bench(pictures=True, good=Fake("good"))
    for name in ("exact", "cer", "degradation", "confidence"):
        file = tmp_path / "out" / "images" / f"figures-{name}.png"
        assert file.read_bytes().startswith(b"\x89PNG")
        assert f"images/{file.name}" in page


@pytest.mark.parametrize(
    "arguments", [["--sets", "runes"], ["--peers", "nobody"], ["--count", "0"]]
)
def test_names_that_nobody_knows_are_wrong_usage(
    bench: Bench,
    arguments: list[str],
) -> None:
    code, _, _, output = bench(*arguments, good=Fake("good"))
    assert code == 2
    assert "--sets" in output or "--peers" in output or "--count" in output


def test_the_service_finds_the_command_by_its_entry_point() -> None:
    (point,) = [p for p in entry_points(group="ocr_service.commands") if p.name == "bench"]
    assert point.load() is command.bench
