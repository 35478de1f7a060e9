"""What the words of a report mean, a paragraph each."""

from uls.report.page import Section

__all__ = ["definitions_section"]

_DEFINITIONS = (
    (
        "Dice",
        "Overlap of the predicted and the reference mask in 3-D: twice the voxels in common, over "
        "the sum of both masks' voxels. 0: nothing in common (or both empty); 1: the same mask.",
    ),
    (
        "Long axis",
        "In every axial slice the largest connected piece of the mask (pixels joined by an edge) "
        "is taken; the long axis is the greatest distance between two of its boundary pixels, in "
        "the slice where that is greatest. It is found in voxels, whatever their size in mm, as "
        "the challenge does; lengths in mm are those of the line found so.",
    ),
    (
        "Short axis",
        "In that slice, the longest line between two boundary pixels that is perpendicular to the "
        "long axis, to within the smallest whole number of degrees for which there is one.",
    ),
    (
        "Error of an axis (SMAPE)",
        "|reference − prediction| / (reference + prediction), 0 to 100 %. An empty prediction has "
        "100 %. An error of 5 % here is a difference of about 10 % of the length.",
    ),
    (
        "Click consistency",
        "Of a lesion clicked several times: Dice between the masks of two clicks, one moved onto "
        "the other by whole voxels, averaged over its pairs of clicks. An empty mask counts 0.",
    ),
    (
        "ChallengeScore",
        "0.8 × mean Dice + 0.05 × (1 − mean long-axis error) + 0.05 × (1 − mean short-axis error) "
        "+ 0.1 × mean click consistency.",
    ),
    (
        "95 % intervals",
        "Of means and of the ChallengeScore: from drawing the patients (or, where none are known, "
        "the lesions) again and again with replacement, the middle 95 % of what comes out. Of "
        "shares: Wilson's interval. They tell how much chance there is in which lesions were "
        "tested, not how the model does elsewhere.",
    ),
    (
        "Within 10 %, limits of agreement",
        "A diameter is within 10 % if it differs from the reference's by no more than a tenth of "
        "it. Bland and Altman's limits of agreement hold about 95 % of the differences, if those "
        "are roughly normal.",
    ),
    (
        "RECIST",
        "RECIST 1.1 (Eisenhauer 2009) follows a patient by lesion diameters: a lesion counts "
        "(is measurable) from 10 mm long axis on, a lymph node from 15 mm short axis on.",
    ),
    (
        "Detected",
        "A lesion whose Dice is above 0.1.",
    ),
)


def definitions_section() -> Section:
    """Give the definitions."""
    return Section(title="Definitions", anchor="definitions", definitions=_DEFINITIONS)
