"""The modules that run as workers beside the API."""

WORKERS = ("app.tasks.celery_app",)
# The same queues by hand, for comparison.
BARE = ("dev.bare_celery",)
