"""The report as a file: what stands in it, and that it stands alone."""

import base64
from pathlib import Path

import numpy as np
import pytest
from html_reading import Reading
from synthetic_lesions import clicks, lesion, measures
from synthetic_metrics import metrics_of
from synthetic_stacks import voi_with_cube, write_image

from evaluation.report import panels
from evaluation.report.panels import ImageFiles
from evaluation.report.report import write_report
from evaluation.report.sections import agreement
from evaluation.report.sections.lesions import worst_lesions
from evaluation.report.views import Slice
from evaluation.results.lesion_sections import SurfaceScore
from evaluation.results.metrics import Lesion, Metrics, NotScored
from uls.workshop.errors import InputError, OutputError


def read_report(metrics: Metrics, folder: Path, images: ImageFiles | None = None) -> Reading:
    path = write_report(metrics, folder / "report.html", images=images)
    return Reading(path.read_text(encoding="utf-8"))


def row_of(page: Reading, first: str, n: int) -> str:
    """The words behind a table row's heading."""
    words = page.text.split(f" {first} ", 1)[1].split()
    return " ".join(words[:n])


@pytest.fixture
def lesions() -> list[Lesion]:
    """Two livers of one patient and a lung of another, the last one without a prediction."""
    return [
        lesion(0.9, voi=0, patient="p1", type="liver", group="FSUP", errors=(0.0, 0.1)),
        lesion(0.5, voi=1, patient="p1", type="liver", group="FSUP", errors=(0.2, 0.1)),
        lesion(
            0.0, voi=2, patient="p2", type="lung", group="PSUP", errors=(1, 1), no_prediction=True
        ),
    ]


@pytest.fixture
def metrics(lesions: list[Lesion]) -> Metrics:
    lost = NotScored(stack="c", job="j", reason="it failed.", lesions=1, clicked_lesions=0)
    return metrics_of(
        lesions,
        [clicks(0.8, 0, 3, patient="p1"), clicks(0.4, 2, 4, patient="p2")],
        missing=[lost],
        warnings=["it is odd"],
    )


def test_the_score_stands_beside_its_parts_and_the_published_ones(
    metrics: Metrics, tmp_path: Path
) -> None:
    """Dice 1.4/3; long 1.2/3; short 1.2/3; consistency 0.6: 0.3733 + 2 · 0.03 + 0.06."""
    page = read_report(metrics, tmp_path)
    assert "ChallengeScore 0.493 95 % interval" in page.text
    assert (
        "0.8 × 0.467 + 0.05 × (1 − 0.400) + 0.05 × (1 − 0.400) + 0.1 × 0.600 = 0.493" in page.text
    )
    assert "0.703 ± 0.240" in page.text
    assert "10000 resamples of 2 patients" in page.text


def test_repeated_clicks_of_one_patient_tell_no_interval(
    lesions: list[Lesion], tmp_path: Path
) -> None:
    own = [clicks(0.8, 0, 3, patient="p1"), clicks(0.6, 1, 4, patient="p1")]
    page = read_report(metrics_of(lesions, own), tmp_path)
    assert "0.503 without an interval" in page.text  # 0.3733 + 0.06 + 0.07
    assert "all repeated clicks are of one patient" in page.text


def test_what_was_not_scored_and_what_is_odd_comes_before_all_tables(
    metrics: Metrics, tmp_path: Path
) -> None:
    text = read_report(metrics, tmp_path).text
    lost, odd = text.index("Stack c: 1 lesion scored zero. it failed."), text.index("it is odd")
    assert lost < odd < text.index("The score and its parts")


def test_groups_have_a_row_each_beside_the_published(metrics: Metrics, tmp_path: Path) -> None:
    page = read_report(metrics, tmp_path)
    assert row_of(page, "liver", 4) == "2 0.700 ± 0.283"
    assert "PSUP 1 0.000 100.0 % 100.0 % 0 of 1 (0 %) 0.631" in page.text


def test_the_worst_lesions_are_those_with_a_prediction(metrics: Metrics, tmp_path: Path) -> None:
    assert [x.fn for x in worst_lesions(metrics)] == ["file_0_lesion_1", "file_0_lesion_0"]
    assert "1 lesion without a usable prediction" in read_report(metrics, tmp_path).text


def test_ten_are_shown_and_among_equals_the_larger_errors_first() -> None:
    equals = [lesion(0.2, voi=i, errors=(i / 100, 0)) for i in range(12)]
    worst = worst_lesions(metrics_of(equals))
    assert [x.voi for x in worst] == list(range(11, 1, -1))


def test_the_report_needs_nothing_else(metrics: Metrics, tmp_path: Path) -> None:
    page = read_report(metrics, tmp_path)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert page.values("src")
    assert all(source.startswith("data:image/") for source in page.values("src"))
    assert all(target.startswith("#") for target in page.values("href"))
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert "default-src 'none'" in " ".join(page.values("content"))


def test_links_lead_to_sections_and_images_say_what_they_show(
    metrics: Metrics, tmp_path: Path
) -> None:
    page = read_report(metrics, tmp_path)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in page.values("href")} == set(ids)
    assert all(page.values("alt"))


def test_the_figures_are_there(metrics: Metrics, tmp_path: Path) -> None:
    """Box plots of Dice and of either axis, two more figures per axis, one of consistency."""
    page = read_report(metrics, tmp_path)
    figures = [source.split(",", 1)[1] for source in page.values("src")]
    assert len(figures) == 8
    assert all(base64.b64decode(data).rstrip().endswith(b"</svg>") for data in figures)


def test_differences_are_prediction_minus_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long axes 10 → 12 and 30 → 29, short axes 5 → 5 and 20 → 0; nothing has no difference."""
    seen = {}

    def keep(mean: list[float], difference: list[float], *, axis: str, **_: object) -> str:
        seen[axis] = (mean, difference)
        return ""

    monkeypatch.setattr(agreement, "bland_altman", keep)
    lesions = [
        lesion(reference=measures(10, 5), prediction=measures(12, 5)),
        lesion(reference=measures(30, 20), prediction=measures(29, 0)),
        lesion(no_prediction=True),
    ]
    read_report(metrics_of(lesions), tmp_path)
    assert seen == {"long axis": ([11, 29.5], [2, -1]), "short axis": ([5], [0])}


def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    hostile = "</table><script>alert(1)</script>\"'><img src=x onerror=y>{{7*7}}$\\frac"
    bad = lesion(0.5, stack=hostile, patient=hostile, type=hostile, group=hostile)
    lost = NotScored(stack=hostile, job=hostile, reason=hostile, lesions=1, clicked_lesions=1)
    metrics = metrics_of(
        [bad], [clicks(0.5, 0, 1, stack=hostile)], missing=[lost], warnings=[hostile]
    )
    path = write_report(metrics, tmp_path / "report.html", name=hostile)
    page = Reading(path.read_text(encoding="utf-8"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("<script>alert(1)</script>") > 5
    assert all(source.startswith("data:") for source in page.values("src"))
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]


def test_an_older_metrics_json_gives_what_it_can(lesions: list[Lesion], tmp_path: Path) -> None:
    old = metrics_of(lesions, [clicks(0.8, 0, 3)], with_analysis=False)
    page = read_report(old, tmp_path)
    assert "written by an older version" in page.text
    assert "ChallengeScore 0.513 without an interval" in page.text  # 0.3733 + 0.06 + 0.08
    assert not {"recist", "detection"} & set(page.values("id"))
    assert "file_0_lesion_2" in page.text


@pytest.mark.parametrize(
    "lesions",
    [
        [lesion(1.0, errors=(0, 0))],
        [lesion(0.0, no_prediction=True, errors=(1, 1))],
        [lesion(0.0, prediction=measures(0, 0, voxels=0), errors=(1, 1))],
    ],
)
def test_one_lesion_of_any_kind_is_enough(lesions: list[Lesion], tmp_path: Path) -> None:
    page = read_report(metrics_of(lesions), tmp_path)
    assert "ChallengeScore –" in page.text
    assert "without click consistency there is no ChallengeScore" in page.text


def test_surfaces_have_a_section_only_if_they_were_measured(tmp_path: Path) -> None:
    surface = SurfaceScore(dice=0.75, tolerance_mm=2, hausdorff_95_mm=3.5)
    page = read_report(metrics_of([lesion(surface=surface)]), tmp_path)
    assert "surface Dice at 2.0 mm 0.750 1" in page.text
    assert "Surfaces" not in read_report(metrics_of([lesion()]), tmp_path).text


def test_a_set_as_large_as_the_challenges_stays_small(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    many = [
        lesion(float(dice), voi=i, type=f"type {i % 9}", errors=(float(1 - dice), 0.5))
        for i, dice in enumerate(random.random(725))
    ]
    path = write_report(metrics_of(many), tmp_path / "report.html")
    assert path.stat().st_size < 2_500_000


def stack(folder: Path, name: str, n_vois: int, *, half: int = 6) -> ImageFiles:
    """CT with cubes, references as large, predictions smaller."""
    images = np.concatenate([voi_with_cube(half=half)] * n_vois)
    smaller = np.concatenate([voi_with_cube(half=half - 2, value=1, background=0)] * n_vois)
    return ImageFiles(
        images={name: write_image(folder / "ct" / f"{name}.mha", images)},
        predictions={name: write_image(folder / f"p-{name}.mha", smaller.astype(np.uint8))},
        references={
            name: write_image(folder / f"r-{name}.mha", (images > 0).astype(np.uint8)),
        },
    )


def test_the_worst_lesions_are_shown_where_there_is_a_ct(tmp_path: Path) -> None:
    files = stack(tmp_path, "s", 2)
    metrics = metrics_of(
        [lesion(0.3, voi=1, stack="s"), lesion(0.2, voi=2, stack="without"), lesion(0.9, stack="s")]
    )
    page = read_report(metrics, tmp_path, files)
    jpegs = [source for source in page.values("src") if source.startswith("data:image/jpeg")]
    assert len(jpegs) == 2 * 4
    assert all(base64.b64decode(j.split(",", 1)[1]).startswith(b"\xff\xd8") for j in jpegs)
    assert len(set(jpegs[:4])) == 4
    assert "Images were found for 2 of 3." in page.text


def test_each_mask_is_drawn_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cubes of 13 voxels a side in the reference, of 9 in the prediction."""
    seen = []

    def keep(_: object, panel: Slice, __: object, *, whole: bool) -> None:
        assert panel.reference is not None
        seen.append((panel.plane, whole, panel.reference.sum(), panel.prediction.sum()))

    monkeypatch.setattr(panels, "draw_panel", keep)
    panels.draw_panels([lesion(stack="s")], stack(tmp_path, "s", 1))
    assert seen == [
        ("axial", True, 13 * 13, 9 * 9),
        ("axial", False, 13 * 13, 9 * 9),
        ("coronal", False, 13 * 13, 9 * 9),
        ("sagittal", False, 13 * 13, 9 * 9),
    ]


def test_a_ct_that_is_not_the_lesions_is_refused(tmp_path: Path) -> None:
    files = stack(tmp_path, "s", 1)
    with pytest.raises(InputError, match=r"a stack that has a VOI 3.*found 1 VOIs"):
        read_report(metrics_of([lesion(voi=3, stack="s")]), tmp_path, files)
    assert not (tmp_path / "report.html").exists()


def test_a_place_that_cannot_be_written_is_named(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"report\.html"):
        write_report(metrics, tmp_path / "file" / "report.html")


def test_nothing_but_the_report_is_left(metrics: Metrics, tmp_path: Path) -> None:
    write_report(metrics, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
