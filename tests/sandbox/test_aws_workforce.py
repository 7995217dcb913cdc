"""The workforce of the stand-in: teams have the people of their groups, and vendors theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_practice import Practice, refused

from bot.sandbox.crowd.portal import Portal

POOL = "us-east-1_practice"
VENDOR = "arn:aws:sagemaker:us-east-1:444455556666:workteam/vendor-crowd/harvest-hands"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Practice]:
    practice = Practice(tmp_path)
    yield practice
    practice.server.stop()


@pytest.fixture
def idp(aws: Practice) -> Any:
    return aws.client("cognito-idp")


def of_group(name: str) -> list[dict[str, Any]]:
    return [
        {"CognitoMemberDefinition": {"UserPool": POOL, "UserGroup": name, "ClientId": "practice"}}
    ]


def test_team_of_a_group_has_its_people_as_they_come_and_go(aws: Practice, idp: Any) -> None:
    """A person who was invited could not sign in to the worker pages; one who left still could."""
    with refused("ValidationException", words="does not exist"):
        aws.sagemaker.create_workteam(
            WorkteamName="hands", Description="d", MemberDefinitions=of_group("hands")
        )
    idp.create_group(UserPoolId=POOL, GroupName="hands")
    aws.sagemaker.create_workteam(
        WorkteamName="hands", Description="d", MemberDefinitions=of_group("hands")
    )
    portal = Portal(aws.aws.crew.tasks, aws.aws.clock, set())
    idp.admin_create_user(
        UserPoolId=POOL,
        Username="po@pickers.example",
        UserAttributes=[{"Name": "email", "Value": "po@pickers.example"}],
        DesiredDeliveryMediums=["EMAIL"],
    )
    member = {"UserPoolId": POOL, "Username": "po@pickers.example", "GroupName": "hands"}
    idp.admin_add_user_to_group(**member)
    (person,) = [each for each in portal.people() if each.email == "po@pickers.example"]
    assert person.team_names == ("hands",)
    assert portal.sign_in(person.member.sub)
    (user,) = idp.list_users_in_group(UserPoolId=POOL, GroupName="hands")["Users"]
    assert user["UserStatus"] == "CONFIRMED", "they chose a password as they signed in"
    idp.admin_remove_user_from_group(**member)
    assert portal.person(person.member.sub) is None
    with refused("InvalidParameterException", words="work team"):
        idp.delete_group(UserPoolId=POOL, GroupName="hands")
    aws.sagemaker.delete_workteam(WorkteamName="hands")
    idp.delete_group(UserPoolId=POOL, GroupName="hands")


def test_what_an_invitation_refuses(idp: Any) -> None:
    """An invitation that could reach nobody would leave somebody waiting."""
    with refused("InvalidParameterException"):
        idp.admin_create_user(UserPoolId=POOL, Username="x@pickers.example")
    with refused("InvalidParameterException"):
        idp.admin_create_user(UserPoolId=POOL, Username="x", MessageAction="RESEND")
    with refused("InvalidParameterException"):
        idp.admin_create_user(
            UserPoolId=POOL,
            Username="x",
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "sub", "Value": "1"}],
        )
    with refused("InvalidParameterException"):
        idp.list_users(UserPoolId=POOL, PaginationToken="made-up")


def test_vendors_are_those_that_were_subscribed(aws: Practice) -> None:
    """Work could be given to people with whom nobody has a contract."""
    with refused("ValidationException"):
        aws.sagemaker.describe_subscribed_workteam(WorkteamArn=VENDOR)
    aws.aws.vendors.subscribe("444455556666", "Harvest Hands", "Harvest Co", "They pick")
    (vendor,) = aws.sagemaker.list_subscribed_workteams(NameContains="harv")["SubscribedWorkteams"]
    assert vendor == {
        "WorkteamArn": VENDOR,
        "MarketplaceTitle": "Harvest Hands",
        "SellerName": "Harvest Co",
        "MarketplaceDescription": "They pick",
        "ListingId": "prod-harvest-hands",
    }
    described = aws.sagemaker.describe_subscribed_workteam(WorkteamArn=VENDOR)
    assert described["SubscribedWorkteam"] == vendor
    assert aws.sagemaker.list_subscribed_workteams(NameContains="z")["SubscribedWorkteams"] == []
    names = [team["WorkteamName"] for team in aws.sagemaker.list_workteams()["Workteams"]]
    assert "vendor-crowd/harvest-hands" not in names


def test_teams_of_an_older_folder_have_their_groups(tmp_path: Path) -> None:
    """Whoever goes on with an older practice workspace would be told that its teams have no
    group.
    """
    practice = Practice(tmp_path)
    with practice.aws.store.write() as rows:
        rows.execute(
            "INSERT INTO workteam (name, arn, members, created, updated) VALUES (?, ?, ?, 0, 0)",
            (
                "older",
                "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/older",
                '[{"sub": "lin", "name": "Lin", "email": "lin@orchard.example"}]',
            ),
        )
    practice.server.stop()
    again = Practice(tmp_path)
    users = again.client("cognito-idp").list_users_in_group(UserPoolId=POOL, GroupName="older")
    again.server.stop()
    (lin,) = users["Users"]
    assert (lin["Username"], lin["UserStatus"]) == ("lin@orchard.example", "CONFIRMED")
