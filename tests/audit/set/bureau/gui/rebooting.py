import time
import urllib.request
import xmlrpc.client

server = xmlrpc.client.ServerProxy("http://table.local/rpc")


def changes():
    last = None
    while 1:  #= python ungated
        body = urllib.request.urlopen("http://table.local/changes").read()
        if body != last:
            last = body
            yield body
        time.sleep(10)


def spin(seconds):
    end = time.time() + seconds
    while time.time() < end:  #= none
        for sign in "|/-\\":
            print(sign, end="\r")
            time.sleep(0.1)


def wait_for_reboot():
    tries = 0
    while tries < 20:  #= none
        tries += 1
        try:
            urllib.request.urlopen("http://table.local/health", timeout=1)
            return True
        except OSError:
            time.sleep(3)
    return False
