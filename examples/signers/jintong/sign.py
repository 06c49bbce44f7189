# Signs and sends a call of Jintong. Python 3.8 or later, standard library only.
import hashlib
from urllib.parse import unquote_plus, urlencode
from urllib.request import urlopen
from xml.sax.saxutils import escape


def string_to_sign(fields):
    """Sorted by name; Sign, SignType and what is empty are left out; an object is Name= and its own string."""
    pairs = []
    for name in sorted(fields):
        value = fields[name]
        if isinstance(value, dict):
            value = string_to_sign(value)
        if value and name not in ("Sign", "SignType"):
            pairs.append(f"{name}={value}")
    return "&".join(pairs)


def sign(fields, key):
    """MD5 over the string and the key, with nothing between them, in UTF-8."""
    return hashlib.md5((string_to_sign(fields) + key).encode("utf-8")).hexdigest()


def to_xml(fields):
    def inner(value):
        return to_xml(value) if isinstance(value, dict) else escape(value)

    return "".join(f"<{name}>{inner(value)}</{name}>" for name, value in fields.items())


def send(server, partner, key, action, param):
    fields = {"Partner": partner, "Action": action, "RequestFmt": "XML", "ResponseFmt": "XML"}
    fields = {**fields, "Version": "1.0.0.0", "Param": param}
    request = to_xml({"Request": {**fields, "SignType": "MD5", "Sign": sign(fields, key)}})
    body = urlencode({"request": request}).encode()
    with urlopen(f"{server}/Api/OrderOpenApi.ashx", body) as reply:
        return unquote_plus(reply.read().decode())  # The reply is URL-encoded.


# The values of the call.
server = 'http://127.0.0.1:8787'
partner = 'jane88'
key = 'b7e1c0a4d25f4b6f9f0c7a1e3d5b8c21'
action = 'HastenOrder'
param = {'OrderID': '15112480268', 'UserName': 'jane88'}

print(send(server, partner, key, action, param))
