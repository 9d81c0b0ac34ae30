"""The recogniser's training: needs torch and the assets (`make test-train`)."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnxruntime as ort  # noqa: E402

from models.head import load_head  # noqa: E402
from models.manifest import load_manifest  # noqa: E402
from training.recogniser.config import load_config  # noqa: E402
from training.recogniser.corpus import Corpus, TextKind  # noqa: E402
from training.recogniser.data import Lines, batches, collate  # noqa: E402
from training.recogniser.digits import draw_digit, real_digits  # noqa: E402
from training.recogniser.fonts import HELD_OUT, load_fonts  # noqa: E402
from training.recogniser.graph import list_layers, tensor_values, write_weights  # noqa: E402
from training.recogniser.model import Trainable, freeze, make_trainable  # noqa: E402
from training.recogniser.network import RecogniserNet  # noqa: E402
from training.recogniser.train import main as train  # noqa: E402

CONFIG = Path("training/recogniser/config.yaml")
REAL_DIGITS = Path("../shared/data/digits_mnist/t10k-odd-images-idx3-ubyte.gz")


@pytest.fixture(scope="module")
def model() -> Trainable:
    return make_trainable("ppocrv6_small_rec", "1.0.0")


@pytest.fixture(scope="module")
def lines(model: Trainable) -> Lines:
    corpus = Corpus(frozenset(model.index), load_config(CONFIG).weights)
    return Lines(corpus, load_fonts(), 512)


def test_the_network_gives_what_the_original_file_gives(model: Trainable) -> None:
    pixels = np.random.default_rng(1).uniform(-1, 1, (2, 3, 48, 200)).astype(np.float32)
    session = ort.InferenceSession(model.graph.SerializeToString())
    expected = session.run(None, {"x": pixels})[0]
    net = RecogniserNet(list_layers(model.graph), tensor_values(model.graph))
    with torch.no_grad():
        found = torch.softmax(net(torch.from_numpy(pixels)), -1).numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 2e-4


def test_the_head_keeps_japanese_and_gains_the_forms_of_names(model: Trainable) -> None:
    original = load_head(load_manifest("ppocrv6_small_rec", "1.0.0"))
    assert {"﨑", "濵", "𠮷", "髙", "あ", "0", " "} <= set(model.characters)
    assert 7_000 < len(model.characters) < len(original.characters)
    assert model.characters[0] == "" and model.characters[-1] == " "
    column = original.weight[:, list(original.characters).index("足")]
    assert np.array_equal(model.net.head.weight.detach().numpy()[:, model.index["足"]], column)


def test_written_weights_are_those_of_the_network(model: Trainable) -> None:
    name, tensor = next(iter(model.net.tensor_names.items()))
    value = dict(model.net.named_parameters())[name].detach().numpy() + 1
    changed = write_weights(model.graph, {tensor: value})
    assert np.array_equal(tensor_values(changed)[tensor], value)
    assert not np.array_equal(tensor_values(model.graph)[tensor], value)


def test_the_same_seed_draws_the_same_line(lines: Lines) -> None:
    first, again, other = (lines.draw("test", n) for n in (1, 1, 2))
    assert first.text == again.text and np.array_equal(first.pixels, again.pixels)
    assert first.text != other.text or first.pixels.shape != other.pixels.shape


def test_batches_hold_texts_that_fit(lines: Lines, model: Trainable) -> None:
    some = batches(lines, model.index, 3, pixels=2048, pool=20, start=0)
    for _ in range(3):
        batch = next(some)
        count, _, height, width = batch.pixels.shape
        assert height == 48 and width % 32 == 0
        assert len(batch.classes) == batch.lengths.sum() and len(batch.lengths) == count
        assert (batch.steps * 8 <= width + 7).all() and (batch.lengths < batch.steps).all()
        assert batch.pixels.min() >= -1 and batch.pixels.max() <= 1


def test_texts_hold_known_characters_only(model: Trainable) -> None:
    corpus = Corpus(frozenset(model.index), {kind: 1.0 for kind in TextKind})
    rng = np.random.default_rng(4)
    for _ in range(500):
        assert set(corpus.draw(rng).text) <= set(model.index)


def test_fonts_kept_for_evaluation_are_not_trained_on() -> None:
    kept = {name for names in HELD_OUT.values() for name in names}
    trained = {font.name for font in load_fonts()}
    assert kept and not kept & trained
    assert load_fonts(HELD_OUT)


@pytest.mark.skipif(not REAL_DIGITS.exists(), reason="the test digits are not at hand")
def test_no_test_digit_is_trained_on() -> None:
    data = gzip.decompress(REAL_DIGITS.read_bytes())[16:]
    tested = {hashlib.sha256(data[i : i + 784]).digest() for i in range(0, len(data), 784)}
    trained = [hashlib.sha256(p.tobytes()).digest() for group in real_digits() for p in group]
    assert len(tested) > 4_000 and len(trained) > 4_000
    assert not tested.intersection(trained)


def test_a_digit_stands_on_the_line() -> None:
    part, left, top, advance = draw_digit("7", np.random.default_rng(0))
    assert part.max() == 255 and top < 0 < top + part.shape[0]
    assert left >= 0 and advance > part.shape[1]


def test_a_run_learns_and_resumes(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    text = CONFIG.read_text("utf-8")
    for old, new in (
        ("replicas: 2", "replicas: 1"),
        ("batch_pixels: 5120", "batch_pixels: 1024"),
        ("pool: 120", "pool: 8"),
        ("sync_every: 8", "sync_every: 1"),
        ("evaluate_lines: 40", "evaluate_lines: 2"),
    ):
        assert old in text
        text = text.replace(old, new)
    config.write_text(text, "utf-8")
    run = ["--config", str(config), "--out", str(tmp_path / "run")]
    assert train([*run, "--steps", "2"]) == 0
    assert train([*run, "--steps", "3"]) == 0
    log = (tmp_path / "run" / "log.jsonl").read_text("utf-8")
    assert [f'"step": {n},' in log for n in (1, 2, 3)] == [True] * 3
    assert (tmp_path / "run" / "curves.png").exists()
    state = torch.load(tmp_path / "run" / "0-last.pt", weights_only=True)
    assert state["step"] == 3


def test_frozen_parts_are_not_trained() -> None:
    model = make_trainable("ppocrv6_small_rec", "1.0.0")
    freeze(model.net, 3)
    frozen = {n for n, p in model.net.named_parameters() if not p.requires_grad}
    assert any(n.startswith("stem.") for n in frozen)
    assert not any(n.startswith(("head.", "blocks.3.")) for n in frozen)


def test_collated_padding_is_zero(lines: Lines, model: Trainable) -> None:
    drawn = [lines.draw("pad", n) for n in range(4)]
    batch = collate(drawn, model.index)
    narrow = min(range(4), key=lambda n: drawn[n].pixels.shape[1])
    assert (batch.pixels[narrow, 0, :, drawn[narrow].pixels.shape[1] :] == 0).all()
