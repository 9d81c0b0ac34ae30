"""Accuracy and speed side by side with peers, in one run: `ocr-service bench`.

| file | what |
|---|---|
| `command.py` | the command |
| `run.py` | orders the sets, engines and documents |
| `metrics.py` | how every figure is defined |
| `set_*.py`, `texts.py`, `items.py` | what is read, with its truth |
| `held_out.yaml` | seeds and fonts that training must leave alone |
| `peers.py`, `peer_*.py`, `paddle_worker.py` | the engines |
| `lines.py`, `page_match.py`, `accuracy.py`, `scans.py`, `speed.py` | measure |
| `results.py`, `tables.py`, `report.py`, `plots.py` | show |
"""
