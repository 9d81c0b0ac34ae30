"""Japanese names of categories for people: `<operation>.<kind of document>`."""

from pipelines.forms.model import DocumentKind, Operation
from pipelines.reference.categories import category_titles

_OPERATIONS = {
    Operation.CHILD_ALLOWANCE: "児童手当",
    Operation.CHILD_SUPPORT: "子ども・子育て支援",
    Operation.NURSERY_ADMISSION: "保育施設入所",
    Operation.RESIDENT_REGISTER: "住民基本台帳",
    Operation.FAMILY_REGISTER_ADDENDUM: "戸籍の附票",
    Operation.SEAL_REGISTRATION: "印鑑登録",
    Operation.ELECTORAL_ROLL: "選挙人名簿管理",
    Operation.RESIDENT_TAX: "個人住民税",
    Operation.LIGHT_VEHICLE_TAX: "軽自動車税",
    Operation.FAMILY_REGISTER: "戸籍",
    Operation.SCHOOLING: "就学",
    Operation.HEALTH: "健康管理",
    Operation.CHILD_REARING_ALLOWANCE: "児童扶養手当",
    Operation.PUBLIC_ASSISTANCE: "生活保護",
    Operation.DISABILITY_WELFARE: "障害者福祉",
    Operation.LONG_TERM_CARE: "介護保険",
    Operation.NATIONAL_HEALTH_INSURANCE: "国民健康保険",
    Operation.LATE_ELDERLY_CARE: "後期高齢者医療",
    Operation.NATIONAL_PENSION: "国民年金",
    Operation.OTHER: "その他",
}
_KINDS = {
    DocumentKind.APPLICATION: "申請書",
    DocumentKind.NOTIFICATION: "届出書",
    DocumentKind.DECLARATION: "申告書",
    DocumentKind.CLAIM: "請求書",
    DocumentKind.ATTACHMENT: "添付書類",
    DocumentKind.CERTIFICATE: "証明書",
}
_NAMES: dict[str, str] = {
    "unknown": "不明",
    **{operation.value: name for operation, name in _OPERATIONS.items()},
    **{
        f"{operation.value}.{kind.value}": f"{name}・{kind_name}"
        for operation, name in _OPERATIONS.items()
        for kind, kind_name in _KINDS.items()
    },
}


def category_title(label: str) -> str:
    """Japanese name of a category id; the id itself when it has none.

    The taxonomy names the kinds of paper that are classified; forms may be of further ones.
    """
    return category_titles().get(label) or _NAMES.get(label, label)
