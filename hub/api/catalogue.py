"""Words for ids: what the kinds of request and the owners are called."""

from fastapi import APIRouter

from domain.triage import Language
from hub.api.reception import Here
from hub.api.schemas import Catalogue, Names
from hub.api.viewer import SignedIn

router = APIRouter()


@router.get("/catalogue", summary="Names of kinds and owners")
async def catalogue(reception: Here, _user: SignedIn) -> Catalogue:
    """The names in the three languages; where a Spanish one is missing, the English one."""
    matrix = reception.hub.matrix
    return Catalogue(
        kinds={kind: Names(fr=row.name_fr, en=row.name_en, es=row.name_en) for kind, row in matrix.rows.items()},
        owners={
            owner: Names(fr=card.names[Language.FR], en=card.names[Language.EN], es=card.names[Language.ES])
            for owner, card in matrix.owners.cards.items()
        },
    )
