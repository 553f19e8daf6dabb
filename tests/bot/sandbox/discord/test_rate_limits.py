"""Rate limits refuse as Discord's do: in buckets, with headers, and for the bot as a whole."""

from bot.sandbox.discord.rate_limits import GLOBAL_LIMIT, RateLimits

POST = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
FOLLOW = "POST /webhooks/{webhook_id}/{webhook_token}"


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_bucket_empties_and_refills():
    """Five calls pass, the sixth is refused until the window is over; another channel has its own."""
    time = Time()
    limits = RateLimits(time)
    left = [limits.take(POST, "1", of_bot=True).headers["X-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    time.now = 1.5
    refused = limits.take(POST, "1", of_bot=True)
    assert refused.retry_after_s == 3.5
    assert refused.headers["Retry-After"] == "4"
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert "Via" in refused.headers
    assert refused.body() == {"message": "You are being rate limited.", "retry_after": 3.5, "global": False}
    assert limits.take(POST, "2", of_bot=True).retry_after_s is None
    time.now = 5.0
    assert limits.take(POST, "1", of_bot=True).retry_after_s is None


def test_all_calls_of_one_token_share_a_bucket():
    """Editing and following up with one interaction's token count together; the callback does not count."""
    limits = RateLimits(Time())
    for number in range(5):
        assert limits.take((EDIT, FOLLOW)[number % 2], "token", of_bot=False).retry_after_s is None
    assert limits.take(EDIT, "token", of_bot=False).retry_after_s is not None
    callback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    assert limits.take(callback, "token", of_bot=False).retry_after_s is None


def test_fifty_a_second_for_the_bot_as_a_whole():
    """The global limit counts calls with the bot's token alone."""
    time = Time()
    limits = RateLimits(time)
    for number in range(GLOBAL_LIMIT):
        assert limits.take(POST, str(number), of_bot=True).retry_after_s is None
    refused = limits.take(POST, "x", of_bot=True)
    assert (refused.is_global, refused.headers["X-RateLimit-Global"]) == (True, "true")
    assert limits.take(EDIT, "t", of_bot=False).retry_after_s is None
    time.now = 1.0
    assert limits.take(POST, "y", of_bot=True).retry_after_s is None


def test_a_reset_is_a_moment_of_the_worlds_clock():
    """X-RateLimit-Reset is in seconds since 1970, as far ahead as Reset-After says, however the clock was moved."""
    time, now = Time(), Time()
    time.now, now.now = 2923.0, 1_800_000_000.0
    limits = RateLimits(time, now)
    assert limits.take(POST, "1", of_bot=True).headers["X-RateLimit-Reset"] == "1800000005.000"
    time.now, now.now = time.now + 2, now.now + 902
    headers = limits.take(POST, "1", of_bot=True).headers
    assert (headers["X-RateLimit-Reset"], headers["X-RateLimit-Reset-After"]) == ("1800000905.000", "3.000")
