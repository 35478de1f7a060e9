import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from training.__main__ import app
from uls.platform.slugs import SPACINGS_FILE


def test_the_help_lists_the_commands_and_imports_no_torch() -> None:
    code = (
        "import sys; from training.__main__ import app; sys.exit(any(m in sys.modules"
        " for m in ('torch', 'nnunetv2')))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
    output = CliRunner().invoke(app, ["--help"]).output
    assert "sample" in output
    assert "starter" in output


def test_the_sample_command_writes_the_files_of_a_job_and_its_references(tmp_path: Path) -> None:
    committed = Path(__file__).parents[1] / "sample"
    result = CliRunner().invoke(app, ["sample", "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    for folder in ("input", "ground-truth"):
        names = {path.relative_to(committed) for path in (committed / folder).rglob("*.*")}
        assert names == {path.relative_to(tmp_path) for path in (tmp_path / folder).rglob("*.*")}
    for path in (f"input/{SPACINGS_FILE}", "input/inputs.json", "ground-truth/multi_sample.json"):
        assert (tmp_path / path).read_text() == (committed / path).read_text()
