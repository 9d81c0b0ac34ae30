"""Everything a run found out, as it is written to JSON."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.benchmark.accuracy import Accuracy, Tally
from training.benchmark.items import ItemSet
from training.benchmark.lines import LineTally, SetResult
from training.benchmark.metrics import (
    Judged,
    area_under_risk,
    calibration_error,
    reliability,
    risk_coverage,
)
from training.benchmark.peers import Missing, Peer

KIND_NOT_GIVEN = " (kind not given)"
_CURVE = 60


@dataclass(slots=True)
class Results:
    """Figures measured so far; `as_json` can be called at any time.

    `sets` holds engine to result by set; engines that were told no kind of field carry
    `KIND_NOT_GIVEN` in their name. `documents` holds the engine's accuracy by source.
    """

    about: dict[str, Any] = field(default_factory=dict)
    peers: dict[str, dict[str, str]] = field(default_factory=dict)
    described: dict[str, ItemSet] = field(default_factory=dict)
    sets: dict[str, dict[str, SetResult]] = field(default_factory=dict)
    documents: dict[str, dict[str, Accuracy]] = field(default_factory=dict)
    speed: dict[str, dict[str, float]] = field(default_factory=dict)
    page_speed: dict[str, dict[str, float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False

    def add_peer(self, peer: Peer | Missing) -> None:
        """Note an engine, also one that is missing."""
        if isinstance(peer, Missing):
            self.peers[peer.name] = {"state": "missing", "how": peer.reason}
        else:
            self.peers[peer.name] = {"state": "measured", "version": peer.version}

    def as_json(self) -> dict[str, Any]:
        """Give all of it as plain values."""
        return {
            "about": {**self.about, "interrupted": self.interrupted},
            "peers": self.peers,
            "sets": {name: self._set(name) for name in self.described},
            "documents": {
                peer: {source: _accuracy(found) for source, found in sources.items()}
                for peer, sources in self.documents.items()
            },
            "confidence": {name: _confidence(j) for name, j in self.judged().items() if j},
            "speed": self.speed,
            "page_speed": self.page_speed,
            "failed": self.failed,
        }

    def judged(self) -> dict[str, list[Judged]]:
        """Give confidences by engine and what they speak of."""
        found: dict[str, list[Judged]] = {}
        for peer, sources in self.documents.items():
            for source, accuracy in sources.items():
                found[f"{peer}: fields of {source}"] = list(accuracy.judged)
        for peers in self.sets.values():
            for peer, result in peers.items():
                if peer.endswith(KIND_NOT_GIVEN):
                    continue
                found.setdefault(f"{peer}: field crops", []).extend(result.fields)
                found.setdefault(f"{peer}: characters of lines", []).extend(result.lines)
        return found

    def _set(self, name: str) -> dict[str, Any]:
        items = self.described[name]
        return {
            "title": items.title,
            "items": items.count,
            "provenance": items.provenance,
            "real": items.real,
            "measure": str(items.measure),
            "missing": items.missing,
            "engines": {peer: _lines(found) for peer, found in self.sets.get(name, {}).items()},
        }


def with_earlier(found: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Figures (`as_json`) with what only an earlier run has: whole sets, sources, speeds.

    Of confidences that both have, those of more readings stay; the load is that of the run which
    measured the speed. The command names both runs. Engines and what failed are taken over, too.
    Whether both runs are of the same program only the caller knows.
    """
    measured = {name: s for name, s in found["sets"].items() if s["engines"]}
    joined = {**found, "sets": {**found["sets"], **earlier["sets"], **measured}}
    joined["confidence"] = dict(earlier["confidence"])
    for name, row in found["confidence"].items():
        before = earlier["confidence"].get(name)
        if before is None or before["readings"] <= row["readings"]:
            joined["confidence"][name] = row
    for part in ("peers", "speed", "page_speed", "failed"):
        joined[part] = {**earlier[part], **found[part]}
    joined["documents"] = {
        peer: {**earlier["documents"].get(peer, {}), **found["documents"].get(peer, {})}
        for peer in (*earlier["documents"], *found["documents"])
    }
    commands = [earlier["about"]["command"], found["about"]["command"]]
    about = {**found["about"], "command": "; ".join(dict.fromkeys(commands))}
    if earlier["speed"] and not found["speed"]:
        about |= {name: earlier["about"][name] for name in ("load", "load_after")}
    joined["about"] = about
    return joined


def machine() -> dict[str, Any]:
    """Describe the machine and how busy it is: one minute's load against its processors."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    return {
        "processor": model,
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def _cpuinfo() -> list[str]:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            return file.read().splitlines()
    except OSError:
        return []


def _lines(result: SetResult) -> dict[str, Any]:
    return {
        "all": result.total.row(),
        "by": {tag: _rows(tallies) for tag, tallies in sorted(result.by.items())},
        "wrong": [{"name": n, "truth": t, "read": r} for n, t, r in result.wrong],
    }


def _accuracy(found: Accuracy) -> dict[str, Any]:
    return {
        "by_degradation": _rows(found.by_group),
        "by_hand": _rows(found.by_hand),
        "by_kind": _rows(found.by_kind),
        "most_often_wrong": dict(found.wrong.most_common(25)),
    }


def _rows(tallies: "Mapping[str, Tally | LineTally]") -> dict[str, dict[str, float]]:
    return {name: tally.row() for name, tally in sorted(tallies.items())}


def _confidence(judged: Sequence[Judged]) -> dict[str, Any]:
    curve = risk_coverage(judged)
    step = max(1, len(curve) // _CURVE)
    return {
        "readings": len(judged),
        "right": sum(j.right for j in judged) / len(judged),
        "ece": calibration_error(judged),
        "aurc": area_under_risk(judged),
        "bins": [
            {"count": b.count, "confidence": b.confidence, "right": b.right}
            for b in reliability(judged)
        ],
        "risk_coverage": [[c, r] for c, r in [*curve[:-1:step], curve[-1]]],
    }
