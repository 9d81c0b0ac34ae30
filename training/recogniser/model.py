"""The network with the classes it is trained for, made from the original or from a checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

import onnx
import torch
from onnx.numpy_helper import to_array
from torch import nn

from models.head import load_head
from models.manifest import load_manifest
from training.recogniser.characters import added_characters, kept_characters
from training.recogniser.graph import list_layers, read_graph, tensor_values
from training.recogniser.network import RecogniserNet

# An added character begins as its common form: 﨑 as 崎.
_LIKE = {"﨑": "崎", "濵": "浜", "𠮷": "吉", "髙": "高", "德": "徳", "瀨": "瀬", "栁": "柳"}


@dataclass(frozen=True, slots=True, eq=False)
class Trainable:
    """The network, its classes in order ("" is blank, the last one the space), the base graph."""

    net: RecogniserNet
    characters: tuple[str, ...]
    graph: onnx.ModelProto

    @property
    def index(self) -> dict[str, int]:
        """Class of each character."""
        return {c: i for i, c in enumerate(self.characters) if c}


def original_characters(graph: onnx.ModelProto) -> list[str]:
    """Classes of the original file."""
    stated = next(p.value for p in graph.metadata_props if p.key == "character")
    listed = stated.split("\n")
    while listed and listed[-1] == "":
        listed.pop()
    return ["", *listed, " "]


def make_trainable(model: str, version: str) -> Trainable:
    """Open the original network and cut its head to the characters of Japanese papers."""
    graph = read_graph(load_manifest(model, version).path)
    net = RecogniserNet(list_layers(graph), tensor_values(graph))
    original = original_characters(graph)
    kept = kept_characters(original)
    added = added_characters(original)
    columns = [*kept[:-1], *(original.index(_LIKE.get(c, c)) for c in added), kept[-1]]
    with torch.no_grad():
        net.head.weight = nn.Parameter(net.head.weight[:, columns].clone())
        bias = net.head.bias[columns].clone()
        # Until it is trained the common form wins.
        bias[len(kept) - 1 : -1] -= 1.0
        net.head.bias = nn.Parameter(bias)
    characters = (*(original[i] for i in kept[:-1]), *added, original[kept[-1]])
    return Trainable(net, characters, graph)


def start_from(model: Trainable, name: str, version: str) -> None:
    """Go on from an artifact that was trained before, instead of from the original weights.

    Raises ValueError when it has other classes, `ModelError` when it is missing or damaged.
    """
    manifest = load_manifest(name, version)
    head = load_head(manifest)
    if tuple(head.characters) != model.characters:
        raise ValueError(f"{name} {version} has other characters than the network")
    values = {t.name: to_array(t) for t in read_graph(manifest.path).graph.initializer}
    parameters = dict(model.net.named_parameters())
    with torch.no_grad():
        for parameter, tensor in model.net.tensor_names.items():
            if not parameter.startswith("head."):
                parameters[parameter].copy_(torch.from_numpy(values[tensor].copy()))
        model.net.head.weight.copy_(torch.from_numpy(head.weight))
        model.net.head.bias.copy_(torch.from_numpy(head.bias))


def freeze(net: RecogniserNet, blocks: int) -> None:
    """Keep the stem and the first blocks as they are."""
    frozen: Sequence[nn.Module] = [net.stem, *list(net.blocks)[:blocks]] if blocks else []
    for part in frozen:
        for parameter in part.parameters():
            parameter.requires_grad = False
