"""Checks every DKIM signature of each message in a folder, with dkimpy.

verify.py RECORDS FOLDER: a line of RECORDS is a name of the DNS, a space, and its TXT record. Prints a line for each
message: the algorithm of each signature, and whether it holds.
"""
import pathlib
import sys

import dkim

records = dict(line.split(" ", 1) for line in pathlib.Path(sys.argv[1]).read_text().splitlines())


def ask(name, timeout=None):
    return records.get(name.decode().rstrip("."), "").encode()


def verdict(message, number):
    try:
        holds = message.verify(idx=number, dnsfunc=ask)
    except dkim.DKIMException as fault:
        return f"broken ({fault})"
    return f"{message.signature_fields[b'a'].decode()} {'holds' if holds else 'fails'}"


for path in sorted(pathlib.Path(sys.argv[2]).glob("*.eml")):
    message = dkim.DKIM(path.read_bytes())
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    print(", ".join(sorted(verdict(message, number) for number in range(count))) or "unsigned")
