"""Japanese words of the report for what the stages measure."""

from collections.abc import Iterator

from pipelines.forms.model import DatePart
from pipelines.records import Field, FindingKind, Severity

MEASURES = {
    "dpi": "解像度（dpi）",
    "paper": "紙の明るさ（0〜255）",
    "contrast": "文字の濃さ（0〜255）",
    "ink_mm2": "インクの量（mm²）",
    "faint_mm2": "かすかな跡（mm²）",
    "blur_mm": "ぼけの幅（mm）",
    "glare": "光の反射（割合）",
    "missing_corner_mm": "欠けた角（mm）",
}
STAGES = {
    "decode": "画像を開く",
    "quality": "画質の判定",
    "identify": "様式の特定",
    "register": "位置合わせ",
    "straighten": "傾きの補正",
    "ink": "記入の取り出し",
    "drift": "印刷のちがいの確認",
    "marks": "印の判定",
    "fields": "記入欄の読み取り",
    "lines": "行の読み取り",
    "judge": "判定",
}
METHODS = {"qr": "QRコード", "print": "印刷の見くらべ", "pinned": "人が指定した様式"}
SEVERITIES = {
    Severity.ERROR: "✕ 誤り",
    Severity.WARNING: "！ 注意",
    Severity.INFO: "ｉ 参考",
}
KINDS = {
    FindingKind.COMPLETENESS: "記入漏れ",
    FindingKind.PLAUSIBILITY: "内容",
    FindingKind.QUALITY: "画質・様式",
    FindingKind.RULE_FAILED: "規則の不具合",
}
EMPTY_VALUE = "（なし）"
PARTS = {
    DatePart.YEAR: "年",
    DatePart.MONTH: "月",
    DatePart.DAY: "日",
    DatePart.HOUR: "時",
    DatePart.MINUTE: "分",
    DatePart.FIRST: "1つ目",
    DatePart.SECOND: "2つ目",
    DatePart.THIRD: "3つ目",
}
WESTERN = "西暦"
HIDDEN_CROP = "（伏せています）"
_LEAST = 0.0005


def correction_notes(field: Field) -> Iterator[str]:
    """Say how the paper was corrected: a seal by what was struck out, correction fluid."""
    if field.correction_seal is not None:
        yield "訂正印あり" if field.correction_seal else "訂正印なし"
    if field.correction_fluid:
        yield "修正液の上"


def percent(share: float) -> str:
    """Share of 0..1 in words."""
    if 0 < share < _LEAST:
        return "0.1%未満"
    return f"{100 * share:.1f}%"


def number(value: float) -> str:
    """Write a number with three digits behind the point at most."""
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
