"""The bill of materials: what dpkg, conda and Python have installed, and their licences."""

import importlib.util
import json
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from bundle.tiny_bundle import ROOT

STATUS = """Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u14
Description: a library
 Version: of nothing

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: base-files
Status: hold ok installed
Architecture: amd64
Version: 12.4
"""
COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
License: LGPL-2.1+

Files: debian/*
License: GPL-2

License: GPL-2
 The text.
"""


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "bundle" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    (tmp_path / "var/lib/dpkg/status.d").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    (tmp_path / "var/lib/dpkg/status.d/tzdata").write_text(
        "Package: tzdata\nArchitecture: all\nVersion: 2026a-0\n"
    )
    (tmp_path / "usr/share/doc/libc6").mkdir(parents=True)
    (tmp_path / "usr/share/doc/libc6/copyright").write_text(COPYRIGHT)
    (tmp_path / "opt/app/baseline_weights/starter").mkdir(parents=True)
    (tmp_path / "opt/app/baseline_weights/starter/model.json").write_text("{}")
    return tmp_path


def test_debians_packages_and_their_licences(sbom: ModuleType, root: Path) -> None:
    found = {one["name"]: one for one in sbom.debian_packages(root)}

    assert sorted(found) == ["base-files", "libc6", "tzdata"]
    purl = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=bookworm"
    assert found["libc6"]["purl"] == purl
    names = [entry["license"]["name"] for entry in found["libc6"]["licenses"]]
    assert names == ["LGPL-2.1+", "GPL-2"]
    assert found["base-files"]["properties"][0]["value"] == "not stated in the image"


def distribution(folder: Path, name: str, *lines: str) -> None:
    about = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir()
    text = "\n".join(["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *lines])
    (about / "METADATA").write_text(text + "\n")


def test_pythons_packages_and_their_licences(sbom: ModuleType, tmp_path: Path) -> None:
    mit = "Classifier: License :: OSI Approved :: MIT License"
    distribution(tmp_path, "Some.Thing", "License-Expression: MIT AND Zlib", mit)
    distribution(tmp_path, "classified", "License: UNKNOWN", mit)
    distribution(tmp_path, "named", "License: BSD")
    distribution(tmp_path, "textual", f"License: {'word ' * 99}")

    found = {one["name"]: one for one in sbom.python_packages([str(tmp_path)])}

    assert found["Some.Thing"]["purl"] == "pkg:pypi/some-thing@1.0"
    assert found["Some.Thing"]["licenses"] == [{"expression": "MIT AND Zlib"}]
    assert found["classified"]["licenses"] == [{"license": {"name": "MIT License"}}]
    assert found["named"]["licenses"] == [{"license": {"name": "BSD"}}]
    assert "licenses" not in found["textual"]


def test_condas_packages(sbom: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    about = {"name": "zlib", "version": "1.3", "license": "Zlib"}
    (tmp_path / "conda-meta" / "zlib-1.3-0.json").write_text(json.dumps(about))

    (found,) = sbom.conda_packages(tmp_path)

    assert found["purl"] == "pkg:conda/zlib@1.3"
    assert found["licenses"] == [{"license": {"name": "Zlib"}}]


def test_python_is_named_once(sbom: ModuleType) -> None:
    major_minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"

    assert [one["name"] for one in sbom.python_itself([])] == ["python"]
    assert not list(sbom.python_itself([{"name": major_minor}]))


def test_it_names_every_package_of_this_environment_and_is_valid(
    sbom: ModuleType, root: Path
) -> None:
    """Against CycloneDX's own schema, by the project's own library."""
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")

    bill = sbom.bill("uls23-one:exec", "a" * 64, root)

    named = {one["name"] for one in bill["components"]}
    assert {found.metadata["Name"] for found in metadata.distributions()} < named
    (model,) = [one for one in bill["components"] if one["type"] == "machine-learning-model"]
    empty_object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert model["hashes"] == [{"alg": "SHA-256", "content": empty_object}]
    checker = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    assert checker.validate_str(json.dumps(bill)) is None
    bill["components"][0]["type"] = "nothing"
    assert checker.validate_str(json.dumps(bill)) is not None
