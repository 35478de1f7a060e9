"""Results of one synthetic series with one lesion, to be sent."""

from pathlib import Path

import pytest
from bright_predictor import bright_model
from dicom_series import save, synthetic_series

import clinic
from clinic.output.write import write_results


def _results(folder: Path, click: tuple[int, int, int] = (45, 32, 12), **values: str) -> Path:
    study = save(synthetic_series(**values), folder / "study")
    session = clinic.Session(study, model=bright_model())
    session.segment(click)
    out = folder / "results"
    out.mkdir()
    write_results(session.scan, session.lesions, session.model, out, "dicom")
    return out


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _results(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of another study of another patient."""
    return _results(tmp_path_factory.mktemp("other"), PatientID="OTHERID")


@pytest.fixture
def results(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    import shutil

    return Path(shutil.copytree(made, tmp_path / "results"))
