"""Discord's refusals as discord.py raises them."""


def http_error(kind, status):
    class Answer:
        reason = "because"

    Answer.status = status
    return kind(Answer, "because")
