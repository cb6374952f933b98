"""What a journal entry is about, in the form in which it is found again."""

from hashlib import blake2b

_LARGEST = 2**63 - 1


def tweet_number(tweet_id: str | None) -> int | None:
    """Return a number for a tweet's id: the id itself where it is one, else a hash; None for None.

    An index of numbers takes half the room of one of texts, and ids that grow with time, as those of tweets do, are
    appended to it. Different ids may share a number, "7" and "007" for one: who looks one up compares the ids as well.
    """
    if tweet_id is None:
        return None
    if tweet_id.isascii() and tweet_id.isdigit() and len(tweet_id) <= 19 and int(tweet_id) <= _LARGEST:
        return int(tweet_id)
    return int.from_bytes(blake2b(tweet_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
