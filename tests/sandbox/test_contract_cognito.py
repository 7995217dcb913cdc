"""What Cognito promises of users and groups, asked of our stand-in and of moto with the same
tests.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aws_practice import refused
from contract import Endpoint, endpoints, expect_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

OUR_POOL = "us-east-1_practice"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    yield from endpoints(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def pools(both: dict[str, Endpoint]) -> dict[str, str]:
    """The user pool of each: ours has the workforce's, moto gets one."""
    made = both["moto"].client("cognito-idp").create_user_pool(PoolName="workforce")["UserPool"]
    return {"ours": OUR_POOL, "moto": made["Id"]}


@pytest.fixture(params=["ours", "moto"])
def idp(request: pytest.FixtureRequest, both: dict[str, Endpoint]) -> Any:
    """One implementation's Cognito."""
    expect_difference(request, request.param)
    return both[request.param].client("cognito-idp")


@pytest.fixture
def pool(request: pytest.FixtureRequest, pools: dict[str, str], idp: Any) -> str:
    """The pool of that implementation."""
    del idp
    return pools[str(request.node.callspec.params["idp"])]


@pytest.fixture
def group(idp: Any, pool: str) -> str:
    """A group of the test's own."""
    name = f"group-{uuid.uuid4().hex[:12]}"
    idp.create_group(UserPoolId=pool, GroupName=name)
    return name


@pytest.fixture
def email(idp: Any, pool: str) -> str:
    """Somebody who was invited by e-mail."""
    address = f"{uuid.uuid4().hex[:12]}@pickers.example"
    invite(idp, pool, address)
    return address


def invite(idp: Any, pool: str, address: str) -> dict[str, Any]:
    """As the bot invites."""
    made: dict[str, Any] = idp.admin_create_user(
        UserPoolId=pool,
        Username=address,
        UserAttributes=[
            {"Name": "email", "Value": address},
            {"Name": "email_verified", "Value": "true"},
        ],
        DesiredDeliveryMediums=["EMAIL"],
    )["User"]
    return made


def names(users: list[dict[str, Any]]) -> set[str]:
    return {user["Username"] for user in users}


def test_whoever_is_invited_has_to_choose_a_password(idp: Any, pool: str) -> None:
    """The list of members says who has not signed in yet by this word."""
    address = f"{uuid.uuid4().hex[:12]}@pickers.example"
    user = invite(idp, pool, address)
    known = {each["Name"]: each["Value"] for each in user["Attributes"]}
    assert (user["Username"], user["UserStatus"]) == (address, "FORCE_CHANGE_PASSWORD")
    assert known["email"] == address
    assert known["sub"]
    assert user["Enabled"]


def test_a_user_is_made_once(idp: Any, pool: str, email: str) -> None:
    """A second invitation of the same person must be told from a failure."""
    with refused("UsernameExistsException", 400):
        invite(idp, pool, email)


def test_a_user_is_found_by_their_address(idp: Any, pool: str, email: str) -> None:
    """The bot knows people by addresses, and pools by names."""
    found = idp.list_users(UserPoolId=pool, Filter=f'email = "{email}"')["Users"]
    assert names(found) == {email}
    nobody = idp.list_users(UserPoolId=pool, Filter='email = "nobody@pickers.example"')["Users"]
    assert nobody == []
    assert email in names(idp.list_users(UserPoolId=pool)["Users"])


def test_a_filter_that_cannot_be_read(idp: Any, pool: str) -> None:
    """A filter that is not understood must not find everybody."""
    with refused("InvalidParameterException", 400):
        idp.list_users(UserPoolId=pool, Filter="email is nobody")


def test_people_join_and_leave_a_group(idp: Any, pool: str, group: str, email: str) -> None:
    """A second time changes nothing, so that a lost answer can be asked for again."""
    member = {"UserPoolId": pool, "Username": email, "GroupName": group}
    for _ in range(2):
        idp.admin_add_user_to_group(**member)
        assert names(idp.list_users_in_group(UserPoolId=pool, GroupName=group)["Users"]) == {email}
    for _ in range(2):
        idp.admin_remove_user_from_group(**member)
        assert idp.list_users_in_group(UserPoolId=pool, GroupName=group)["Users"] == []


def test_pages_of_a_group(idp: Any, pool: str, group: str) -> None:
    """Every member is on one page and only on one."""
    wanted = set()
    for number in range(5):
        address = f"{group}-{number}@pickers.example"
        invite(idp, pool, address)
        idp.admin_add_user_to_group(UserPoolId=pool, Username=address, GroupName=group)
        wanted.add(address)
    pages = idp.get_paginator("list_users_in_group").paginate(
        UserPoolId=pool, GroupName=group, PaginationConfig={"PageSize": 2}
    )
    found = [user["Username"] for page in pages for user in page["Users"]]
    assert (len(found), set(found)) == (5, wanted)


def test_groups_are_made_once(idp: Any, pool: str, group: str) -> None:
    """A team whose group is there already is told from one that could not be made."""
    with refused("GroupExistsException", 400):
        idp.create_group(UserPoolId=pool, GroupName=group)


def test_what_is_not_there(idp: Any, pool: str, group: str, email: str) -> None:
    """Who and what is missing has a code of its own."""
    member = {"UserPoolId": pool, "Username": email, "GroupName": group}
    with refused("ResourceNotFoundException", 400):
        idp.admin_add_user_to_group(**{**member, "GroupName": "no-such-group"})
    with refused("UserNotFoundException", 400):
        idp.admin_add_user_to_group(**{**member, "Username": "nobody@pickers.example"})
    with refused("ResourceNotFoundException", 400):
        idp.list_users_in_group(UserPoolId=pool, GroupName="no-such-group")
    with refused("ResourceNotFoundException", 400):
        idp.list_users(UserPoolId="us-east-1_nowhere")


def test_a_group_that_is_deleted_is_gone(idp: Any, pool: str, group: str, email: str) -> None:
    """Its people stay in the pool, and its name is free with nobody in it."""
    idp.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
    idp.delete_group(UserPoolId=pool, GroupName=group)
    with refused("ResourceNotFoundException", 400):
        idp.list_users_in_group(UserPoolId=pool, GroupName=group)
    idp.create_group(UserPoolId=pool, GroupName=group)
    assert idp.list_users_in_group(UserPoolId=pool, GroupName=group)["Users"] == []
    assert idp.list_users(UserPoolId=pool, Filter=f'email = "{email}"')["Users"]
