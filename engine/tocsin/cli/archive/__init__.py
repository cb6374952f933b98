"""Archives of tweets held against rules: block by block, in one process or several."""
