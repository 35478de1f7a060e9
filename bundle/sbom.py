"""Print what is installed in the image that this runs in, as CycloneDX 1.6 JSON.

`docker run --rm -i --entrypoint python3 IMAGE - NAME ID < bundle/sbom.py`: it needs nothing but
the image's own Python. It lists Debian's packages (dpkg), conda's, Python's (metadata of every
distribution that this Python finds), Python itself where no package brought it, and the models.
Libraries that a Python wheel carries inside are part of that wheel's entry. A licence is named as
the package names it; where the image does not say it, a property does so in words.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

Component = dict[str, Any]

_LONGEST_LICENCE = 120
"""Characters: longer entries are whole licence texts in a field for a name."""

_NO_LICENCE = {"name": "uls23:licence", "value": "not stated in the image"}
_CLASSIFIER = "License :: "


def main() -> None:
    """Print the bill of materials; arguments: the image's name and ID."""
    name, identity = sys.argv[1:]
    json.dump(bill(name, identity, Path("/")), sys.stdout, indent=1)
    sys.stdout.write("\n")


def bill(name: str, identity: str, root: Path) -> dict[str, Any]:
    """Return the bill of materials of the image whose file system begins at `root`."""
    found = [*debian_packages(root), *conda_packages(Path(sys.prefix)), *python_packages()]
    found += [*python_itself(found), *models(root / "opt/app/baseline_weights")]
    components = {component["bom-ref"]: component for component in found}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{name} {identity}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": "image",
                "name": name.rpartition(":")[0],
                "version": name.rpartition(":")[2],
                "properties": [{"name": "uls23:image-id", "value": identity}],
            }
        },
        "components": [components[key] for key in sorted(components)],
    }


def debian_packages(root: Path) -> Iterator[Component]:
    """Give the packages that dpkg has installed; base images without a shell list them in parts."""
    distribution = _os_release(root)
    status = root / "var/lib/dpkg"
    parts = sorted((status / "status.d").glob("*")) if (status / "status.d").is_dir() else []
    for file in [status / "status", *parts]:
        text = file.read_text("utf-8", "replace") if file.is_file() else ""
        for paragraph in text.split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
            is_installed = fields.get("Status", "install ok installed").endswith(" installed")
            if "Package" in fields and "Version" in fields and is_installed:
                yield _debian_package(root, fields, distribution)


def _debian_package(root: Path, fields: dict[str, str], distribution: dict[str, str]) -> Component:
    name, version = fields["Package"], fields["Version"]
    where = {"arch": fields.get("Architecture", "all")}
    if codename := distribution.get("VERSION_CODENAME"):
        where["distro"] = codename
    options = "&".join(f"{key}={quote(value)}" for key, value in where.items())
    vendor = distribution.get("ID", "debian")
    purl = f"pkg:deb/{vendor}/{quote(name, safe='')}@{quote(version, safe='')}?{options}"
    licences = _debian_licences(root / "usr/share/doc" / name / "copyright")
    return _component("library", name, version, purl, licences)


def _os_release(root: Path) -> dict[str, str]:
    file = root / "etc/os-release"
    text = file.read_text("utf-8") if file.is_file() else ""
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))


def _debian_licences(copyright_file: Path) -> list[Component]:
    """Read the short names in a copyright file of Debian's machine-readable kind."""
    if not copyright_file.is_file():
        return []
    text = copyright_file.read_text("utf-8", "replace")
    names = re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE)
    return _named(names) or _named([f"see /{copyright_file.relative_to('/')}"])


def conda_packages(prefix: Path) -> Iterator[Component]:
    """Give the packages that conda has installed."""
    for file in sorted((prefix / "conda-meta").glob("*.json")):
        about = json.loads(file.read_bytes())
        name, version = about["name"], about["version"]
        licences = _named([about["license"]] if about.get("license") else [])
        yield _component("library", name, version, f"pkg:conda/{name}@{version}", licences)


def python_packages(path: list[str] | None = None) -> Iterator[Component]:
    """Give the distributions on Python's path, or on another one."""
    everywhere = metadata.distributions
    for found in everywhere() if path is None else everywhere(path=path):
        name, version = found.metadata["Name"], found.version
        normal = re.sub(r"[-_.]+", "-", name).lower()
        purl = f"pkg:pypi/{normal}@{quote(version, safe='')}"
        yield _component("library", name, version, purl, _python_licences(found.metadata))


def _python_licences(about: Any) -> list[Component]:
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith(_CLASSIFIER)]
    named = [c.rpartition(" :: ")[2] for c in classifiers if c.count(" :: ") > 1]
    stated = (about.get("License") or "").strip()
    if stated and "\n" not in stated and len(stated) <= _LONGEST_LICENCE and stated != "UNKNOWN":
        named.insert(0, stated)
    return _named(named)


def python_itself(others: list[Component]) -> Iterator[Component]:
    """Give the interpreter where no package brought it, as in images that compiled it."""
    major_minor = ".".join(platform.python_version_tuple()[:2])
    brought = {"python", f"python{major_minor}", f"python{major_minor}-minimal"}
    if not brought & {other["name"] for other in others}:
        version = platform.python_version()
        licences = [{"expression": "Python-2.0.1"}]
        yield _component("platform", "python", version, f"pkg:generic/python@{version}", licences)


def models(folder: Path) -> Iterator[Component]:
    """Give the models in an image, by the hash of the manifest that holds all other hashes."""
    for manifest in sorted(folder.glob("*/model.json")):
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        name = manifest.parent.name
        component = _component("machine-learning-model", name, digest[:12], f"model:{name}", [])
        del component["purl"]
        component["hashes"] = [{"alg": "SHA-256", "content": digest}]
        card = f"its licence stands in weights/{name}/MODEL_CARD.md or README.md"
        component["properties"] = [{"name": "uls23:licence", "value": card}]
        yield component


def _named(names: list[str]) -> list[Component]:
    return [{"license": {"name": name}} for name in dict.fromkeys(names)]


def _component(
    kind: str, name: str, version: str, purl: str, licences: list[Component]
) -> Component:
    component: Component = {
        "type": kind,
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    return component | ({"licenses": licences} if licences else {"properties": [_NO_LICENCE]})


if __name__ == "__main__":
    main()
