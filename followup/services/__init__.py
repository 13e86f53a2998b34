"""Use cases, one verb each. They get a unit of work and plain values; they know neither Flask nor HTML."""
