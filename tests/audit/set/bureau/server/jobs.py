from celery import Celery
from celery.schedules import crontab
import requests

app = Celery("jobs")
app.conf.beat_schedule = {"prices": {"task": "server.jobs.prices", "schedule": crontab(minute="*/10")}}  #= none


@app.task(bind=True, max_retries=5, default_retry_delay=30)  #= none
def prices(self):
    try:
        return requests.get("https://shop.example.org/prices", timeout=10).json()
    except requests.RequestException as error:
        raise self.retry(exc=error)
