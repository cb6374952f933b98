"""JSON-logic: parse and check an expression, compile it to Python, evaluate it on a tweet.

`parse` turns JSON into the tree of `ast` (sugar gone, references resolved) or a list of `Problem`s; `compile` turns
the tree into a `Condition`; `reference` is json-logic-qubit, which says what is right.
"""
