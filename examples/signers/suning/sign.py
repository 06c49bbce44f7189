# Signs and sends a call of Suning. Python 3.8 or later, standard library only.
import base64
import hashlib
from datetime import datetime, timedelta, timezone
from urllib.request import Request, urlopen


def sign(app_secret, app_method, time, app_key, body):
    """MD5 over the secret, the four headers and the Base64 of the body, with nothing between them.

    The bytes of the body that are signed are the bytes that are sent.
    """
    encoded = base64.b64encode(body.encode("utf-8")).decode()
    text = f"{app_secret}{app_method}{time}{app_key}v1.2{encoded}"
    return hashlib.md5(text.encode("utf-8")).hexdigest()


def send(server, app_key, app_secret, app_method, body):
    in_china = datetime.now(timezone(timedelta(hours=8)))
    time = in_china.strftime("%Y-%m-%d %H:%M:%S")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "AppMethod": app_method,
        "AppRequestTime": time,
        "Format": "json",
        "AppKey": app_key,
        "VersionNo": "v1.2",
        "signInfo": sign(app_secret, app_method, time, app_key, body),
    }
    call = Request(f"{server}/api/http/sopRequest", body.encode("utf-8"), headers)
    with urlopen(call) as reply:
        return reply.read().decode("utf-8")


# The values of the call.
server = 'http://127.0.0.1:8787'
appKey = 'b0c332a133c102765f39de0a1b2c3d4e'
appSecret = '460d7ff15b073e463125b40f1e2d3c4b'
appMethod = 'suning.selfmarket.leaguerstatus.add'
body = '{"sn_request":{"sn_body":{"addLeaguerstatus":{"iqStatus":"180","orderId":"1000531505","orderItemId":"00000208117601","supplierCode":"10042869","failReason":"充值失败","cardList":[{"cardCode":"1234567899","cardSec":"I001XB999"}]}}}}'

print(send(server, appKey, appSecret, appMethod, body))
