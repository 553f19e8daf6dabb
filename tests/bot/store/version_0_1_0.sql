-- Version 0.1.0's database with something in every kind of row, as `iterdump` wrote it.
BEGIN TRANSACTION;
CREATE TABLE acceptances (
    user_id INTEGER NOT NULL,
    version TEXT NOT NULL, -- of the terms as they were shown
    accepted_at REAL NOT NULL,
    PRIMARY KEY (user_id, version)
) STRICT, WITHOUT ROWID;
INSERT INTO "acceptances" VALUES(101,'1',1000.0);
CREATE TABLE always_told (user_id INTEGER PRIMARY KEY) STRICT;
INSERT INTO "always_told" VALUES(102);
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
INSERT INTO "audit" VALUES(1,'refused',1000.0,'a8d0ec81172cf67df7df0aa5',101,7,70,'words','','');
CREATE TABLE defaults (
    user_id INTEGER PRIMARY KEY,
    options TEXT NOT NULL -- JSON of those of bot.request.Options that were set
) STRICT;
INSERT INTO "defaults" VALUES(101,'{"shape":"square 1:1","negative_preset":"short","steps":20}');
CREATE TABLE drafts (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    request TEXT NOT NULL, -- JSON of bot.request.Request
    created_at REAL NOT NULL
) STRICT;
INSERT INTO "drafts" VALUES(1,101,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}',1000.0);
CREATE TABLE favourites (
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "favourites" VALUES(101,'mood','night, rain');
CREATE TABLE forms (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, like those of jobs
    user_id INTEGER NOT NULL,
    options TEXT NOT NULL, -- JSON of bot.request.Options
    opened_at REAL NOT NULL
) STRICT;
INSERT INTO "forms" VALUES(1,101,'{"subject":null,"character":null,"series":null,"rating":null,"tags":"smile","more_tags":null,"shape":"square 1:1","count":null,"seed":5,"negative":"hat","quality":null,"negative_preset":"short","year":null,"style":null,"steps":20,"guidance":6.5,"sampler":"euler_a","private":null}',1000.0);
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
    error TEXT
, deaths INTEGER NOT NULL DEFAULT 0, lone_deaths INTEGER NOT NULL DEFAULT 0, max_file_bytes INTEGER NOT NULL DEFAULT 10485760, tell INTEGER NOT NULL DEFAULT 0 CHECK (tell IN (0, 1)), untold INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1)), kept TEXT, width INTEGER NOT NULL DEFAULT 0, height INTEGER NOT NULL DEFAULT 0, pictures INTEGER NOT NULL DEFAULT 1, guided INTEGER NOT NULL DEFAULT 1 CHECK (guided IN (0, 1)), cost REAL NOT NULL DEFAULT 0, weight REAL NOT NULL DEFAULT 1, held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), moved_at REAL) STRICT;
INSERT INTO "jobs" VALUES(1,'queued',101,7,70,500,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1000.0,NULL,NULL,NULL,0,NULL,0,0,26214400,0,0,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
INSERT INTO "jobs" VALUES(2,'running',102,7,70,501,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1001.0,1010.0,NULL,NULL,1,NULL,0,0,26214400,0,0,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
INSERT INTO "jobs" VALUES(3,'delivered',101,7,70,502,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1002.0,1010.0,1020.0,4.5,1,NULL,0,0,26214400,0,0,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
INSERT INTO "jobs" VALUES(4,'failed',102,NULL,70,503,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1003.0,NULL,1021.0,NULL,0,'The engine broke down each time it drew this, so I do not try again.',0,0,26214400,0,1,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
INSERT INTO "jobs" VALUES(5,'queued',101,7,70,NULL,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1004.0,NULL,NULL,NULL,0,NULL,0,0,26214400,0,0,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
INSERT INTO "jobs" VALUES(6,'refused',102,7,70,505,9,4611686018427387905,'the-token',1000.0,'{"subject":"1girl; 1boy","character":"hatsune miku","series":"vocaloid","rating":"sensitive","tags":"smile, (night:1.2)","negative":"hat","quality":"light","negative_preset":"short","style":"watercolour","year":2024,"width":1216,"height":832,"count":2,"seed":4294967295,"steps":20,"guidance":6.5,"sampler":"dpmpp_2m_karras","private":true}','1girl, 1boy, hatsune miku, vocaloid, sensitive, smile, (night:1.2), masterpiece, high score, great score, absurdres','nsfw, hat, lowres','["“smyle” was read as “smile”."]',1005.0,NULL,1022.0,NULL,0,'The rating `sensitive` is not allowed here.',0,0,26214400,0,1,NULL,1216,832,2,1,77.1875,2.0,0,NULL);
CREATE TABLE lines (
    guild_id INTEGER PRIMARY KEY,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)), -- nothing of this server is started
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)) -- nothing new is taken from it
) STRICT;
CREATE TABLE locks (
    person TEXT NOT NULL,
    guild_id INTEGER NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (person, guild_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "locks" VALUES('a8d0ec81172cf67df7df0aa5',7,9000.0);
CREATE TABLE paces (
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    guided INTEGER NOT NULL CHECK (guided IN (0, 1)),
    at_once INTEGER NOT NULL,
    step_s REAL NOT NULL,
    measured INTEGER NOT NULL,
    PRIMARY KEY (width, height, guided, at_once)
) STRICT, WITHOUT ROWID;
CREATE TABLE pictures (
    job INTEGER NOT NULL REFERENCES jobs (key) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    file TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)), rating TEXT CHECK (rating IN ('safe', 'sensitive', 'nsfw', 'explicit')),
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE policies (
    guild_id INTEGER PRIMARY KEY,
    policy TEXT NOT NULL -- JSON of bot.safety.policy.ServerPolicy
) STRICT;
INSERT INTO "policies" VALUES(7,'{"open_limit":"sensitive","age_restricted_limit":"nsfw","channel_limits":{"70":"safe"},"role_limits":{"71":"sensitive"},"channels":["70"],"needed_roles":{"nsfw":["71"]},"denied":["hat"],"spoilers":false,"log_channel":null,"log_prompts":false,"max_queue":null,"max_queue_per_person":null,"max_running":null,"max_running_per_person":null,"max_pictures_per_day":null,"max_pictures_per_person_per_day":null,"priority_roles":{}}');
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
    PRIMARY KEY (job, reporter)
) STRICT, WITHOUT ROWID;
INSERT INTO "reports" VALUES(3,'46e9ee4db9bbbafa40acf4c6',102,'a8d0ec81172cf67df7df0aa5',7,1030.0,1,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE strikes (
    person TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
INSERT INTO "strikes" VALUES('a8d0ec81172cf67df7df0aa5',1000.0);
CREATE INDEX jobs_of_person ON jobs (user_id, state);
CREATE INDEX drafts_of_person ON drafts (user_id);
CREATE INDEX drafts_by_age ON drafts (created_at);
CREATE INDEX forms_of_person ON forms (user_id);
CREATE INDEX forms_by_age ON forms (opened_at);
CREATE INDEX jobs_to_tell ON jobs (key) WHERE untold = 1 OR tell = 1;
CREATE INDEX jobs_by_person ON jobs (user_id);
CREATE INDEX jobs_waiting ON jobs (
    key, user_id, guild_id, width, height, pictures, guided, cost, weight, held, moved_at, state, message_id
) WHERE state = 'queued' AND message_id IS NOT NULL;
CREATE INDEX jobs_unsettled ON jobs (key) WHERE state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL;
CREATE INDEX jobs_started ON jobs (started_at) WHERE started_at IS NOT NULL;
CREATE INDEX jobs_of_person_by_age ON jobs (user_id, created_at, state, pictures, guild_id);
CREATE INDEX jobs_of_server_by_age ON jobs (guild_id, created_at, state, pictures);
CREATE INDEX audit_by_age ON audit (at);
CREATE INDEX audit_of_person ON audit (person);
CREATE INDEX strikes_of_person ON strikes (person, at);
CREATE INDEX reports_of_person ON reports (reporter, guild_id);
CREATE INDEX reports_by_age ON reports (reported_at);
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX pictures_kept ON pictures (job) WHERE deleted = 0;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',6);
INSERT INTO "sqlite_sequence" VALUES('drafts',1);
INSERT INTO "sqlite_sequence" VALUES('forms',1);
COMMIT;
PRAGMA user_version = 13;
