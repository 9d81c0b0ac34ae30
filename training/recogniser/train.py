"""Train the recogniser: `python -m training.recogniser.train --out var/runs/one`.

Resumes from the newest checkpoint of the folder. The rate is constant until `--steps`; a run is
ended with `--finish`, which lets the rate fall to zero from the last checkpoint on. The log, the
curves and the checkpoints lie in the folder of the run. The same configuration gives the same
batches; on one machine with the same number of replicas, the same weights.

On a graphics card `--stock FOLDER` takes lines that other processes draw (`stock.py`), and
`--minutes N` lets the rate fall to zero within that time instead of at a step.
"""

import argparse
import copy
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import yaml
from torch import Tensor
from torch.nn import functional as F

from training.recogniser.augment import augment
from training.recogniser.config import Config, load_config
from training.recogniser.corpus import Corpus
from training.recogniser.data import Lines, batches
from training.recogniser.evaluate import evaluate, held_out_lines
from training.recogniser.fonts import load_fonts
from training.recogniser.loss import Shown, apart, reading_loss
from training.recogniser.model import Trainable, freeze, make_trainable, start_from
from training.recogniser.plots import LOG as _LOG
from training.recogniser.plots import plot_run
from training.recogniser.stock import Stock, steps_of

_HERE = Path(__file__).parent
_LAST = "last.pt"
AVERAGE = "average.pt"
"""The averaged weights in half precision: all that is wanted of a finished run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=_HERE / "config.yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, help="stop after this step")
    parser.add_argument("--finish", action="store_true", help="let the rate fall, then stop")
    parser.add_argument("--stock", type=Path, help="folder of lines drawn ahead")
    parser.add_argument("--minutes", type=float, help="let the rate fall within this time")
    parser.add_argument("--set", nargs="*", default=[], help="other values: learning_rate=3e-4 ...")
    options = parser.parse_args(arguments)
    changes = dict(yaml.safe_load(pair.replace("=", ": ", 1)).popitem() for pair in options.set)
    if options.steps is not None:
        changes["steps"] = options.steps
    stated = yaml.safe_load(options.config.read_text("utf-8")) | changes
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "config.yaml"
    kept.write_text(yaml.safe_dump(stated, sort_keys=False, allow_unicode=True), "utf-8")
    config = load_config(kept)
    if config.replicas == 1:
        _run(0, config, options, 0)
    else:
        port = 20000 + os.getpid() % 20000
        mp.spawn(_run, (config, options, port), nprocs=config.replicas)
    plot_run(options.out)
    return 0


def _run(rank: int, config: Config, options: argparse.Namespace, port: int) -> None:
    if torch.cuda.is_available():
        torch.cuda.set_device(rank)
        torch.backends.cudnn.benchmark = True
    else:
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
    if config.replicas > 1:
        # Linux shares the processor by session: replicas of one session would share one part.
        os.setsid()
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        dist.init_process_group("gloo", rank=rank, world_size=config.replicas)
    torch.manual_seed(config.seed)
    _Run(rank, config, options).go()


class _Run:
    """One replica of a run."""

    def __init__(self, rank: int, config: Config, options: argparse.Namespace) -> None:
        self.rank, self.config, self.out = rank, config, options.out
        self.stock, self.minutes = options.stock, options.minutes
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model: Trainable = make_trainable(config.base_model, config.base_version)
        self.net = self.model.net
        self.teacher = copy.deepcopy(self.net) if config.distil else None
        if config.start_version != config.base_version:
            start_from(self.model, config.base_model, config.start_version)
        freeze(self.net, config.frozen_blocks)
        if self.teacher is not None:
            self.teacher.to(self.device, memory_format=torch.channels_last)
        self.net.to(self.device, memory_format=torch.channels_last)
        self.trained = [p for p in self.net.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.trained, lr=config.learning_rate, weight_decay=0.0, betas=(0.9, 0.98)
        )
        self.average = [p.detach().clone() for p in self.trained]
        self.step, self.seen, self.hours = 0, 0, 0.0
        self._resume()
        self.last_step = self.step + config.decay if options.finish else config.steps
        self.decay_from = self.step if options.finish else None
        self.begun = time.monotonic()

    def go(self) -> None:
        """Train until the last step."""
        config = self.config
        held_out = held_out_lines(self.model, config.evaluate_lines) if self.rank == 0 else []
        started, losses = time.monotonic(), []
        for batch in self._from_stock() if self.stock else self._drawn_here():
            if self._at_end():
                break
            losses.append(self._train_on(batch))
            self.step += 1
            self.seen += len(batch.lengths) * config.replicas
            if self.step % config.sync_every == 0 or self.step == self.last_step:
                self._synchronise()
            if self.rank == 0 and self.step % config.sync_every == 0:
                self.hours += (time.monotonic() - started) / 3600
                started = time.monotonic()
                loss = float(torch.stack(losses).mean())
                self._log({"loss": loss, "rate": self._rate()})
                losses = []
            if self.step % config.checkpoint_every == 0 or self.step == self.last_step:
                self._save()
            if self.rank == 0 and self.step % config.evaluate_every == 0:
                self._evaluate(held_out)
        self._save()
        if self.rank == 0:
            self._evaluate(held_out)
        if config.replicas > 1:
            dist.barrier()
            dist.destroy_process_group()

    def _drawn_here(self) -> Iterator[Shown]:
        corpus = Corpus(frozenset(self.model.index), self.config.weights)
        lines = Lines(corpus, load_fonts(), self.config.longest)
        # Every replica draws from a seed of its own; a resumed run goes on with fresh pools.
        seed = self.config.seed + 7919 * (self.rank + 1) + 104729 * self.step
        for batch in batches(
            lines,
            self.model.index,
            seed,
            pixels=self.config.batch_pixels,
            pool=self.config.pool,
            start=0,
        ):
            yield Shown(
                torch.from_numpy(batch.pixels).to(self.device),
                torch.from_numpy(batch.classes).to(self.device),
                torch.from_numpy(batch.steps).to(self.device),
                torch.from_numpy(batch.lengths).to(self.device),
            )

    def _from_stock(self) -> Iterator[Shown]:
        stock = Stock(self.stock, self.model.index, self.config, self.device)
        random = torch.Generator(self.device).manual_seed(self.config.seed + self.step)
        while True:
            drawn = stock.batch()
            pixels = augment(drawn.pixels, drawn.widths, random)
            yield Shown(pixels, drawn.labels, steps_of(drawn), drawn.lengths)

    def _train_on(self, batch: Shown) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        pixels = batch.pixels.expand(-1, 3, -1, -1)
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        half = torch.autocast(self.device.type, torch.bfloat16, self.device.type == "cuda")
        with half:
            logits = self.net(pixels)
        scores = F.log_softmax(logits.float(), -1)
        loss = reading_loss(scores, batch)
        if self.teacher is not None:
            with torch.no_grad(), half:
                said = self.teacher(pixels)
            loss = loss + self.config.distil * apart(scores, said.float(), batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, self.config.clip)
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.trained, 1 - self.config.ema)
        return loss.detach()

    def _at_end(self) -> bool:
        late = self.minutes is not None and self._share_of_time() >= 1
        return late or self.step >= self.last_step

    def _share_of_time(self) -> float:
        return (time.monotonic() - self.begun) / (60 * self.minutes)

    def _rate(self) -> float:
        rate = self.config.learning_rate * min(1.0, (self.step + 1) / self.config.warmup)
        if self.minutes is not None:
            # Constant for a third of the time, then a half cosine down to nothing.
            gone = max(0.0, min(1.0, (self._share_of_time() - 1 / 3) * 1.5))
            rate *= 0.5 + 0.5 * math.cos(math.pi * gone)
        if self.decay_from is not None:
            rate *= max(0.0, 1 - (self.step - self.decay_from) / self.config.decay)
        return rate

    def _synchronise(self) -> None:
        """Average the weights of the replicas."""
        if self.config.replicas == 1:
            return
        with torch.no_grad():
            for group in (self.trained, self.average):
                flat = torch.cat([p.detach().reshape(-1) for p in group])
                dist.all_reduce(flat)
                flat /= self.config.replicas
                at = 0
                for p in group:
                    p.copy_(flat[at : at + p.numel()].view_as(p))
                    at += p.numel()

    def _evaluate(self, held_out: Any) -> None:
        kept = [p.detach().clone() for p in self.trained]
        with torch.no_grad():
            for p, averaged in zip(self.trained, self.average, strict=True):
                p.copy_(averaged)
            self._log({"held_out": evaluate(self.net, self.model.characters, held_out)})
            for p, own in zip(self.trained, kept, strict=True):
                p.copy_(own)
        plot_run(self.out)

    def _log(self, values: dict[str, Any]) -> None:
        row = {"step": self.step, "lines": self.seen, "hours": round(self.hours, 4), **values}
        with (self.out / _LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def _save(self) -> None:
        """Write this replica's state; rank 0 also writes the averaged weights."""
        state = {
            "step": self.step,
            "seen": self.seen,
            "hours": self.hours,
            "weights": self.net.state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
        }
        path = self.out / f"{self.rank}-{_LAST}"
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)
        if self.rank == 0:
            # Lines from a stock are shown several times.
            drawn = self.seen // self.config.reuse if self.stock else self.seen
            average = [p.half() for p in self.average]
            light = {"seen": self.seen, "drawn": drawn, "average": average}
            torch.save(light, self.out / AVERAGE)

    def _resume(self) -> None:
        path = self.out / f"{self.rank}-{_LAST}"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average = state["average"]
        self.step, self.seen, self.hours = state["step"], state["seen"], state["hours"]
        log = self.out / _LOG
        if self.rank == 0 and log.exists():
            # What was done after the checkpoint is done again.
            rows = log.read_text("utf-8").splitlines(keepends=True)
            log.write_text("".join(r for r in rows if json.loads(r)["step"] <= self.step), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
