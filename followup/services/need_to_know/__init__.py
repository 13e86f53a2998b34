"""Need to know: who may open which child, who may not, and what happens when somebody must at once (SoLPuL 10 §)."""
