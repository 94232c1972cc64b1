"""Unsubscribes as a mail provider does (RFC 8058), with nothing but Python's own library.

    oneclick.py MESSAGE HOST:PORT urlencoded|multipart

Reads both fields of the message, posts to the https address at HOST:PORT instead of where it leads, and prints the
status. Follows no redirect, keeps no cookie, sends no credentials.
"""

import email
import email.policy
import http.client
import re
import sys
import urllib.parse

message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", message["List-Unsubscribe-Post"]
address = next(a for a in re.findall(r"<([^>]+)>", message["List-Unsubscribe"]) if a.startswith("https:"))
parts = urllib.parse.urlsplit(address)

name, value = message["List-Unsubscribe-Post"].split("=")
if sys.argv[3] == "urlencoded":
    body, kind = urllib.parse.urlencode({name: value}), "application/x-www-form-urlencoded"
else:
    edge = "---FormBoundaryjWmhtjORrn"
    body = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--{edge}--\r\n'
    kind = f"multipart/form-data; boundary={edge}"

connection = http.client.HTTPConnection(sys.argv[2], timeout=30)
connection.request("POST", parts.path, body, {"Host": parts.netloc, "Content-Type": kind})
answer = connection.getresponse()
page = answer.read()
assert not answer.getheader("Set-Cookie") and not answer.getheader("Location"), answer.getheaders()
assert page.startswith(b"<!doctype html>"), page
print(answer.status)
