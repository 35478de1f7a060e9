"""How the zoom model looks for a lesion: every number of its search, stored in its manifest."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from algorithm.models.json_files import StrictModel

__all__ = ["ZoomSettings"]

Step = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, lt=1)]


class ZoomSettings(StrictModel):
    """The search's hyper-parameters; none of them changes the network's weights.

    Attributes:
        start_steps_mm: steps of the first looks, all centred on the click; the answer with the best
            score is followed.
        retry_steps_mm: steps that are tried in turn where no first look found anything.
        fit_every_start: follow each first look until its zoom fits, and score only then.
        target_fill: share of the patch's side that the lesion's diameter should take.
        largest_extent: share of the patch's side that its longest extent may take.
        narrowest_step_mm: lower limit of the step.
        narrowest_step_pixels: another one, in the VOI's in-plane pixels.
        widest_step_mm: upper limit of the step.
        widest_touching_step_mm: the same while the answer still touches the patch's border.
        largest_change: factor by which one look may change the step.
        stable_change: factor below which a wish for another step is not followed.
        stable_shift: patch voxels by which centre or click must move to be worth a look.
        widen_touching: factor by which to zoom out, at least, while the answer touches the border.
        touching_faces: on how many of the patch's faces that must be.
        max_passes: looks that fit the zoom around the click, the first one included.
        recentre_rounds: looks from the answer's own centre, clicked at its deepest point.
        user_click_weight: share of the look with the user's own click in the average; 0 leaves
            that look out, and its pass.
        side_clicks: click the lesion on both sides of its deepest point, too: two more passes.
        least_views: mirrored views of the last looks, at least (`--mirror` may ask for more).
        threshold: probability from which a voxel is lesion.
        threshold_factor: where nothing is found at any zoom, the threshold is lowered by this
            factor, again and again, …
        lowest_threshold: … down to this; then the answer is empty.
        reach_voxels: patch voxels from the click within which an answer must begin.
        smallest_voxels: patch voxels that an answer must have.
        low_fill: share of the patch below which an answer is less credible, as the network draws
            a small ball where it sees nothing.
        high_fill: share above which it is.
        fill_penalty: how much a factor of e beyond these takes off the score.
        agreement_weight: how much a first look gains if all others found a lesion as large.
        same_size: factor up to which two are as large.
        largest_surprise: factor by which a lesion's size may change when it is looked at again;
            a look that changes it more is not believed.
        extent_share: of its longest extent, what an elongated lesion's diameter counts at least.
        shell_voxels: patch voxels around an answer in which its boundary's crispness is judged.
        aside: share of a lesion's longest extent by which its sides begin beside its deepest point.
        least_probability: probabilities nearer to 0 or 1 count as this near: no look decides alone.
        largest_logit: logits are put back between plus and minus this; beyond, they only shift
            where 0 is crossed.
    """

    start_steps_mm: tuple[Step, ...] = Field(default=(1.2,), min_length=1)
    retry_steps_mm: tuple[Step, ...] = (0.6, 2.4)
    fit_every_start: bool = False
    target_fill: Share = 0.42
    largest_extent: Share = 0.75
    narrowest_step_mm: Step = 0.2
    narrowest_step_pixels: float = Field(default=0.3, ge=0)
    widest_step_mm: Step = 3.5
    widest_touching_step_mm: Step = 6.0
    largest_change: float = Field(default=3.5, gt=1)
    stable_change: float = Field(default=1.2, gt=1)
    stable_shift: float = Field(default=1.5, ge=0)
    widen_touching: float = Field(default=1.4, gt=1)
    touching_faces: int = Field(default=1, ge=1, le=6)
    max_passes: int = Field(default=4, ge=1)
    recentre_rounds: int = Field(default=2, ge=0)
    user_click_weight: float = Field(default=0.5, ge=0, le=1)
    side_clicks: bool = False
    least_views: int = Field(default=1, ge=1, le=8)
    threshold: Share = 0.5
    threshold_factor: Share = 0.6
    lowest_threshold: Share = 0.1
    reach_voxels: float = Field(default=2.0, ge=0)
    smallest_voxels: int = Field(default=4, ge=1)
    low_fill: Share = 0.2
    high_fill: Share = 0.65
    fill_penalty: float = Field(default=0.5, ge=0)
    agreement_weight: float = Field(default=0.3, ge=0)
    same_size: float = Field(default=1.35, gt=1)
    largest_surprise: float = Field(default=1.6, gt=1)
    extent_share: Share = 0.62
    shell_voxels: int = Field(default=2, ge=0)
    aside: Share = 0.2
    least_probability: Share = 1e-4
    largest_logit: float = Field(default=6.0, gt=0)

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        if not self.narrowest_step_mm < self.widest_step_mm <= self.widest_touching_step_mm:
            raise ValueError("steps narrowest < widest <= widest touching")
        if self.lowest_threshold > self.threshold:
            raise ValueError("a lowest threshold not above the threshold")
        if self.low_fill > self.high_fill:
            raise ValueError("a low fill not above the high fill")
        return self
