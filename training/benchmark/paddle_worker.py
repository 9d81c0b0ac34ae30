"""Runs inside the environment that has PaddleOCR, not in ours: imports nothing of this project.

    PYTHON paddle_worker.py DETECTOR_FOLDER RECOGNISER_FOLDER

Answers a JSON object a line on stdin with one on stdout: `{"op": "line" | "page", "png": base64}`
gives `{"text", "score"}` or `{"lines": [{"text", "box"}]}`; the first line out is
`{"version"}`. What libraries print goes to stderr.
"""

import base64
import json
import os
import sys
from importlib.metadata import version
from typing import IO, Any

os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")


def main(detector: str, recogniser: str) -> None:
    """Load the models and answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import cv2
    import numpy as np
    from paddleocr import PaddleOCR, TextRecognition  # type: ignore[import-not-found]

    cv2.setNumThreads(1)
    how = {
        "engine": "onnxruntime",
        "engine_config": {"intra_op_num_threads": 1, "inter_op_num_threads": 1},
    }
    pages = PaddleOCR(
        text_detection_model_name="PP-OCRv6_small_det",
        text_detection_model_dir=detector,
        text_recognition_model_name="PP-OCRv6_small_rec",
        text_recognition_model_dir=recogniser,
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        **how,
    )
    lines = TextRecognition(model_name="PP-OCRv6_small_rec", model_dir=recogniser, **how)
    _answer(answers, {"version": version("paddleocr")})
    for request in map(json.loads, sys.stdin):
        data = np.frombuffer(base64.b64decode(request["png"]), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if request["op"] == "line":
            found = next(iter(lines.predict(image)))
            answer: dict[str, Any] = {"text": found["rec_text"], "score": float(found["rec_score"])}
        else:
            found = next(iter(pages.predict(image)))
            boxes = [[float(v) for v in box] for box in found["rec_boxes"]]
            rows = zip(found["rec_texts"], boxes, strict=True)
            answer = {"lines": [{"text": text, "box": box} for text, box in rows]}
        _answer(answers, answer)


def _answer(stream: IO[str], value: object) -> None:
    stream.write(json.dumps(value, ensure_ascii=False) + "\n")
    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
