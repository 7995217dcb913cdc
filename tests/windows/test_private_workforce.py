"""Teams of a workforce whose people an OIDC identity provider knows: made of its groups."""

from collections.abc import Iterator

import pytest

from bot.base.aws import Aws
from bot.base.settings import Settings
from bot.engines.ground_truth.gateway import Gateway
from bot.engines.ground_truth.private_workforce import PrivateWorkforce
from bot.engines.workforce import BadMember, NotManaged, Roster, TeamTaken
from bot.sandbox.aws import app
from bot.sandbox.http import Server

KEYS = {"AKIAPRACTICE": "practice-secret"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A company whose own directory signs labelers in."""
    config = app.AwsConfig(
        tmp_path_factory.mktemp("oidc"), KEYS, identity_provider="https://id.example"
    )
    server = Server(app.create_app(config).app).start()
    (key, secret) = next(iter(KEYS.items()))
    yield Aws(
        Settings(
            SLACK_BOT_TOKEN="xoxb-test",
            AWS_ENDPOINT_URL=server.url,
            AWS_REGION="us-east-1",
            AWS_ACCESS_KEY_ID=key,
            AWS_SECRET_ACCESS_KEY=secret,
        )
    )
    server.stop()


def test_team_is_made_of_groups_and_changed_by_groups(aws: Aws) -> None:
    """Without this, a company with a directory of its own could make no team from Slack."""
    workforce = PrivateWorkforce(aws)
    assert workforce.by_groups()
    made = workforce.create("pickers", ("pickers", "graders"))
    assert made.name == "pickers"
    with pytest.raises(TeamTaken):
        workforce.create("Pickers", ("pickers",))
    workforce.add("pickers", "students")
    workforce.add("pickers", "students")
    workforce.remove("pickers", "graders")
    assert workforce.roster("pickers") == Roster(groups=("pickers", "students"))
    (listed,) = [team for team in Gateway(aws).work_teams() if team.name == "pickers"]
    assert listed.members is None, "only the provider knows"
    workforce.delete("pickers")
    assert [team.name for team in Gateway(aws).work_teams()] == []


def test_what_a_provider_alone_can_do_is_refused_with_words(aws: Aws) -> None:
    """Without this, AWS would refuse it in words about Cognito."""
    workforce = PrivateWorkforce(aws)
    with pytest.raises(BadMember, match="made of 1 to 10 groups"):
        workforce.create("nobody", ())
    workforce.create("graders", ("graders",))
    with pytest.raises(NotManaged, match="Add or remove groups here, and people there"):
        workforce.invite("graders", "po@pickers.example")
    with pytest.raises(BadMember):
        workforce.remove("graders", "graders")
    with pytest.raises(BadMember):
        workforce.add("graders", "g" * 64)
