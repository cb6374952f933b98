"""tocsin.yaml and the environment, read into `Settings`; the only place where secrets are resolved."""
