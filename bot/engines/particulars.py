"""What only some labeling jobs are asked for, and what most leave as it is (pure).

Promises to forms and engines: `Particulars` are what the chosen task type needs beside labels and
instructions; `Extras` are what a request may say and seldom does. Each has the value that says
nothing as its default, so that whoever adds one changes no other job.
"""

import msgspec

NUMBER, STRING = "number", "string"


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One thing more that is said of a label, an object or a frame: a choice (`enum`), a number
    between `minimum` and `maximum`, or free text. `edits` tells whether an audit may change it.
    """

    name: str
    type: str = STRING
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""
    required: bool = False
    edits: bool = True


class Particulars(msgspec.Struct, frozen=True, kw_only=True):
    """What the chosen task type needs beside labels and instructions.

    `short_names` are of labels (text spans); `annotation_type` is the shape drawn in frames
    (BoundingBox, Polyline, Polygon, Keypoint; "" is BoundingBox); attributes belong to one label
    (`label_attributes`, by label), to every label (`global_attributes`) or to a frame. `audited`
    is the label attribute of an audit's earlier job, and `may_edit` whether its labels may be
    changed. `pre_function` and `post_function` (ARNs) and `template` (an S3 address) are those of
    a custom job.
    """

    short_names: dict[str, str] = {}
    annotation_type: str = ""
    label_attributes: dict[str, tuple[Attribute, ...]] = {}
    global_attributes: tuple[Attribute, ...] = ()
    frame_attributes: tuple[Attribute, ...] = ()
    audited: str = ""
    may_edit: bool = True
    pre_function: str = ""
    post_function: str = ""
    template: str = ""


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may say and seldom does.

    A job stops after `stop_at_objects` or `stop_at_percent` were labeled by people, whichever is
    first; `concurrent_tasks` is how many tasks lie before the team at once; 0 says nothing.
    `task_price` is what a worker of the public workforce is paid for a task, in tenths of a US
    cent (only for that workforce).
    A `streaming` job gets its objects while it runs, from `input_topic`, and may be fed by the
    events of `feed_folder`, an S3 folder; `output_topic` hears of every label. Topics are ARNs of
    SNS topics, `output_key` and `volume_key` are KMS keys, `declarations` what the data is free of.
    `auto_label` asks for automated labeling, which may begin with the model of an earlier job
    (`first_model`, an ARN).
    """

    stop_at_objects: int = 0
    stop_at_percent: int = 0
    concurrent_tasks: int = 0
    keywords: tuple[str, ...] = ()
    declarations: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    output_key: str = ""
    volume_key: str = ""
    streaming: bool = False
    input_topic: str = ""
    feed_folder: str = ""
    output_topic: str = ""
    auto_label: bool = False
    first_model: str = ""
    task_price: int = 0


NO_PARTICULARS = Particulars()
NO_EXTRAS = Extras()
