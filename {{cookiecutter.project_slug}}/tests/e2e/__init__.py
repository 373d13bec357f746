"""Tests of whole stories, through a real server process."""
