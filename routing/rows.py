"""The routing matrix as rows: what each kind of request is, whose it is and how much it hurries."""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from domain.triage import Kind, MedicalLevel, Owner, Risk, Urgency


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of request. `first_response` is the matrix's sentence; `also` gets a linked ticket in `also_role`."""

    kind: Kind
    name_fr: str
    name_en: str
    risk: Risk
    also_risk: Risk | None
    owner: Owner
    also: Owner | None
    also_role: str
    urgency: Urgency
    first_response: str
    hours: str
    medical: MedicalLevel
    channel_rule: str
    documents: str
    bot_policy: str
    frequent: bool


def read_rows() -> tuple[str, tuple[Row, ...]]:
    """The version of the matrix shipped with the product (a hash of its text) and its rows. Reads a file."""
    text = (resources.files(__package__) / "data" / "routing_matrix.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return version, tuple(_row(row) for row in rows)


def _row(row: Mapping[str, str]) -> Row:
    return Row(
        kind=Kind(row["id"]),
        name_fr=row["kind_fr"],
        name_en=row["kind_en"],
        risk=Risk(row["risk"]),
        also_risk=Risk(row["also_risk"]) if row["also_risk"] else None,
        owner=Owner(row["owner"]),
        also=Owner(row["also"]) if row["also"] else None,
        also_role=row["also_role"],
        urgency=Urgency(row["urgency"]),
        first_response=row["first_response_target"],
        hours=row["hours"],
        medical=MedicalLevel(row["medical_sensitivity"]),
        channel_rule=row["channel_rule"],
        documents=row["required_data_documents"],
        bot_policy=row["bot_policy"],
        frequent=row["frequent"] == "1",
    )
