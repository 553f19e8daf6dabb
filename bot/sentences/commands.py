"""How commands and their options are described, in the list that Discord shows while somebody types."""

from __future__ import annotations

from bot.sentences.sentence import fixed

ABOUT = fixed("commands.ABOUT", "Which model draws, who runs this bot, and what is stored about you.")
OPERATOR = fixed("commands.OPERATOR", "For whoever runs this bot: how it is, pause, drain, announce, block.")
HELP = fixed("commands.HELP", "How to ask for a picture, with examples.")
IMAGINE = fixed("commands.IMAGINE", "Draw anime pictures from your words.")
QUEUE = fixed("commands.QUEUE", "See your requests in the queue; cancel, hold or move them.")
REMIX = fixed("commands.REMIX", "Take the settings out of a picture, change them, and draw your own.")
SHOW = fixed("commands.SHOW", "Show one of your earlier pictures again.")
TERMS = fixed("commands.TERMS", "Read the terms that everybody accepts before drawing.")
PROMPT = fixed("commands.PROMPT", "See the text that the model would read.")
PROMPT_PREVIEW = fixed("commands.PROMPT_PREVIEW", "Show the finished prompt to you alone, without drawing it.")
PROMPT_CHECK = fixed(
    "commands.PROMPT_CHECK", "Check a prompt from another program: what works here, and what does not."
)
SETTINGS = fixed("commands.SETTINGS", "Set what may be drawn in this server, where, and how much.")
SETTINGS_SHOW = fixed(
    "commands.SETTINGS_SHOW", "See and change the rules of this server: ratings, channels, roles, queue."
)
SETTINGS_WHY = fixed("commands.SETTINGS_WHY", "Find out why a request is allowed or refused, rule by rule.")
SETTINGS_UNLOCK = fixed("commands.SETTINGS_UNLOCK", "Let somebody who is locked out draw again in this server.")
SETTINGS_EXPORT = fixed("commands.SETTINGS_EXPORT", "Get the settings of this server as a file.")
SETTINGS_IMPORT = fixed("commands.SETTINGS_IMPORT", "Replace the settings of this server by those of a file.")
ME = fixed("commands.ME", "Your defaults, your favourites, and what is stored about you.")
DEFAULTS = fixed("commands.DEFAULTS", "Your own values for options that you leave out.")
FAVOURITE = fixed("commands.FAVOURITE", "Tags saved under a name: type @name to use them.")
ME_TELL = fixed("commands.ME_TELL", "Choose whether you get a ping when a picture is done.")
DEFAULTS_SHOW = fixed("commands.DEFAULTS_SHOW", "Show your defaults.")
DEFAULTS_SET = fixed("commands.DEFAULTS_SET", "Set one or more of your defaults.")
DEFAULTS_RESET = fixed("commands.DEFAULTS_RESET", "Remove one of your defaults, or all of them.")
FAVOURITE_SAVE = fixed("commands.FAVOURITE_SAVE", "Save tags under a name, or change what it stands for.")
FAVOURITE_LIST = fixed("commands.FAVOURITE_LIST", "Show your favourites.")
FAVOURITE_DELETE = fixed("commands.FAVOURITE_DELETE", "Delete a favourite.")
ME_EXPORT = fixed("commands.ME_EXPORT", "Get everything that is stored about you as a file.")
ME_FORGET = fixed("commands.ME_FORGET", "Delete everything that is stored about you.")

# Options

WANTED = fixed("commands.WANTED", "What you want to see, in free words or as tags: a girl with red hair at night")
SUBJECT = fixed("commands.SUBJECT", "Who is in the picture: 1girl, 2boys, no humans …; separate several with ;")
CHARACTER = fixed("commands.CHARACTER", "A character by name; fills in series and subject. Separate several with ;")
SERIES = fixed("commands.SERIES", "The series that they are from; separate several with ; or ,")
RATING = fixed("commands.RATING", "Content rating; safe if you leave it out")
MORE_TAGS = fixed("commands.MORE_TAGS", "More tags, when the prompt is full")
NEGATIVE = fixed("commands.NEGATIVE", "What you do not want in the picture")
QUALITY = fixed("commands.QUALITY", "Quality words at the end of the prompt")
YEAR = fixed("commands.YEAR", "Draw in the style of this year")
STYLE = fixed("commands.STYLE", "A drawing style, such as watercolour")
SHAPE = fixed("commands.SHAPE", "Size and orientation: portrait, square or landscape")
COUNT = fixed("commands.COUNT", "How many pictures you get")
SEED = fixed("commands.SEED", "The same seed and options draw the same picture: 0 to 4294967295")
STEPS = fixed("commands.STEPS", "More steps draw finer and take longer")
GUIDANCE = fixed("commands.GUIDANCE", "How closely the picture follows your words")
SAMPLER = fixed("commands.SAMPLER", "The sampling method; most people leave it as it is")
DRAFT = fixed("commands.DRAFT", "Draw a draft in few steps: quick and rough, and not the same picture")
MODEL = fixed("commands.MODEL", "Which model draws; left out, the one that this server uses")
LORA = fixed("commands.LORA", "LoRAs with their weights: line art:0.8; other:0.6")
PRIVATE = fixed("commands.PRIVATE", "Only you see the picture")
NEGATIVE_PRESET = fixed("commands.NEGATIVE_PRESET", "A ready-made list of what should not be in the picture")
WHAT = fixed("commands.WHAT", "Which default; all of them if you leave it out")
FAVOURITE_NAME = fixed("commands.FAVOURITE_NAME", "The name that you type after @")
FAVOURITE_TEXT = fixed("commands.FAVOURITE_TEXT", "The tags that the name stands for")
WHICH_FAVOURITE = fixed("commands.WHICH_FAVOURITE", "Which favourite")
WHEN_DONE = fixed("commands.WHEN_DONE", "True: a ping when a picture that took more than a minute is done")
CHECKED_TEXT = fixed("commands.CHECKED_TEXT", "A prompt, or the whole text that WebUI writes under a picture")
PICTURE = fixed("commands.PICTURE", "A PNG, WebP, JPEG or AVIF with its settings inside, from any usual program")
MEMBER = fixed("commands.MEMBER", "Whose request it would be")
LOCKED_MEMBER = fixed("commands.LOCKED_MEMBER", "Who may draw again")
CHANNEL = fixed("commands.CHANNEL", "In which channel; this one if you leave it out")
WHICH_PROMPT = fixed("commands.WHICH_PROMPT", "The words of the request; without them only the rating is looked at")
WHICH_RATING = fixed("commands.WHICH_RATING", "With which rating; safe if you leave it out")
FILE = fixed("commands.FILE", "A file from /settings export, as it was or changed")
EARLIER_PICTURE = fixed(
    "commands.EARLIER_PICTURE", "Pick one from the list, type some of its words, or paste a link to its message"
)

# Pictures that people bring

IMAGE = fixed("commands.IMAGE", "Begin with this picture: a PNG, JPEG or WebP; what comes of it is drawn at safe")
STRENGTH = fixed("commands.STRENGTH", "How much of the picture is drawn anew, from 0.01 to 1; usually 0.6")
INPAINT = fixed("commands.INPAINT", "Draw a part of your picture anew, or more around it, and keep the rest.")
INPAINT_PROMPT = fixed("commands.INPAINT_PROMPT", "What you want to see there, and around it")
INPAINT_IMAGE = fixed("commands.INPAINT_IMAGE", "The picture: a PNG, JPEG or WebP")
MASK = fixed("commands.MASK", "A black and white picture of the same shape: white is drawn anew")
AREA = fixed("commands.AREA", "Which part, where you have no mask")
EXTEND = fixed("commands.EXTEND", "Instead of a part: where your picture is to go on, or out for all around it")
INPAINT_STRENGTH = fixed("commands.INPAINT_STRENGTH", "How much of it is drawn anew, from 0.01 to 1; usually 0.85")
DESCRIBE = fixed("commands.DESCRIBE", "Name what a picture shows, as words to draw from.")
DESCRIBED_PICTURE = fixed("commands.DESCRIBED_PICTURE", "The picture: a PNG, JPEG or WebP; it is not kept")
