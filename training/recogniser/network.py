"""PP-OCRv6 small recogniser as a trainable module (LCNetV4 backbone, SVTR neck, linear head).

Structure and weights come from the ONNX file (`graph.py`); outputs agree with onnxruntime's to
2e-4. Batch normalisation of the backbone is folded into its convolutions there and stays so; that
of the neck keeps its statistics, only scale and shift are trained.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.recogniser.graph import Floats, Layer

_HEADS = 8
_LAST_EPS = 1e-6
_EPS = 1e-5


class _Tensors:
    """Hands out layers in order and remembers which parameter stands for which tensor."""

    def __init__(self, layers: list[Layer], values: Mapping[str, Floats]) -> None:
        self._layers = iter(layers)
        self._peeked: list[Layer] = []
        self.values = values
        self.names: dict[int, str] = {}

    def peek(self, ahead: int = 0) -> Layer:
        while len(self._peeked) <= ahead:
            self._peeked.append(next(self._layers))
        return self._peeked[ahead]

    def take(self, op: str) -> Layer:
        layer = self.peek()
        self._peeked.pop(0)
        if layer.op != op:
            raise ValueError(f"{layer.op} where {op} was expected: not this architecture")
        return layer

    def parameter(self, name: str) -> nn.Parameter:
        parameter = nn.Parameter(torch.from_numpy(self.values[name].copy()))
        self.names[id(parameter)] = name
        return parameter


class Conv(nn.Module):
    """Convolution with the paddings of the file; even kernels pad on the right and bottom."""

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        layer = tensors.take("Conv")
        self.weight = tensors.parameter(layer.tensors[0])
        self.bias = tensors.parameter(layer.tensors[1]) if len(layer.tensors) > 1 else None
        self.group, self.strides = layer.group, layer.strides
        kernel = self.weight.shape[2:]
        self.even = kernel[0] % 2 == 0
        self.padding = (kernel[0] // 2, kernel[1] // 2)
        self.pointwise = tuple(kernel) == (1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W in and out."""
        bias = self.bias.reshape(-1) if self.bias is not None else None
        if self.pointwise:
            # One matrix product over all pixels: on one thread torch's own way is ten times slower.
            pixels = x.permute(0, 2, 3, 1)
            return F.linear(pixels, self.weight[:, :, 0, 0], bias).permute(0, 3, 1, 2)
        if self.even:
            return F.conv2d(F.pad(x, (0, 1, 0, 1)), self.weight, bias, self.strides)
        return F.conv2d(x, self.weight, bias, self.strides, self.padding, 1, self.group)


class Linear(nn.Module):
    """`x @ weight + bias`, the weight as in the file: in x out."""

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        layer = tensors.take("MatMul")
        self.weight = tensors.parameter(layer.tensors[0])
        self.bias = tensors.parameter(layer.tensors[1])

    def forward(self, x: Tensor) -> Tensor:
        """N x T x in to N x T x out."""
        return x @ self.weight + self.bias


class Norm(nn.Module):
    """Batch normalisation with fixed statistics, followed by swish."""

    mean: Tensor
    variance: Tensor

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        scale, shift, mean, variance = tensors.take("BatchNormalization").tensors
        self.weight, self.bias = tensors.parameter(scale), tensors.parameter(shift)
        self.register_buffer("mean", torch.from_numpy(tensors.values[mean].copy()))
        self.register_buffer("variance", torch.from_numpy(tensors.values[variance].copy()))

    def forward(self, x: Tensor) -> Tensor:
        """N x C x 1 x T in and out."""
        scale = self.weight * torch.rsqrt(self.variance + _EPS)
        shift = self.bias - self.mean * scale
        return F.silu(x * scale[:, None, None] + shift[:, None, None])


class LayerNorm(nn.Module):
    """Layer normalisation over the last axis."""

    def __init__(self, tensors: _Tensors, eps: float = _EPS) -> None:
        super().__init__()
        scale, shift = tensors.take("LayerNorm").tensors
        self.weight, self.bias = tensors.parameter(scale), tensors.parameter(shift)
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """N x T x C in and out."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class Block(nn.Module):
    """Depthwise convolution, at times with squeeze and excitation, then a pair of 1 x 1."""

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        self.mix = Conv(tensors)
        self.squeeze = self.excite = None
        if tensors.peek().pooled:
            self.squeeze, self.excite = Conv(tensors), Conv(tensors)
        self.widen, self.narrow = Conv(tensors), Conv(tensors)
        # A block that halves the height has no way around it.
        self.residual = self.mix.strides == (1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W in; C and H may change where it strides."""
        x = self.mix(x)
        if self.squeeze is not None and self.excite is not None:
            gate = self.excite(F.relu(self.squeeze(x.mean((2, 3), keepdim=True))))
            x = x * F.hardsigmoid(gate)
        y = self.narrow(F.gelu(self.widen(x)))
        return x + y if self.residual else y


class Mixer(nn.Module):
    """Transformer layer of the neck (norm first)."""

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        self.norm = LayerNorm(tensors)
        self.qkv, self.out = Linear(tensors), Linear(tensors)
        self.norm2 = LayerNorm(tensors)
        self.up, self.down = Linear(tensors), Linear(tensors)

    def forward(self, x: Tensor) -> Tensor:
        """N x T x C in and out."""
        n, t, c = x.shape
        qkv = self.qkv(self.norm(x)).reshape(n, t, 3, _HEADS, c // _HEADS).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        x = x + self.out(mixed.transpose(1, 2).reshape(n, t, c))
        return x + self.down(F.silu(self.up(self.norm2(x))))


class RecogniserNet(nn.Module):
    """N x 3 x 48 x W float, -1..1, to N x W/8 x K logits; class 0 is blank."""

    def __init__(self, layers: list[Layer], values: Mapping[str, Floats]) -> None:
        super().__init__()
        tensors = _Tensors(layers, values)
        self.stem = nn.ModuleList(Conv(tensors) for _ in range(5))
        blocks = []
        while tensors.peek().group > 1:
            blocks.append(Block(tensors))
        self.blocks = nn.ModuleList(blocks)
        self.around, self.around_norm = Conv(tensors), Norm(tensors)
        self.reduce, self.reduce_norm = Conv(tensors), Norm(tensors)
        self.local, self.local_norm = Conv(tensors), Norm(tensors)
        self.local.padding = (0, self.local.weight.shape[3] // 2)
        self.mixers = nn.ModuleList(Mixer(tensors) for _ in range(2))
        self.norm = LayerNorm(tensors, _LAST_EPS)
        self.head = Linear(tensors)
        by_id = tensors.names
        self.tensor_names = {
            key: by_id[id(p)] for key, p in self.named_parameters() if id(p) in by_id
        }

    def features(self, x: Tensor) -> Tensor:
        """N x T x C, what the head classifies."""
        return self.neck(self.pooled(x))

    def pooled(self, x: Tensor) -> Tensor:
        """Give what the backbone makes of pixels, N x D x 1 x T: all that the neck sees."""
        for step in self.backbone():
            x = step(x)
        return F.avg_pool2d(x, (3, 2))

    def neck(self, x: Tensor) -> Tensor:
        """N x D x 1 x T of `pooled` to N x T x C."""
        around = self.around_norm(self.around(x))
        x = self.reduce_norm(self.reduce(x))
        x = x + self.local_norm(self.local(x))
        x = x.squeeze(2).transpose(1, 2)
        for mixer in self.mixers:
            x = mixer(x)
        return self.norm(x) + around.squeeze(2).transpose(1, 2)

    def backbone(self) -> Iterator[nn.Module]:
        """Stem and blocks, in order."""
        yield _Stem(self.stem)
        yield from self.blocks

    def forward(self, x: Tensor) -> Tensor:
        """Logits; see the class."""
        return self.head(self.features(x))


class _Stem:
    """The first five convolutions: a branch of two small ones beside a pool."""

    def __init__(self, convs: nn.ModuleList) -> None:
        self._convs = convs

    def __call__(self, x: Tensor) -> Tensor:
        first, a, b, join, last = self._convs
        x = F.relu(first(x))
        branch = F.relu(b(F.relu(a(x))))
        pooled = F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1)
        return F.relu(last(F.relu(join(torch.cat([pooled, branch], 1)))))
