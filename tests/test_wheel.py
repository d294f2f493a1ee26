"""What is built to be installed: everything that belongs to the program and its packs, and nothing else."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cli.command import Result
from tests.conftest import ROOT
from triage import __version__


def missing(what: str) -> NoReturn:
    """Skip where something is not at hand; in continuous integration that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and this is continuous integration")
    pytest.skip(f"skipped because {what}")


def tracked(*folders: str) -> set[str]:
    """The files of the checkout that git knows, or would add."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", *folders],
            capture_output=True, text=True, cwd=ROOT, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        missing("this is no git checkout")
    return {name for name in done.stdout.splitlines() if (ROOT / name).exists()}


def build(target: str, source: Path, folder: Path) -> Path:
    """Build a wheel or an sdist with the build tool that is installed, without a network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist as a folder."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as file:
        file.extractall(folder, filter="data")
    return folder / f"triage-{__version__}"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with the wheel in it."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile",
         "--disable-pip-version-check", "--target", str(folder), str(wheel)],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def contents(wheel: Path) -> dict[str, bytes]:
    """The files of a wheel but those that describe it."""
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_exactly_the_modules_and_packs_of_the_checkout(wheel: Path) -> None:
    expected = {
        f"triage/{name}" if name.startswith("rules/") else name for name in tracked("triage", "rules")
    }
    assert set(contents(wheel)) == expected
    assert "triage/rules/liver_calcification/pack.yaml" in expected


def test_what_the_wheel_holds_is_what_stands_in_the_checkout(wheel: Path) -> None:
    for name, content in contents(wheel).items():
        path = name.removeprefix("triage/") if name.startswith("triage/rules/") else name
        assert content == (ROOT / path).read_bytes(), name


def test_the_wheel_says_its_version_licence_and_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        about = f"triage-{__version__}.dist-info"
        metadata = file.read(f"{about}/METADATA").decode()
        assert f"\nVersion: {__version__}\n" in metadata
        assert "\nRequires-Python: >=3.11\n" in metadata
        assert (
            file.read(f"{about}/entry_points.txt").decode() == "[console_scripts]\ntriage = triage.cli:main\n"
        )
        assert file.read(f"{about}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_building_twice_gives_the_same_file(wheel: Path, tmp_path: Path) -> None:
    assert build("wheel", ROOT, tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_that_the_sdist_builds_is_the_same(wheel: Path, unpacked: Path, tmp_path: Path) -> None:
    assert contents(build("wheel", unpacked, tmp_path)) == contents(wheel)


def test_the_sdist_holds_all_that_is_needed_to_run_and_test_the_program(unpacked: Path) -> None:
    needed = tracked(
        "triage", "rules", "tests", "docs", "benchmarks", "requirements", "cli.py", "pyproject.toml", "Makefile",
        "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
    )  # fmt: skip
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert needed - found == set()
    assert found - tracked() == {"PKG-INFO"}


def elsewhere(installed: Path, folder: Path, *args: str) -> Result:
    """Run the installed command from another folder, by its own script."""
    done = subprocess.run(
        [sys.executable, str(installed / "bin" / "triage"), *args],
        capture_output=True, text=True, cwd=folder, stdin=subprocess.DEVNULL, check=False,
        env={"PYTHONPATH": str(installed), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_the_installed_program_runs_from_any_folder(installed: Path, tmp_path: Path) -> None:
    assert elsewhere(installed, tmp_path, "--version").out == f"triage {__version__}\n"
    checked = elsewhere(installed, tmp_path, "check")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("0 errors, ")
    ran = elsewhere(installed, tmp_path, "run", "--no-input", "--age", "40", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["pack"]["id"] == "liver_calcification"
    assert ran.json["answers"] == {"age": 40}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_installed_pack_is_the_one_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    from triage.loading import find_pack, load_pack

    shown = elsewhere(installed, tmp_path, "show", "--format", "json").json["pack"]["digest"]
    assert shown == load_pack(find_pack("liver_calcification")).digest


@pytest.mark.slow
def test_a_folder_of_that_name_does_not_come_before_the_installed_pack(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "liver_calcification").mkdir()
    assert elsewhere(installed, tmp_path, "run", "--no-input", "--age", "40").code == 0
