"""Real-looking X rules: each says of tweets what X says of them, or is refused by name."""

from random import Random

import pytest

from tests.unit.logic.conditions import matches
from tests.x_syntax import x_matches
from tests.x_tweets import tweet_for
from tocsin.importing.parse import parse_query
from tocsin.importing.translate import translate
from tocsin.importing.xrule import plain

TOLD = [
    '(cat OR "big dog") from:alice -is:retweet lang:en',
    "pepsi OR cola OR \"coca cola\"",
    '("X API" OR #v2) -"filtered stream"',
    "(😃 OR 😡) 😬",
    "#thankunext #fanart",
    "(@XDevelopers OR @api) -@x",
    "$twtr OR @XDevelopers -$fb",
    "from:XDevelopers OR from:api",
    "to:XDevelopers OR to:api",
    "retweets_of:XDevelopers OR retweets_of:api",
    "from:XDevelopers -has:hashtags",
    "#stonks has:cashtags",
    "from:XDevelopers announcement has:links",
    "#nowplaying has:mentions",
    "(kittens OR puppies) has:media",
    "data @XDevelopers -is:retweet",
    "from:XDevelopers is:reply",
    "#nowplaying is:verified",
    "recommend #paris lang:en",
    "apple OR iphone ipad",
    "ipad iphone OR android",
    "(apple OR iphone) ipad",
    "iphone (ipad OR android)",
    "skiing -snow -day -noschool",
    "skiing -(snow OR day OR noschool)",
    "(happy OR happiness OR excited OR elated) lang:en -birthday -is:retweet -holidays",
    "#nowplaying (happy OR exciting OR favorite OR fav) -horrible -worst -sucks -bad",
    "(grumpy cat) OR (#meme has:media)",
    "snow day #NoSchool",
    "grumpy OR cat OR #meme",
    "cat #meme -grumpy",
    'url:"https://developer.x.com" tips',
    "launch url:google OR launch url_contains:photos",
    "bio_name:phd OR (bio_name:ada research)",
    "outage followers_count:1000..10000",
    "outage min_followers:1000 -is:reply",
    "scoop following_count:500 -followers_count:100",
    "(btc OR bitcoin OR $BTC) (hacked OR exploit OR drained OR \"withdrawals paused\") -is:retweet",
    "earthquake (magnitude OR usgs OR from:USGSBigQuakes) -from:fakequakes",
    '("power cut" OR blackout OR "power outage") (lang:en OR lang:de) -(film OR movie) -"hockey game"',
    "from:2244994945 api",
    "速報 (地震 OR 津波) -訓練",
    "(covid OR \"covid-19\") (vaccine OR booster) lang:de -is:retweet",
    "\"don't panic\" OR \"AT&T\" OR \"C++\"",
    "(((cat)) OR ((dog -(bird OR fish)))) -is:reply -is:retweet",
    "#COVID19 -#fakenews has:links is:verified lang:en",
    "(from:nasa OR from:esa) (launch OR #Artemis) -is:reply has:media",
    "-is:retweet -is:reply (breaking OR \"just in\") has:links",
]  # fmt: skip

UNTOLD = {
    '"social media"~5': {"no-proximity"},
    "-is:retweet has:geo (from:NWSNHC OR from:NHC_Atlantic)": {"no-place"},
    "#nowplaying happy (place_country:US OR place_country:MX)": {"no-place"},
    "context:65.852262932607926273 -context:66.852262932607926273 lang:ja": {"no-context"},
    'entity:"Michael Jordan" OR bio:developer': {"no-context", "no-profile"},
    "#meme has:images": {"no-media-kind"},
    "#icebucketchallenge has:video_link": {"no-media-kind"},
    '"mobile games" -is:nullcast': {"no-promotion"},
    '"sentiment analysis" is:quote': {"no-quote"},
    "conversation_id:1334987486343299072": {"no-thread"},
    "recommend point_radius:[2.355128 48.861118 16km]": {"no-place"},
    "#nowplaying @spotify sample:15": {"no-sample"},
    "in_reply_to_tweet_id:1539382664746020864 thanks": {"no-thread"},
    'source:"X for iPhone" cat': {"no-source"},
    "url_title:snow OR url_description:weather": {"no-page"},
    'bio_location:"big apple" tweets_count:10..20 listed_count:3': {"no-profile", "no-count"},
    "from_affiliate_of:XDevelopers list:12": {"no-affiliation", "no-list"},
    'embedding:"climate policy" embedding_threshold:0.4': {"no-embedding"},
    "bounding_box:[-105.301758 39.964069 -105.178505 40.09455] fire": {"no-place"},
}


@pytest.mark.parametrize("rule", TOLD)
def test_an_imported_rule_says_of_tweets_what_x_says(rule: str) -> None:
    query = parse_query(rule).query
    assert query is not None
    condition = plain(translate(query).condition)
    rng = Random(rule)
    seen = set()
    for tweet in (tweet_for(rule, rng) for _ in range(300)):
        expected = x_matches(rule, tweet)
        assert matches(condition, tweet) == expected, tweet
        seen.add(expected)
    assert seen == {True, False}


@pytest.mark.parametrize("rule", UNTOLD)
def test_what_the_stream_cannot_tell_is_refused_by_name(rule: str) -> None:
    query = parse_query(rule).query
    assert query is not None
    translation = translate(query)
    assert translation.condition is None
    assert {refusal.reason for refusal in translation.refusals} == UNTOLD[rule]
    assert all(refusal.is_untold for refusal in translation.refusals)
