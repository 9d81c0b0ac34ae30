"""What is said of a form page that is partly out of sight."""

import re
from dataclasses import replace

import cv2
import numpy as np
import pytest
from imaging_pages import World, page_of, rgb

from pipelines.check import quality_findings
from pipelines.check_covered import covered_findings
from pipelines.forms.model import Box
from pipelines.identify import identify_page
from pipelines.outside import Stray
from pipelines.read_page import ReadPage, form_page, read_dirty, view_of
from pipelines.records import (
    BoundingBox,
    Field,
    FieldSource,
    FieldState,
    Pixels,
    QualityReason,
    QualityVerdict,
    Severity,
)
from pipelines.register import register_page
from pipelines.rules.catalogue import Language
from pipelines.rules.texts import told_in


def read(world: World, pixels: Pixels) -> ReadPage:
    template = world.templates["moving-notice"]
    page = page_of(pixels, dpi=200)
    found = identify_page(page, world.index)
    assert found is not None
    registered = register_page(page, template, found)
    assert registered is not None
    verdict = QualityVerdict(page=1, ok=True)
    view = view_of(page, verdict, registered)
    return form_page(view, registered, template.definition, (), ())


@pytest.mark.parametrize("way", ["covered", "cut off"])
def test_a_page_partly_out_of_sight_names_the_fields_there(world: World, way: str) -> None:
    template = world.templates["moving-notice"]
    line = int(0.55 * template.grey.shape[0])
    pixels = rgb(template.grey).copy()
    if way == "covered":
        pixels[line:] = 244
    page = read(world, pixels if way == "covered" else np.ascontiguousarray(pixels[:line]))
    # The name, the ticks and the words to circle lie above the line.
    assert page.unseen == ("seal", "signed")
    assert page.view.quality.reasons == (QualityReason.COVERED,) and not page.view.quality.ok
    (finding,) = covered_findings([(page.view, page.unseen)], template.definition)
    assert (finding.rule, finding.severity) == ("quality.covered", Severity.WARNING)
    assert finding.fields == page.unseen
    assert "「印」「署名」" in finding.message and "1ページ目" in finding.message
    # One finding says it, not two.
    assert quality_findings([page.view.quality]) == ()


def test_a_whole_page_is_not_called_covered(world: World) -> None:
    pixels = rgb(world.templates["moving-notice"].grey).copy()
    cv2.putText(pixels, "12345", (700, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, (40, 40, 40), 6)
    page = read(world, pixels)
    assert page.view.quality.ok and page.unseen == ()
    assert covered_findings([(page.view, page.unseen)], world.stranger.definition) == ()


def test_it_is_told_in_three_languages(world: World) -> None:
    form = world.templates["moving-notice"].definition
    view = read(world, rgb(world.templates["moving-notice"].grey)).view
    covered = replace(view.quality, ok=False, reasons=(QualityReason.COVERED,))
    names = tuple(item.name for group in (form.fields, form.marks, form.seals) for item in group)
    (all_, none) = covered_findings(
        [(replace(view, quality=covered), names), (replace(view, quality=covered), ())], form
    )
    told = {language: told_in(all_, language) for language in Language}
    assert told[Language.JA] == all_.message
    assert "could not be seen: 「氏名」" in (told[Language.EN] or "")
    assert "見（み）えない ところ: 「氏名」" in (told[Language.EASY] or "")
    # In やさしい日本語 every kanji outside of a label has its reading behind it.
    easy = re.sub("「.*」", "", told[Language.EASY] or "").replace("ページ", "")
    assert not re.search(r"[一-鿿](?![一-鿿]*[ぁ-ん]*（)", easy)
    assert "写っていません" not in none.message and "再スキャン" in none.message


def test_many_fields_are_counted(world: World) -> None:
    form = world.templates["moving-notice"].definition
    view = read(world, rgb(world.templates["moving-notice"].grey)).view
    covered = replace(view.quality, ok=False, reasons=(QualityReason.COVERED,))
    (finding,) = covered_findings([(replace(view, quality=covered), ("name",) * 9)], form)
    assert "など9か所" in finding.message
    assert "(9 in all)" in (told_in(finding, Language.EN) or "")


@pytest.mark.parametrize(("places", "doubtful"), [(3, False), (12, True)])
def test_so_much_outside_of_the_boxes_is_dirt_and_puts_all_fields_in_doubt(
    world: World, places: int, doubtful: bool
) -> None:
    page = read(world, rgb(world.templates["moving-notice"].grey))
    stray = Stray(
        page=1,
        form_page=1,
        place=Box(x=10, y=10, width=5, height=5),
        box=BoundingBox(x0=80, y0=80, x1=120, y1=120),
    )
    name = Field(
        name="name",
        label="氏名",
        kind="kanji_name",
        raw_text="東",
        value="東",
        confidence=0.99,
        state=FieldState.READ,
        box=None,
        page=1,
        source=FieldSource.READ,
    )
    dirty = read_dirty(replace(page, fields=(name,), strays=(stray,) * places))
    assert [field.doubtful for field in dirty.fields] == [doubtful]
