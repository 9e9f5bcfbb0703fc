from muster.people.queries.actors import actor_of

__all__ = ["actor_of"]
