"""The recipe: every hyper-parameter, checked; and which cases a model has seen."""
