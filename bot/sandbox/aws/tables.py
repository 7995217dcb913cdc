"""The tables of the AWS stand-in: one SQLite file holds everything that is not the bytes of an
object.

Shared by the API side and by the people side (crew, worker pages). Times are epoch seconds (REAL)
unless a column says `_ms`. JSON is kept as text. Manifest lines and dataset entries are rows, so
that describing and listing never parse them.
"""

__all__ = ["SCHEMA"]

_GROUND_TRUTH = """
CREATE TABLE IF NOT EXISTS workteam (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    subdomain TEXT NOT NULL DEFAULT '',
    members TEXT NOT NULL DEFAULT '[]',           -- list of {sub, name, email}
    -- 1: people of this team are simulated, 0: it waits for a person
    simulated INTEGER NOT NULL DEFAULT 1,
    topic TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    definitions TEXT NOT NULL DEFAULT '[]',       -- MemberDefinitions as they were sent
    access TEXT NOT NULL DEFAULT '{}',            -- WorkerAccessConfiguration as it was sent
    tags TEXT NOT NULL DEFAULT '[]'
);
-- a vendor that the account subscribed to; its people are those of the work team of that ARN
CREATE TABLE IF NOT EXISTS vendor (
    arn TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    seller TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    listing TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS labeling_job (
    -- the name in lower case: capitals make no other job
    name_key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    arn TEXT NOT NULL,
    status TEXT NOT NULL,
    request TEXT NOT NULL,                        -- CreateLabelingJob as it was sent
    tags TEXT NOT NULL DEFAULT '[]',
    reference_code TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    modified REAL NOT NULL,
    failure_reason TEXT NOT NULL DEFAULT '',
    total INTEGER NOT NULL DEFAULT 0,
    human INTEGER NOT NULL DEFAULT 0,
    machine INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    -- 0 until the manifest was read: every counter answers 0 till then
    counted INTEGER NOT NULL DEFAULT 0,
    output_uri TEXT NOT NULL DEFAULT '',
    seed INTEGER NOT NULL DEFAULT 0,
    workteam_arn TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS labeling_job_status ON labeling_job (status, created);
CREATE INDEX IF NOT EXISTS labeling_job_created ON labeling_job (created, name_key);
CREATE TABLE IF NOT EXISTS job_object (
    job TEXT NOT NULL,
    line INTEGER NOT NULL,                        -- 0-based
    manifest_line TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',           -- open | labeled | failed
    -- the label attribute and its metadata, to be added to the line
    result TEXT,
    labeled_at REAL,
    PRIMARY KEY (job, line)
);
CREATE INDEX IF NOT EXISTS job_object_state ON job_object (job, state, line);
CREATE TABLE IF NOT EXISTS assignment (
    job TEXT NOT NULL,
    line INTEGER NOT NULL,
    worker TEXT NOT NULL,
    -- accepted | submitted | declined | returned | expired
    state TEXT NOT NULL,
    accepted_at REAL,
    submitted_at REAL,
    answer TEXT,
    PRIMARY KEY (job, line, worker)
);
CREATE INDEX IF NOT EXISTS assignment_state ON assignment (job, state);
"""

_LOGS = """
CREATE TABLE IF NOT EXISTS log_group (
    name TEXT PRIMARY KEY,
    created_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS log_stream (
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (group_name, name)
);
CREATE TABLE IF NOT EXISTS log_event (
    group_name TEXT NOT NULL,
    stream TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    message TEXT NOT NULL,
    id INTEGER PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS log_event_order ON log_event (group_name, stream, at_ms, id);
"""

_REKOGNITION = """
CREATE TABLE IF NOT EXISTS project (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    feature TEXT NOT NULL,
    status TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS dataset (
    arn TEXT PRIMARY KEY,
    project_arn TEXT NOT NULL,
    type TEXT NOT NULL,                           -- TRAIN | TEST
    status TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    message_code TEXT NOT NULL DEFAULT 'SUCCESS',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    -- what the next tick has to do, JSON; NULL when nothing runs
    work TEXT,
    labeled INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    labels INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_arn, type)
);
CREATE TABLE IF NOT EXISTS dataset_entry (
    id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    line TEXT NOT NULL,
    labeled INTEGER NOT NULL,
    kind TEXT NOT NULL DEFAULT '',                -- classification | boxes | ''
    labels TEXT NOT NULL,                         -- {label: number of boxes, or 0}
    errors TEXT NOT NULL DEFAULT '[]',            -- cl-errors
    UNIQUE (dataset, source_ref)
);
CREATE TABLE IF NOT EXISTS project_version (
    arn TEXT PRIMARY KEY,
    project_arn TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    request TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT '{}',            -- members to add to the description once trained
    created REAL NOT NULL,
    updated REAL NOT NULL,
    ended REAL,
    min_units INTEGER,
    max_units INTEGER,
    UNIQUE (project_arn, name)
);
CREATE TABLE IF NOT EXISTS project_policy (
    project_arn TEXT NOT NULL,
    name TEXT NOT NULL,
    revision TEXT NOT NULL,
    document TEXT NOT NULL,
    created REAL NOT NULL,
    PRIMARY KEY (project_arn, name)
);
CREATE TABLE IF NOT EXISTS learned (              -- what a trained version finds in pictures
    version TEXT PRIMARY KEY,
    content TEXT NOT NULL
);
"""

_STORAGE = """
CREATE TABLE IF NOT EXISTS bucket (
    name TEXT PRIMARY KEY,
    created REAL NOT NULL,
    cors TEXT,                                    -- JSON: {"CORSRules": [...]}
    policy TEXT,
    tags TEXT
);
CREATE TABLE IF NOT EXISTS bucket_setting (       -- beside the table above, which is older
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,                           -- public_access_block, encryption, notification
    value TEXT NOT NULL,                          -- JSON
    PRIMARY KEY (bucket, name)
);
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    blob TEXT NOT NULL,                           -- the file's name below blobs/
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,                           -- without quotes
    modified REAL NOT NULL,
    -- JSON: content-type, cache-control, x-amz-meta-* ... (lower case)
    headers TEXT NOT NULL,
    checksums TEXT NOT NULL DEFAULT '{}',         -- JSON: x-amz-checksum-* (lower case)
    tags TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    headers TEXT NOT NULL,
    tags TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS upload_part (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified REAL NOT NULL,
    PRIMARY KEY (upload, number)
);
CREATE TABLE IF NOT EXISTS role_session (
    access_key TEXT PRIMARY KEY,
    secret TEXT NOT NULL,
    token TEXT NOT NULL,
    arn TEXT NOT NULL,
    role_id TEXT NOT NULL,
    expires REAL NOT NULL
);
"""

_MESSAGING = """
CREATE TABLE IF NOT EXISTS topic (
    arn TEXT PRIMARY KEY,
    created REAL NOT NULL,
    attributes TEXT NOT NULL,                     -- JSON: as they were set
    tags TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS subscription (
    arn TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    protocol TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    attributes TEXT NOT NULL,
    -- 0: it waits for an answer that can never come from here
    confirmed INTEGER NOT NULL,
    created REAL NOT NULL,
    UNIQUE (topic, protocol, endpoint)
);
CREATE TABLE IF NOT EXISTS queue (
    arn TEXT PRIMARY KEY,
    created REAL NOT NULL,
    modified REAL NOT NULL,
    attributes TEXT NOT NULL,
    tags TEXT NOT NULL DEFAULT '{}',
    purged REAL NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS gone_queue (
    arn TEXT PRIMARY KEY,
    deleted REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,                     -- JSON: message attributes, binary ones as base64
    sender TEXT NOT NULL,
    sent REAL NOT NULL,
    visible REAL NOT NULL,                        -- from when on it can be received
    receives INTEGER NOT NULL DEFAULT 0,
    first_received REAL,
    handle TEXT NOT NULL DEFAULT '',              -- of the latest receive
    came_from TEXT NOT NULL DEFAULT ''            -- the queue that gave it up
);
CREATE INDEX IF NOT EXISTS message_visible ON message (queue, visible, id);
"""

_STREAMING = """
CREATE TABLE IF NOT EXISTS stream (
    job TEXT PRIMARY KEY,
    subscription TEXT NOT NULL,
    queue TEXT NOT NULL,
    last_object REAL NOT NULL                     -- when it was last given something to label
);
CREATE TABLE IF NOT EXISTS stream_object (
    job TEXT NOT NULL,
    object_id TEXT NOT NULL,                      -- the deduplication id
    line INTEGER NOT NULL,
    arrived REAL NOT NULL,
    PRIMARY KEY (job, object_id)
);
CREATE INDEX IF NOT EXISTS stream_object_line ON stream_object (job, line);
CREATE TABLE IF NOT EXISTS team_notice (
    job TEXT NOT NULL,
    kind TEXT NOT NULL,                           -- available | expiring
    PRIMARY KEY (job, kind)
);
CREATE TABLE IF NOT EXISTS dataset_source (
    dataset TEXT PRIMARY KEY,
    bucket TEXT NOT NULL                          -- where its manifest came from
);
"""

_WORKFORCE = """
CREATE TABLE IF NOT EXISTS cognito_group (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS cognito_user (
    username TEXT PRIMARY KEY,
    sub TEXT NOT NULL UNIQUE,
    attributes TEXT NOT NULL DEFAULT '{}',        -- JSON: name to value, without sub
    status TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS cognito_membership (
    group_name TEXT NOT NULL,
    username TEXT NOT NULL,
    PRIMARY KEY (group_name, username)
);
"""

SCHEMA = _WORKFORCE + _GROUND_TRUTH + _LOGS + _REKOGNITION + _STORAGE + _MESSAGING + _STREAMING
