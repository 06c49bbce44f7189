# Signs and sends a call of ytx. Python 3.8 or later, standard library only.
import base64
import hashlib
from datetime import datetime, timedelta, timezone
from urllib.request import Request, urlopen


def sign(account_sid, auth_token, time):
    """The query's Sign: MD5 over the account, its token and the time, with nothing between them."""
    return hashlib.md5(f"{account_sid}{auth_token}{time}".encode("utf-8")).hexdigest()


def authorization(account_sid, time):
    """The header Authorization: Base64 of the account, a bar and the same time."""
    return base64.b64encode(f"{account_sid}|{time}".encode("utf-8")).decode()


def send(server, account_sid, auth_token, body):
    in_china = datetime.now(timezone(timedelta(hours=8)))
    time = in_china.strftime("%Y%m%d%H%M%S")
    headers = {
        "Authorization": authorization(account_sid, time),
        "Content-Type": "application/json; charset=utf-8",
    }
    path = f"/201612/sid/{account_sid}/Unicom/Order.wx?Sign={sign(account_sid, auth_token, time)}"
    with urlopen(Request(server + path, body.encode("utf-8"), headers)) as reply:
        return reply.read().decode("utf-8")


# The values of the call.
server = 'http://127.0.0.1:8787'
accountSID = 'abcdefghijklmnopqrstuvwxyz012345'
authToken = '9f8e7d6c5b4a39281706f5e4d3c2b1a0'
body = '{"action":"getOrderResult","appid":"ff8080813fc70a7b013fc72312324213","requestId":"2016010000000219"}'

print(send(server, accountSID, authToken, body))
