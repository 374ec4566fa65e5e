"""What the demo is made of, in order. A new part is a module with `contribute(world)` and a line here."""

from hub.demo import arrivals, deliveries, desk, register, requests
from hub.demo.world import Contributor

CONTRIBUTORS = (
    Contributor("Équipe · team", desk.contribute),
    Contributor("Bénéficiaires · beneficiaries", register.contribute),
    Contributor("Demandes et messages · tickets and messages", requests.contribute),
    Contributor("Envois · deliveries", deliveries.contribute),
    Contributor("Courrier arrivé · mail received", arrivals.contribute),
)
