"""Tests of `app/integrations`."""
