"""How sure a mask is, as a model's manifest says it: from evidence to the expected Dice.

`algorithm.inference.evidence` computes the evidence of an answer. What Dice it stands for was
fitted on lesions that the model was not trained on.
"""

import math
from collections.abc import Mapping

from algorithm.models.json_files import StrictModel

__all__ = ["EVIDENCE", "Certainty"]

EVIDENCE = ("spread", "agreement", "crispness", "inside", "votes")
"""What is known of an answer; `evidence_of` says what each one is."""


class Certainty(StrictModel):
    """From evidence to the expected Dice, by logistic regression.

    Attributes:
        intercept: of the log-odds.
        weights: of each kind of evidence.
    """

    intercept: float
    weights: dict[str, float]

    def of(self, evidence: Mapping[str, float]) -> float:
        """Give the expected Dice of an answer, 0 to 1; 0 where nothing was found."""
        if not evidence:
            return 0.0
        log_odds = self.intercept + sum(
            weight * evidence[name] for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-min(max(log_odds, -30.0), 30.0)))
