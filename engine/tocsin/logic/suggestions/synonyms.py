"""Other tools' words for ours: of Sigma, Falco, Alertmanager, Elasticsearch, Home Assistant, SQL, X and Twitter's API.

Keys are written in small letters without hyphens and underscores, as `spelling.suggest` compares them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(text: str) -> Mapping[str, str]:
    """Return `{"a": "x", "b": "x"}` for a line `x: a b`."""
    rows = (line.split(":") for line in text.strip().splitlines())
    return MappingProxyType({word: ours.strip() for ours, words in rows for word in words.split()})


OPERATORS: Final = _words("""
    and: allof everyof &&
    or: any anyof oneof either || orelse
    not: nor unless isnot nand negate
    eq: equals equal is equalto eqeq
    ne: neq notequal notequals isnt differs <>
    gt: greater greaterthan morethan above over
    gte: ge atleast greaterorequal greaterthanorequal
    lt: less lessthan below under
    lte: le atmost lessorequal lessthanorequal
    in: memberof isin within
    contains: icontains contain includes include substring has like
    starts_with: startswith prefix begins beginswith istartswith
    ends_with: endswith suffix iendswith
    matches: regex re regexp match rlike pattern matchesregex pmatch
    word: keyword keywords words phrase phrases text term terms
    all_words: allwords containsall allkeywords
    hashtag: hashtags tag tags
    mention: mentions mentioned
    cashtag: cashtags symbol ticker
    link: links url urls domain host
    from: user users author fromuser account username screenname
    var: field fieldref get value
    if: case switch when cond
    cat: concat concatenate join
    substr: substring slice
    mod: modulo
    mul: multiply times
    max: maximum
    min: minimum
    macro: ref use condition
    !!: bool exists isset present truthy
""")

FIELDS: Final = _words("""
    text: fulltext body content message tweet
    user.username: screenname author.username user.screenname handle author user.handle user.login
    user.name: displayname author.name
    user.followers: followerscount user.followerscount author.followers followers
    user.following: friendscount user.friendscount user.friends followingcount
    user.verified: verified author.verified isverified user.isverified
    metrics.retweets: retweetcount publicmetrics.retweetcount reposts repostcount
    metrics.likes: favoritecount favoritescount likecount publicmetrics.likecount favorites
    metrics.replies: replycount publicmetrics.replycount
    metrics.quotes: quotecount publicmetrics.quotecount
    lang: language
    created_at: timestamp time date createdtime @timestamp
    id: idstr tweetid
    url: permalink tweeturl
    source: client
    is_retweet: retweet isrepost
    is_reply: reply
""")

KEYS: Final = _words("""
    when: condition conditions if expr expression detection query filter trigger triggers where logic
    notify: notifications notification actions action receiver receivers channels channel sendto to alertto
    severity: level priority urgency criticality
    title: name alert summary subject headline rulename
    body: output text content annotations template message msg
    description: desc comment comments note notes about
    labels: tags label metadata meta
    enabled: enable active
    language: lang
    keywords: keyword words word phrases track terms
    users: user from accounts follow usernames
    min_retweets: retweets minretweetcount
    throttle: cooldown suppress ratelimit
    tests: test examples
    macros: macro
    lists: list sets
    rules: rule groups alerts
    requires: require requiredplugins requiredengineversion dependencies
    tocsin: version apiversion
    except: exceptions exception exclude excludes falsepositives
    destinations: destination receivers outputs sinks
    routes: route routing
    url: uri webhook address endpoint
    api_key: apikey key token secret
    continue: proceed
    file: path
""")

SEVERITIES: Final = _words("""
    info: informational notice debug information none
    low: minor p4 sev4
    medium: warning warn moderate normal average p3 sev3
    high: error err major important p2 sev2
    critical: emergency fatal alert severe disaster page urgent p1 sev1
""")

FILTERS: Final = _words("""
    clip: truncatechars shorten ellipsis cut excerpt
    upper: uppercase touppercase uc
    lower: lowercase tolowercase lc
    title: titlecase
    join: concat
    default: coalesce or
    length: len size
    replace: sub gsub regexreplace
    trim: strip
    capitalize: ucfirst
    round: format number
""")
