"""Changes lines on the card, anew each time they are shown: place, slant, light, blur, noise."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from training.recogniser.scan import HEIGHT


def augment(pixels: Tensor, widths: Tensor, random: torch.Generator) -> Tensor:
    """N x 48 x W uint8 to N x 1 x 48 x W float -1..1; what lies right of a line is 0."""
    count, _, wide = pixels.shape
    grey = pixels.float()[:, None] / 255

    def draw(low: float, high: float) -> Tensor:
        spread = torch.rand(count, device=pixels.device, generator=random)
        return (low + (high - low) * spread)[:, None, None]

    def at_times(share: float) -> Tensor:
        chance = torch.rand(count, device=pixels.device, generator=random)
        return (chance < share).float()[:, None, None]

    # Displacements in pixels; a line keeps its length.
    rows = torch.arange(HEIGHT, device=pixels.device, dtype=torch.float32)[None, :, None]
    columns = torch.arange(wide, device=pixels.device, dtype=torch.float32)[None, None, :]
    middle = rows - HEIGHT / 2
    turn = 2 * torch.pi
    slant = draw(-0.12, 0.12) * at_times(0.5)
    tall = 1 + draw(-0.1, 0.1) * at_times(0.5)
    wave = draw(0.0, 1.6) * torch.sin(turn * (columns / draw(60, 300) + draw(0, 1)))
    ripple = draw(0.0, 1.4) * torch.sin(turn * (columns / draw(24, 90) + rows / 60 + draw(0, 1)))
    x = columns + slant * middle + ripple * at_times(0.6)
    y = HEIGHT / 2 + middle / tall + draw(-2.0, 2.0) * at_times(0.5) + wave * at_times(0.6)
    x, y = torch.broadcast_tensors(x, y)
    grid = torch.stack([(2 * x + 1) / wide - 1, (2 * y + 1) / HEIGHT - 1], -1)
    inside = (columns < widths[:, None, None]).float()[:, None]
    # The paper goes on beyond the edge of a line.
    grey = F.grid_sample(grey, grid, padding_mode="border", align_corners=False)
    grey = _soften(grey, (draw(0, 1) * at_times(0.3))[:, None])
    grey = _light(grey, draw, at_times)
    noise = torch.randn(grey.shape, device=grey.device, generator=random)
    grey = grey + noise * (draw(0.0, 0.05) * at_times(0.4))[:, None]
    return (grey.clamp(0, 1) * 2 - 1) * inside


def _soften(grey: Tensor, share: Tensor) -> Tensor:
    kernel = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], device=grey.device) / 16
    padded = F.pad(grey, (2, 2, 2, 2), mode="replicate")
    soft = F.conv2d(padded, kernel[None, None, :, None] * kernel[None, None, None, :])
    return grey + share * (soft - grey)


def _light(
    grey: Tensor, draw: Callable[[float, float], Tensor], at_times: Callable[[float], Tensor]
) -> Tensor:
    """Contrast, brightness and gamma."""
    gamma = torch.exp(draw(-0.5, 0.5) * at_times(0.4))[:, None]
    grey = grey.clamp(1e-3, 1) ** gamma
    scale = 1 - (draw(0.0, 0.4) * at_times(0.4))[:, None]
    return grey * scale + (draw(0.0, 0.25) * at_times(0.3))[:, None] * (1 - scale)
