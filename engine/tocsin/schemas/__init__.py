"""JSON Schemas (draft-07) of rule files and of tocsin.yaml, for editors: made of the core and the installed plugins."""
