"""The modules that run as workers beside the API."""

WORKERS = ("app.tasks.worker", "app.tasks.celery_app")
