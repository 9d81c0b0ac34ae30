"""`ocr-service bench`: accuracy and speed side by side with peers on the same files.

Found by the service through the entry point group `ocr_service.commands`; what measures is loaded
only when the command runs, so that the other commands start as fast as before.
"""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from training.benchmark.peers import Missing, Peer, PeerOptions
    from training.benchmark.results import Results
    from training.benchmark.run import Plan, Track

_REAL = Path("../shared/data")
_QUICK_COUNT, _QUICK_PAGES = 7, 1
_COUNT, _PAGES = 210, 8
_LOG_WIDTH = 200

# Exit codes beside 0, done, and 2, wrong usage.
INCOMPLETE = 3
INTERRUPTED = 130


def bench(
    sets: Annotated[
        str,
        typer.Option(
            help="測るもの: fields,notes,digits,print,forms,samples,speed（カンマ区切り）"
        ),
    ] = "all",
    peers: Annotated[
        str,
        typer.Option(
            help="比べるエンジン: ours,unmodified,rapidocr,tesseract,paddleocr（カンマ区切り）"
        ),
    ] = "all",
    quick: Annotated[bool, typer.Option("--quick", help="少ない件数で1〜2分で試す")] = False,
    count: Annotated[
        int | None, typer.Option(help="筆跡ごとの項目数、数字の行数、様式の枚数", min=1)
    ] = None,
    pages: Annotated[int | None, typer.Option(help="速さを測るページ数", min=1)] = None,
    real: Annotated[
        Path | None, typer.Option(help="実際の画像のフォルダー（省略時は../shared/data）")
    ] = None,
    samples: Annotated[Path, typer.Option(help="見本のフォルダー")] = Path("samples"),
    paddle_python: Annotated[Path | None, typer.Option(help="PaddleOCRのある環境のpython")] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", help="以前のfigures.json（今回測らなかった分を引き継ぐ）", exists=True
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="結果を書くフォルダー")] = Path("docs"),
) -> None:
    """Measure accuracy and speed side by side with other engines.

    Writes figures.json, figures.md and images/figures-*.png; `--with` takes over what only earlier
    runs measured, so that a long run can be done in parts. Ctrl-C and SIGTERM end early and keep
    what was measured. Exit codes: 0 all measured, 3 a named engine is missing or something failed,
    130 interrupted.
    """
    from training.benchmark.peers import OPENERS, PeerOptions
    from training.benchmark.run import ALL_SETS, Plan

    plan = Plan(
        sets=_names(sets, ALL_SETS, "--sets"),
        count=count or (_QUICK_COUNT if quick else _COUNT),
        pages=pages or (_QUICK_PAGES if quick else _PAGES),
        real=real or (_REAL if _REAL.is_dir() else None),
        samples=samples,
    )
    chosen = _names(peers, tuple(OPENERS), "--peers")
    if real is not None and not real.is_dir():
        raise typer.BadParameter(f"{real} is no folder", param_hint="--real")
    with tempfile.TemporaryDirectory(prefix="ocr-bench-") as folder:
        options = PeerOptions(folder=Path(folder), paddle_python=paddle_python)
        results = _measure(plan, chosen, options)
    _write(results, out, earlier or [])
    asked = set() if peers == "all" else set(chosen)
    if results.interrupted:
        raise typer.Exit(INTERRUPTED)
    if results.failed or any(results.peers[n]["state"] == "missing" for n in asked):
        raise typer.Exit(INCOMPLETE)


def _names(text: str, known: tuple[str, ...], option: str) -> tuple[str, ...]:
    """Names of a list with commas, in the order in which they are known; all of them for `all`."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    if asked == ["all"]:
        return known
    strange = [name for name in asked if name not in known]
    if strange or not asked:
        what = ", ".join(strange) or "nothing"
        raise typer.BadParameter(f"{what}: one of {', '.join(known)}", param_hint=option)
    return tuple(name for name in known if name in asked)


def _command(plan: "Plan", names: tuple[str, ...]) -> str:
    """Give the command that measures the same again; paths of this machine are left out."""
    what = f"--sets {','.join(plan.sets)} --peers {','.join(names)}"
    return f"ocr-service bench {what} --count {plan.count} --pages {plan.pages}"


def _measure(plan: "Plan", names: tuple[str, ...], options: "PeerOptions") -> "Results":
    from training.benchmark.held_out import load_held_out
    from training.benchmark.peers import open_peers
    from training.benchmark.results import Results, machine
    from training.benchmark.run import run

    results = Results()
    results.about = {
        "date": date.today().isoformat(),
        "command": _command(plan, names),
        "sets": list(plan.sets),
        "count": plan.count,
        "first_seed": load_held_out().first_seed,
        **machine(),
    }
    opened: list[Peer | Missing] = []
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _bars() as track:
            with track("opening engines", len(names)) as step:
                for name in names:
                    opened += open_peers([name], options)
                    step()
            run(plan, opened, results, track)
    except KeyboardInterrupt:
        results.interrupted = True
    finally:
        signal.signal(signal.SIGTERM, before)
        for peer in opened:
            if hasattr(peer, "close"):
                peer.close()
    results.about["load_after"] = machine()["load"]
    return results


@contextmanager
def _bars() -> "Iterator[Track]":
    """Progress bars on stderr; lines instead where stderr is no terminal."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    start = time.monotonic()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        @contextmanager
        def track(title: str, steps: int) -> Iterator[Callable[[], None]]:
            task = progress.add_task(title, total=steps)
            if not console.is_terminal:
                console.print(f"{time.monotonic() - start:5.0f} s  {title}")
            yield lambda: progress.advance(task)
            progress.update(task, visible=False)

        yield track


def _write(results: "Results", out: Path, earlier: list[Path]) -> None:
    from training.benchmark.plots import NoMatplotlibError, draw_plots
    from training.benchmark.report import write_report
    from training.benchmark.results import with_earlier
    from training.benchmark.tables import tables

    console = Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)
    found = results.as_json()
    for path in earlier:
        found = with_earlier(found, json.loads(path.read_text("utf-8")))
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (out / "figures.json").write_text(text + "\n", "utf-8")
    try:
        pictures = draw_plots(found, out / "images")
    except NoMatplotlibError as error:
        console.print(str(error))
        pictures = []
    write_report(found, out / "figures.md", [f"images/{name}" for name in pictures])
    for table in tables(found):
        console.print(table)
    for name, why in results.failed.items():
        console.print(f"failed: {name}: {why}")
    console.print(f"{out / 'figures.json'}, {out / 'figures.md'}, {len(pictures)} pictures")
