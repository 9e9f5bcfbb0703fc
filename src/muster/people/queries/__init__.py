from muster.people.queries.actors import actor_of
from muster.people.queries.register import search_people
from muster.people.queries.reveal import reveal

__all__ = ["actor_of", "reveal", "search_people"]
