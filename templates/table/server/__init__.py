"""A small virtual tabletop: its database is the truth, its page shows it.

It used to live on polling alone. What made it realtime is in `publishing.py`, one line of
`commits.py`, and one route of `app.py`; everything else is as it was.
"""
