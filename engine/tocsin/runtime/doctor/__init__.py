"""What somebody would look at when something is wrong with tocsin and it is three in the morning."""
