"""Frames of a folder become sequences as Ground Truth reads them."""

import json

import pytest

from bot.manifests.picked import Choice
from bot.manifests.sequences import BadFrames, sequences_of


def test_each_folder_is_a_sequence_in_the_order_of_its_numbers() -> None:
    """Without this, frame 10 would come before frame 9, and every track would jump."""
    keys = [f"drives/{d}/frame{n}.jpg" for d in ("b10", "b9") for n in (10, 9, 100, 1)]
    found = sequences_of(keys, Choice(), 10)
    assert [one.folder for one in found] == ["drives/b9/", "drives/b10/"]
    assert found[0].frames == ("frame1.jpg", "frame9.jpg", "frame10.jpg", "frame100.jpg")


def test_file_is_as_it_is_documented() -> None:
    """Without this, Ground Truth would refuse the job, or show other pictures."""
    (one,) = sequences_of(["a/2.jpg", "a/1.jpg"], Choice(), 10)
    assert json.loads(one.written("raw", 3)) == {
        "seq-no": 3,
        "prefix": "s3://raw/a/",
        "number-of-frames": 2,
        "frames": [{"frame-no": 1, "frame": "1.jpg"}, {"frame-no": 2, "frame": "2.jpg"}],
    }


def test_frames_of_the_bucket_itself_have_its_prefix() -> None:
    """Without this, a bucket of frames would have a prefix without its slash."""
    (one,) = sequences_of(["1.jpg"], Choice(), 10)
    assert json.loads(one.written("raw", 1))["prefix"] == "s3://raw/"


def test_every_nth_is_taken_of_each_folder() -> None:
    """Without this, a sample would cut sequences apart at random."""
    keys = [f"{folder}/{n}.jpg" for folder in "ab" for n in range(6)]
    found = sequences_of(keys, Choice(every=3), 10)
    assert [one.frames for one in found] == [("0.jpg", "3.jpg")] * 2


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ([f"{n}/1.jpg" for n in range(11)], "These are 11 folders of frames"),
        ([f"a/{n}.jpg" for n in range(4_001)], "a/ holds more than 2,000 frames"),
        ([f"a/{n}.jpg" for n in range(4_001)], "every 3, under A sample"),
    ],
)
def test_more_than_ground_truth_takes_is_refused(keys: list[str], said: str) -> None:
    """Without this, the job would fail after minutes, and nobody would know why."""
    with pytest.raises(BadFrames) as refused:
        sequences_of(keys, Choice(), 10)
    assert said in refused.value.words
