"""The lowest versions that pyproject.toml declares."""

from packaging.requirements import Requirement

from tests.lowest import declared, lowest


def test_every_package_has_a_lowest_version() -> None:
    """Without this, a package without a lower bound would be tried in no version but the newest."""
    names = {Requirement(each).name.lower() for each in declared()}
    assert {each.partition("==")[0] for each in lowest(declared())} == names


def test_lowest_version_is_the_lower_bound() -> None:
    """Without this, `make long` would try what nobody installs."""
    asked = ["Some_Package[extra]>=3.2,<4", "other<2"]
    assert list(lowest(asked)) == ["some-package==3.2"]


def test_the_newest_of_aws_is_held_back_for_the_practice_workspace_alone() -> None:
    """Without this, a bot beside newer software could not be installed, for a stand-in's sake."""
    bounds = {each for each in declared() if each.startswith("boto3")}
    assert bounds == {"boto3>=1.43", "boto3<1.45"}
