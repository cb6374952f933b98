"""What is right in rule files and yet hardly meant, as warnings; and the comments that silence them."""
