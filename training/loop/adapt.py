"""Fits the last layers of the recogniser to an office's lines, and keeps what it could read.

The backbone stays as it is: what it makes of a line is computed once. Neck and head are trained on
lines that people confirmed together with lines to rehearse, and are asked to go on saying what they
said of all lines that they read right (Li and Hoiem 2016). Fitting ends when documents kept aside
are no longer read better; the weights kept lie between the old and the new ones, as near to the old
as is as good (Wortsman et al. 2022), and never where lines kept for checking are read worse.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import jaconv
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from models.ctc import greedy
from training.benchmark.metrics import edit_distance
from training.loop.lines import HEIGHT, OfficeLine
from training.recogniser.loss import Shown, apart, reading_loss
from training.recogniser.model import Trainable

EPOCHS, PATIENCE = 12, 2
_RATE, _CLIP, _BATCH, _DISTIL = 4e-4, 5.0, 24, 0.5
_STEP, _BUCKET = 8, 16
SHARES = (0.25, 0.5, 0.75, 1.0)
_HEARD = float(np.log(1e-3))
MOST_UNLIKE = 0.6
"""A line of which more is read otherwise does not show what was confirmed."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A line as the neck sees it: D x T half precision, with its classes and its text.

    `heard` are all classes that the model held possible anywhere on it.
    """

    features: Tensor
    classes: NDArray[np.int64]
    steps: int
    line: OfficeLine
    text: str
    heard: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """What a fit came to: the share of the new weights, errors by epoch on the lines to stop by.

    `check` are errors on the lines kept for checking: before, after.
    """

    share: float
    epochs: tuple[int, ...]
    stop: tuple[int, int]
    check: tuple[int, int]


def encode(
    model: Trainable, lines: Sequence[OfficeLine], *, most_unlike: float = MOST_UNLIKE
) -> list[Encoded]:
    """Run the backbone over lines; lines whose text cannot stand on them are left out.

    `most_unlike` is the share of a text that may be read otherwise: beyond it a crop is taken to
    show something else.
    Of the ways a value may have been written (kana in both scripts, with or without spaces) the one
    that the ink speaks for most is taken.
    """
    found: list[Encoded] = []
    for some in _groups(range(len(lines)), lambda i: _padded(lines[i].pixels.shape[1])):
        width = _padded(lines[some[0]].pixels.shape[1])
        pixels = np.zeros((len(some), 1, HEIGHT, width), np.float32)
        for row, i in enumerate(some):
            own = lines[i].pixels
            pixels[row, 0, :, : own.shape[1]] = own.astype(np.float32) * (2 / 255) - 1
        with torch.no_grad():
            pooled = model.net.pooled(torch.from_numpy(pixels).expand(-1, 3, -1, -1).contiguous())
            scores = F.log_softmax(model.net.head(model.net.neck(pooled)), -1)
        for row, i in enumerate(some):
            steps = -(-lines[i].pixels.shape[1] // _STEP)
            text = _written(model, lines[i], scores[row, :steps], most_unlike)
            if text:
                classes = np.array([model.index[c] for c in text], np.int64)
                features = pooled[row, :, 0].half()
                heard = np.flatnonzero((scores[row, :steps] > _HEARD).any(0).numpy())
                found.append(Encoded(features, classes, steps, lines[i], text, heard))
    return found


def errors_of(model: Trainable, lines: Sequence[Encoded]) -> NDArray[np.int64]:
    """Wrong characters of each line, spaces aside."""
    found = np.zeros(len(lines), np.int64)
    for some in _groups(range(len(lines)), lambda i: lines[i].features.shape[1]):
        with torch.no_grad():
            logits = _logits(model.net, [lines[i] for i in some]).numpy()
        for row, i in enumerate(some):
            spikes = greedy(logits[row, : lines[i].steps])
            read = "".join(model.characters[s.index] for s in spikes)
            found[i] = edit_distance(_bare(lines[i].text), _bare(read))
    return found


def fit(
    model: Trainable,
    lines: Sequence[Encoded],
    rehearsal: Sequence[Encoded],
    stop: Sequence[Encoded],
    check: Sequence[Encoded],
    *,
    epochs: int = EPOCHS,
    seed: int = 1,
    told: Callable[[str], None] = lambda _: None,
) -> Fitted:
    """Train neck and head in place; the model ends with the weights that are kept.

    `stop` are office lines of other documents, `check` rehearsal lines of other seeds. A share of 0
    says that nothing was gained, and that the weights are as they were.
    """
    torch.manual_seed(seed)
    trained = _trained(model.net)
    start = [p.detach().clone() for p in trained]
    teacher = copy.deepcopy(model.net).requires_grad_(False)
    optimizer = torch.optim.AdamW(trained, lr=_RATE, weight_decay=0.0, betas=(0.9, 0.98))
    everything, order = [*lines, *rehearsal], np.random.default_rng(seed)
    # Thousands of classes that nobody writes here and nothing looks like cost time only.
    heard = np.unique(np.concatenate([[0], *(a for e in everything for a in (e.heard, e.classes))]))
    counts, best, best_errors = [], start, int(errors_of(model, stop).sum())
    first = best_errors
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * (1 - epoch / epochs)
        for some in _shuffled(everything, order):
            loss = _loss(model.net, teacher, some, heard)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, _CLIP)
            optimizer.step()
        counts.append(int(errors_of(model, stop).sum()))
        told(f"epoch {epoch + 1}: {counts[-1]} wrong characters (before: {first})")
        if counts[-1] < best_errors:
            best, best_errors = [p.detach().clone() for p in trained], counts[-1]
        elif len(counts) - int(np.argmin(counts)) > PATIENCE:
            break
    return _nearest(model, trained, start, best, stop, check, tuple(counts))


def _nearest(
    model: Trainable,
    trained: list[nn.Parameter],
    start: list[Tensor],
    best: list[Tensor],
    stop: Sequence[Encoded],
    check: Sequence[Encoded],
    counts: tuple[int, ...],
) -> Fitted:
    """Set the weights to the share that is kept: see the module."""
    tried: dict[float, tuple[NDArray[np.int64], int]] = {}
    for share in (0.0, *SHARES):
        _set(trained, start, best, share)
        tried[share] = errors_of(model, stop), int(errors_of(model, check).sum())
    allowed = tried[0.0][1] + np.sqrt(tried[0.0][1])
    sound = [s for s, (_, lost) in tried.items() if lost <= allowed]
    fewest = min(sound, key=lambda s: int(tried[s][0].sum()))
    gained = [s for s in sound if s and tried[s][0].sum() < tried[0.0][0].sum()]
    near = [s for s in gained if _as_good(tried[s][0], tried[fewest][0])]
    share = min(near, default=0.0)
    _set(trained, start, best, share)
    return Fitted(
        share=share,
        epochs=counts,
        stop=(int(tried[0.0][0].sum()), int(tried[share][0].sum())),
        check=(tried[0.0][1], tried[share][1]),
    )


def _as_good(errors: NDArray[np.int64], fewest: NDArray[np.int64]) -> bool:
    """Whether lines are read as well as the best, within a standard error of the difference."""
    more = errors - fewest
    return bool(more.sum() <= np.std(more) * len(more) ** 0.5)


def _loss(
    net: nn.Module, teacher: nn.Module, some: Sequence[Encoded], heard: NDArray[np.int64]
) -> Tensor:
    """Cost of reading some lines wrongly and of leaving what the teacher says, among `heard`."""
    shown = Shown(
        torch.zeros(0),
        torch.from_numpy(np.concatenate([np.searchsorted(heard, e.classes) for e in some])),
        torch.tensor([e.steps for e in some]),
        torch.tensor([len(e.classes) for e in some]),
    )
    columns = torch.from_numpy(heard)
    scores = F.log_softmax(_logits(net, some, columns), -1)
    with torch.no_grad():
        said = _logits(teacher, some, columns)
    return reading_loss(scores, shown) + _DISTIL * apart(scores, said, shown)


def _trained(net: nn.Module) -> list[nn.Parameter]:
    """Parameters of neck and head; those of the backbone are held."""
    found = []
    for name, parameter in net.named_parameters():
        parameter.requires_grad = not name.startswith(("stem.", "blocks."))
        if parameter.requires_grad:
            found.append(parameter)
    return found


def _set(
    trained: list[nn.Parameter], start: list[Tensor], best: list[Tensor], share: float
) -> None:
    with torch.no_grad():
        for parameter, old, new in zip(trained, start, best, strict=True):
            parameter.copy_(torch.lerp(old, new, share))


def _logits(net: nn.Module, some: Sequence[Encoded], columns: Tensor | None = None) -> Tensor:
    features = net.neck(torch.stack([e.features for e in some]).float()[:, :, None])
    if columns is None:
        return net.head(features)
    return features @ net.head.weight[:, columns] + net.head.bias[columns]


def _written(model: Trainable, line: OfficeLine, scores: Tensor, most_unlike: float) -> str:
    """Text of a line as its ink says it was written; "" where it says something else."""
    read = "".join(model.characters[s.index] for s in greedy(scores.numpy()))
    texts = {line.text, _bare(line.text)}
    if line.kind == "kana_name":
        texts |= {jaconv.kata2hira(text) for text in texts}
    texts = {t for t in texts if all(c in model.index for c in t) and _fits(t, len(scores))}
    if not texts:
        return ""
    costs = {text: _cost(scores, [model.index[c] for c in text]) for text in sorted(texts)}
    best = min(costs, key=lambda text: costs[text])
    unlike = edit_distance(_bare(best), _bare(read)) / max(len(_bare(best)), 1)
    return best if unlike <= most_unlike else ""


def _cost(scores: Tensor, classes: Sequence[int]) -> float:
    lengths = torch.tensor([len(scores)]), torch.tensor([len(classes)])
    loss = F.ctc_loss(scores[:, None], torch.tensor([classes]), *lengths, reduction="sum")
    return float(loss)


def _fits(text: str, steps: int) -> bool:
    return 0 < len(text) + sum(a == b for a, b in pairwise(text)) <= steps


def _shuffled(lines: Sequence[Encoded], order: np.random.Generator) -> Iterator[list[Encoded]]:
    """Batches of lines of one width, in an order drawn anew."""
    drawn = [int(i) for i in order.permutation(len(lines))]
    batches = list(_groups(drawn, lambda i: lines[i].features.shape[1]))
    for at in order.permutation(len(batches)):
        yield [lines[i] for i in batches[int(at)]]


def _groups(numbers: Sequence[int], width: Callable[[int], int]) -> Iterator[list[int]]:
    """Batches of numbers of the same width."""
    found: dict[int, list[int]] = {}
    for i in numbers:
        found.setdefault(width(i), []).append(i)
    for _, some in sorted(found.items()):
        for at in range(0, len(some), _BATCH):
            yield some[at : at + _BATCH]


def _padded(width: int) -> int:
    """Width that the reader fills a line of `width` pixels up to."""
    return -(-(width + _STEP) // _BUCKET) * _BUCKET


def _bare(text: str) -> str:
    return text.replace(" ", "")
