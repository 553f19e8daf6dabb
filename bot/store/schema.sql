-- The whole database as it is today, for whoever reads or changes it. Nothing runs this file: a database is made, and
-- brought up to date, by the numbered scripts in migrations/, and a test compares what they make with what stands here.
--
-- Every …_at is Unix time in seconds; ids are Discord's. The columns stand in the order in which they came.

-- Jobs, from the request to the end.

CREATE TABLE jobs (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: an old button must not find somebody else's job
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'running', 'rendered', 'delivered', 'failed', 'cancelled', 'refused')
    ),
    user_id INTEGER NOT NULL,
    guild_id INTEGER, -- NULL: a direct message
    channel_id INTEGER NOT NULL,
    message_id INTEGER, -- NULL: perhaps never acknowledged
    application_id INTEGER NOT NULL,
    interaction_id INTEGER NOT NULL,
    interaction_token TEXT NOT NULL,
    token_created_at REAL NOT NULL,
    request TEXT NOT NULL, -- JSON of bot.request.Request
    prompt TEXT NOT NULL,
    negative_prompt TEXT NOT NULL,
    notes TEXT NOT NULL, -- JSON list of sentences
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    engine_s REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,

    -- How often the engine died while it had this job: such a one is drawn alone, and given up when it kills it alone.
    deaths INTEGER NOT NULL DEFAULT 0,
    lone_deaths INTEGER NOT NULL DEFAULT 0, -- those of them at which it had no other job

    -- What delivery must know after a restart.
    max_file_bytes INTEGER NOT NULL DEFAULT 10485760, -- Discord's usual limit
    tell INTEGER NOT NULL DEFAULT 0 CHECK (tell IN (0, 1)), -- until it was done
    untold INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1)), -- nobody saw its end yet
    kept TEXT, -- a sentence: why the pictures are not in the message

    -- What the queue needs to know without reading the request, and what moderators decided.
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    pictures INTEGER NOT NULL DEFAULT 1,
    guided INTEGER NOT NULL DEFAULT 1 CHECK (guided IN (0, 1)),
    cost REAL NOT NULL DEFAULT 0, -- bot.queue.ticket.cost_of, as engine.cost reckons
    weight REAL NOT NULL DEFAULT 1,
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
    moved_at REAL,

    redrawn INTEGER NOT NULL DEFAULT 0, -- how often it lost its files

    -- The picture that it makes more of, which may be gone; NULL: it was asked for in words.
    parent_job INTEGER,
    parent_picture INTEGER,
    drawn_with TEXT, -- JSON of bot.job.DrawnWith; NULL: not begun, or before it was kept
    begins TEXT CHECK (begins IN ('noise', 'latents', 'pixels')), -- what its last attempt began with; NULL: none

    -- It comes out of a backup in which it was not at its end, and nobody looked since how it stands with its message.
    restored INTEGER NOT NULL DEFAULT 0 CHECK (restored IN (0, 1)),

    counted INTEGER NOT NULL DEFAULT 1, -- for how many pictures it counts in a day's limits (bot.queue.ticket.counted)

    -- Whether its chain began with a picture that somebody brought; and of those that its asker brought for it the
    -- checksums, NULL: none.
    from_upload INTEGER NOT NULL DEFAULT 0 CHECK (from_upload IN (0, 1)),
    input TEXT,
    mask TEXT,
    weights TEXT NOT NULL DEFAULT '' -- bot.queue.ticket.weights_of: checkpoint and LoRAs
) STRICT;

CREATE INDEX jobs_by_message ON jobs (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX jobs_of_input ON jobs (user_id, input) WHERE input IS NOT NULL;
CREATE INDEX jobs_of_mask ON jobs (user_id, mask) WHERE mask IS NOT NULL;

CREATE INDEX jobs_of_person ON jobs (user_id, state);
-- A person's latest jobs; the key of a row follows in every index.
CREATE INDEX jobs_by_person ON jobs (user_id);

-- The conditions of these are repeated by their queries word for word. A restart reads a hundred thousand waiting jobs
-- without touching their rows, and looks at the rest one by one.
CREATE INDEX jobs_waiting ON jobs (
    key, user_id, guild_id, width, height, pictures, guided, cost, weights, weight, held, moved_at, state, message_id
) WHERE state = 'queued' AND message_id IS NOT NULL;
CREATE INDEX jobs_unsettled ON jobs (key)
WHERE state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL;
CREATE INDEX jobs_to_tell ON jobs (key) WHERE untold = 1 OR tell = 1;
CREATE INDEX jobs_restored ON jobs (key) WHERE restored = 1;
CREATE INDEX jobs_started ON jobs (started_at) WHERE started_at IS NOT NULL;
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

-- The pictures of a day are added up from these alone.
CREATE INDEX jobs_of_person_by_age ON jobs (user_id, created_at, state, counted, guild_id);
CREATE INDEX jobs_of_server_by_age ON jobs (guild_id, created_at, state, counted);

CREATE TABLE pictures (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    file TEXT NOT NULL, -- its name in the spool
    size_bytes INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    rating TEXT CHECK (rating IN ('safe', 'sensitive', 'nsfw', 'explicit')), -- what it shows; NULL: nothing rated it
    sha256 TEXT, -- of the file; NULL: kept before there was one
    latents_sha256 TEXT, -- of the file beside it with its latents; NULL: there is none
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX pictures_kept ON pictures (job) WHERE deleted = 0;

-- Pictures that people bring to begin with, or to mark a part of one: once for each person, and for as long as what was
-- drawn from them.

CREATE TABLE inputs (
    user_id INTEGER NOT NULL,
    sha256 TEXT NOT NULL, -- of the file
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    rating TEXT CHECK (rating IN ('safe', 'sensitive', 'nsfw', 'explicit')), -- what it shows; NULL: nobody has looked
    withheld INTEGER NOT NULL DEFAULT 0 CHECK (withheld IN (0, 1)), -- nobody may see it
    brought_at REAL NOT NULL,
    PRIMARY KEY (user_id, sha256)
) STRICT, WITHOUT ROWID;

-- What a preview showed and may still draw: its button finds the request here, after a restart too.

CREATE TABLE drafts (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    request TEXT NOT NULL, -- JSON of bot.request.Request
    created_at REAL NOT NULL
) STRICT;

CREATE INDEX drafts_of_person ON drafts (user_id);
CREATE INDEX drafts_by_age ON drafts (created_at);

-- Forms that were opened with a recipe read from a picture: what they do not show is found again when they are sent.

CREATE TABLE forms (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    options TEXT NOT NULL, -- JSON of bot.request.Options
    opened_at REAL NOT NULL
) STRICT;

CREATE INDEX forms_of_person ON forms (user_id);
CREATE INDEX forms_by_age ON forms (opened_at);

-- What people keep for themselves: it goes when they say so, and with nothing else.

CREATE TABLE defaults (
    user_id INTEGER PRIMARY KEY,
    options TEXT NOT NULL -- JSON of those of bot.request.Options that were set
) STRICT;

CREATE TABLE favourites (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;

-- Who wants to be told of everything that took a while.
CREATE TABLE always_told (user_id INTEGER PRIMARY KEY) STRICT;

-- Who agreed to which terms, and when: shown to nobody else, and gone when the person says so.
CREATE TABLE acceptances (
    user_id INTEGER NOT NULL,
    version TEXT NOT NULL, -- of the terms as they were shown
    accepted_at REAL NOT NULL,
    PRIMARY KEY (user_id, version)
) STRICT, WITHOUT ROWID;

-- What moderators and admins decided for their servers, and the log of what came of it.

CREATE TABLE lines (
    guild_id INTEGER PRIMARY KEY,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)), -- nothing of this server is started
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)) -- nothing new is taken from it
) STRICT;

CREATE TABLE policies (
    guild_id INTEGER PRIMARY KEY,
    policy TEXT NOT NULL -- JSON of bot.safety.policy.ServerPolicy
) STRICT;

CREATE TABLE audit (
    key INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    at REAL NOT NULL,
    person TEXT NOT NULL, -- keyed hash of the user's id: still one and the same person after they were forgotten
    user_id INTEGER, -- NULL: this person asked to be forgotten
    guild_id INTEGER, -- NULL: a direct message
    channel_id INTEGER,
    rule TEXT NOT NULL,
    prompt TEXT NOT NULL, -- a keyed hash; the words only where the server asked for them
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_age ON audit (at);
CREATE INDEX audit_of_person ON audit (person);

-- Which pictures were reported, and what the moderators made of it. A report outlives its job, for whoever reports
-- without reason is known by that.

CREATE TABLE reports (
    job INTEGER NOT NULL,
    reporter TEXT NOT NULL, -- keyed hash of the user's id
    reporter_id INTEGER, -- NULL: this person asked to be forgotten
    author TEXT NOT NULL, -- likewise of whoever asked for the picture, who can be timed out after leaving, too
    guild_id INTEGER, -- NULL: a direct message
    reported_at REAL NOT NULL,
    hides INTEGER NOT NULL CHECK (hides IN (0, 1)), -- until it is decided
    outcome TEXT CHECK (outcome IN ('restored', 'deleted')), -- NULL: not decided
    decider_id INTEGER, -- NULL: not decided, or by somebody who asked to be forgotten
    decided_at REAL,
    notice_channel_id INTEGER, -- of the message that told the moderators; NULL: none did
    notice_id INTEGER,
    reason TEXT NOT NULL DEFAULT '', -- one of bot.sentences.reports.Reason; '': before there were any
    words TEXT NOT NULL DEFAULT '', -- the reporter's own, judged nowhere
    spoiled INTEGER NOT NULL DEFAULT 0 CHECK (spoiled IN (0, 1)), -- the pictures were behind a spoiler when it hid them
    withdrawn_at REAL, -- NULL: it stands; else its reporter took it back, and it hides nothing
    PRIMARY KEY (job, reporter)
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_of_person ON reports (reporter, guild_id);
CREATE INDEX reports_by_age ON reports (reported_at);

-- These three know people by keyed hash alone, so that they outlive whoever asks to be forgotten.

CREATE TABLE strikes (
    person TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE INDEX strikes_of_person ON strikes (person, at);

CREATE TABLE locks (
    person TEXT NOT NULL,
    guild_id INTEGER NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (person, guild_id)
) STRICT, WITHOUT ROWID;

-- Since when earlier strikes no longer count in a server whose admin let somebody draw again.
CREATE TABLE lifts (
    person TEXT NOT NULL,
    guild_id INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (person, guild_id)
) STRICT, WITHOUT ROWID;

-- How long each kind of card takes: one row for each shape and number of pictures at once that was measured.
CREATE TABLE paces (
    device TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    guided INTEGER NOT NULL CHECK (guided IN (0, 1)),
    at_once INTEGER NOT NULL,
    step_s REAL NOT NULL,
    measured INTEGER NOT NULL,
    PRIMARY KEY (device, width, height, guided, at_once)
) STRICT, WITHOUT ROWID;

-- What the operator decided while the bot ran: which servers draw nothing, and what holds for everybody.

CREATE TABLE blocked_servers (
    guild_id INTEGER PRIMARY KEY,
    at REAL NOT NULL
) STRICT;

CREATE TABLE operation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)), -- nothing is begun
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)) -- nothing new is taken
) STRICT;
