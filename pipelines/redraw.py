"""One change to all channels of a page."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from pipelines.geometry import grey_of, keep_grey
from pipelines.records import Page, Pixels


def redrawn(page: Page, change: Callable[[Pixels], Pixels]) -> Page:
    """Page with `change` (H x W to a new H x W) made to its channels; to the one of a grey page."""
    if page.colourless:
        grey = change(grey_of(page))
        changed = replace(page, pixels=np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8))
        keep_grey(changed, grey)
        return changed
    channels = [change(each) for each in cv2.split(page.pixels)]
    return replace(page, pixels=np.asarray(cv2.merge(channels), np.uint8))
