"""A small transformer over the lines of a document: what they say, where they stand, how tall.

A line is a token: the sum of the embeddings of its character n-grams (Bojanowski et al., 2017) and
of its place, height and length (as LayoutLM has them: Xu et al., 2020); a BERT of `transformers`,
trained from scratch, on top. Characters as tokens would make papers ten times as long.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from pipelines.category_lines import GRAMS, LONGEST, PLACES, Tokens

_FAR = -1e4


class LineTransformer(nn.Module):
    """Logits of K labels for a batch of documents."""

    def __init__(self, labels: int, *, width: int = 128, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.grams = nn.EmbeddingBag(GRAMS, width, mode="sum")
        self.places = nn.ModuleList(nn.Embedding(count, width) for count in PLACES)
        for table in (self.grams, *self.places):
            nn.init.normal_(table.weight, std=0.1)
        self.first = nn.Parameter(torch.randn(width) * 0.1)
        config = BertConfig(
            vocab_size=1,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            intermediate_size=2 * width,
            max_position_embeddings=LONGEST + 1,
            attn_implementation="eager",
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.out = nn.Linear(2 * width, labels)

    def forward(self, said: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        """Logits B x K; `said` is B x L x width, `places` B x L x 5, `mask` B x L (0: no line)."""
        tokens = said
        for number, table in enumerate(self.places):
            tokens = tokens + table(places[..., number])
        tokens = torch.cat([self.first.expand(len(tokens), 1, -1), tokens], 1)
        whole = torch.cat([torch.ones_like(mask[:, :1]), mask], 1)
        hidden = self.encoder(inputs_embeds=tokens, attention_mask=whole).last_hidden_state
        rest = hidden[:, 1:].masked_fill(mask[..., None] == 0, _FAR)
        return self.out(torch.cat([hidden[:, 0], rest.amax(1)], -1))


class OneDocument(nn.Module):
    """The network as `models.line_classifier` runs it: one document, tokens L x (width + 5)."""

    def __init__(self, model: LineTransformer) -> None:
        super().__init__()
        self.model = model
        # Papers of training have one page: what was never learnt must not speak.
        with torch.no_grad():
            model.places[3].weight[1:] = model.places[3].weight[0]

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits 1 x K."""
        width = self.model.first.shape[0]
        places = tokens[None, :, width:].long()
        mask = torch.ones_like(places[..., 0])
        return self.model(tokens[None, :, :width], places, mask)


def collate(
    documents: Sequence[Tokens], rng: np.random.Generator | None = None, lost: float = 0.0
) -> tuple[Tensor, ...]:
    """N-grams, their weights, starts of lines, places, mask. With `rng` n-grams are lost."""
    counts = [len(document.starts) for document in documents]
    lengths = np.concatenate([np.diff(np.append(d.starts, len(d.grams))) for d in documents])
    weights = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    if rng is not None:
        weights *= rng.random(len(weights)) >= lost
    places = np.zeros((len(documents), max(*counts, 1), len(PLACES)), np.int64)
    mask = np.zeros(places.shape[:2], np.int64)
    for row, document in enumerate(documents):
        places[row, : counts[row]] = document.places
        mask[row, : counts[row]] = 1
    starts = np.cumsum([0, *lengths])[:-1].astype(np.int64)
    grams = np.concatenate([document.grams for document in documents])
    return tuple(torch.from_numpy(each) for each in (grams, weights, starts, places, mask))


def logits_of(model: LineTransformer, batch: tuple[Tensor, ...]) -> Tensor:
    """Logits of a collated batch."""
    grams, weights, starts, places, mask = batch
    said = torch.zeros(*mask.shape, model.first.shape[0])
    said[mask.bool()] = model.grams(grams, starts, per_sample_weights=weights)
    return model(said, places, mask)
