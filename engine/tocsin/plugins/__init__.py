"""Loading third-party plugins, and keeping what they do from bringing anything down."""
