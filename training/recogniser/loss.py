"""What a batch costs: reading it wrongly, and leaving what the original says of what it reads."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_READ_RIGHT = 0.7
"""A line whose text costs the original less than this (in nats) is one that it reads right."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A batch on the device.

    N x 1 x 48 x W float, classes (all texts joined, or N x L), steps and lengths of each line.
    """

    pixels: Tensor
    classes: Tensor
    steps: Tensor
    lengths: Tensor


def reading_loss(scores: Tensor, batch: Shown, reduction: str = "mean") -> Tensor:
    """CTC loss of N x T x K log probabilities."""
    return F.ctc_loss(
        scores.transpose(0, 1),
        batch.classes,
        batch.steps.clamp(max=scores.shape[1]),
        batch.lengths,
        reduction=reduction,
        zero_infinity=reduction == "mean",
    )


def apart(scores: Tensor, said: Tensor, batch: Shown) -> Tensor:
    """How far log probabilities are from the logits `said` of the original (Kullback-Leibler).

    Only over lines that the original reads right (Hinton et al. 2015; Li and Hoiem 2016).
    """
    stated = F.log_softmax(said, -1)
    steps = batch.steps.clamp(max=stated.shape[1])
    costs = reading_loss(stated, batch, "none")
    inside = torch.arange(stated.shape[1], device=said.device)[None] < steps[:, None]
    asked = (inside & (costs < _READ_RIGHT)[:, None]).float()
    distance = (stated.exp() * (stated - scores)).sum(-1)
    return (distance * asked).sum() / asked.sum().clamp(min=1)
