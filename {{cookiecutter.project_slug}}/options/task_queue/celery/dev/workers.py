"""The modules that run as workers beside the API."""

WORKERS = ("app.tasks.celery_app",)
