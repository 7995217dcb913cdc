"""Which files of somebody's own folder become pictures of the practice bucket, and what is said."""

import os
from pathlib import Path

from bot.sandbox.workspace.own_pictures import look


def put(folder: Path, *names: str, body: bytes = b"x") -> None:
    """Files with some bytes."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)


def test_pictures_are_taken_and_the_place_is_said(tmp_path: Path) -> None:
    """Without this, whoever brought pictures would not know what to type into the form."""
    put(tmp_path, "b.JPG", "a/c.png", "a b.jpeg")
    found = look(tmp_path)
    assert sorted(found.taken) == [
        "my-pictures/a b.jpeg",
        "my-pictures/a/c.png",
        "my-pictures/b.JPG",
    ]
    assert found.words("raw") == (
        "Your 3 pictures lie at  s3://raw/my-pictures/  (type it in a form)."
    )
    assert "Your 1 picture lies at  s3://raw/my-pictures/ " in look(tmp_path / "a").words("raw")


def test_what_is_left_out_is_counted_with_the_reason(tmp_path: Path) -> None:
    """Without this, a folder of HEIC pictures would be an empty one without a word."""
    put(tmp_path, "a.jpg", "b.heic", "c.heic", "notes.txt", ".git/d.jpg", ".e.png", "noo.jpg/f.jpg")
    put(tmp_path, "empty.png", body=b"")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with (tmp_path / "large.jpg").open("wb") as large:
        large.truncate(40 * 1024 * 1024 + 1)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(b"x")
    found = look(tmp_path)
    assert set(found.taken) == {"my-pictures/a.jpg", "my-pictures/noo.jpg/f.jpg"}
    said = found.words("raw").splitlines()
    assert said[0].startswith("Your 2 pictures lie at")
    assert sorted(said[1:-1]) == [
        "Left out: 1 file empty, such as empty.png.",
        "Left out: 1 file larger than 40 MB, such as large.jpg.",
        "Left out: 1 file that cannot be read, such as gone.jpg.",
        r"Left out: 1 file with a name that S3 cannot keep, such as '\udcff.jpg'.",
        "Left out: 2 files in hidden folders, or hidden, such as .git.",
        "Left out: 3 files of another kind, such as b.heic.",
    ]
    assert said[-1] == "Pictures are .jpg, .jpeg and .png files, as Ground Truth takes them."


def test_folder_without_a_picture_says_so(tmp_path: Path) -> None:
    """Without this, an address would be told at which nothing lies."""
    said = look(tmp_path).words("raw")
    assert said.startswith(f"Of {tmp_path} no picture was taken.")
    assert "s3://" not in said


def test_picture_that_goes_away_meanwhile_is_left_out(tmp_path: Path) -> None:
    """Without this, a camera that is pulled out would end the drawing with a traceback."""
    put(tmp_path, "a.jpg", "b.jpg")
    found = look(tmp_path)
    (tmp_path / "a.jpg").unlink()
    assert dict(found.bodies()) == {"my-pictures/b.jpg": b"x"}
    assert "1 file that cannot be read, such as a.jpg" in found.words("raw")
