"""Hostile values: what no schema foresees, and what breaks those who trust their input."""

CANARY = "canary7f3a"
LONG = CANARY * 1_050
RIGHT_TO_LEFT_OVERRIDE = "\u202e"

# No answer may hold any of these: each is a piece of the input.
MARKS = (
    CANARY,
    RIGHT_TO_LEFT_OVERRIDE,
    str(2**63),
    str(2**64),
    "0" * 100,
    "NaN",
    "Infinity",
    "[[",
    "\\u0000",
    "\\ud800",
)

# As they stand in a JSON document, in the place of a field's value.
NEVER_VALID_JSON = {
    "NUL": f'"\\u0000{CANARY}"',
    "lone high surrogate": f'"\\ud800{CANARY}"',
    "lone low surrogate": f'"{CANARY}\\udc00"',
    "null": "null",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "minus one": "-1",
    "fraction": "1.5",
    "beyond 63 bits": str(2**63),
    "beyond 64 bits": str(2**64),
    "below 64 bits": str(-(2**64)),
    "400 digits": "1" + "0" * 400,
    "5,000 digits": "1" + "0" * 5_000,
    "beyond floats": "1e999",
    "empty list": "[]",
    "empty object": "{}",
    "list": f'["{CANARY}"]',
    "object": f'{{"{CANARY}": "{CANARY}"}}',
    "long text": f'"{LONG}"',
    "20,000 levels": "[" * 20_000 + "]" * 20_000,
}
VALID_SOMEWHERE_JSON = {
    "true": "true",
    "false": "false",
    "empty text": '""',
    "digits": '"12"',
    "right-to-left override": f'"{RIGHT_TO_LEFT_OVERRIDE}{CANARY}"',
    "markup": f'"<script>{CANARY}</script>"',
    "SQL": f'"\\u0027; DROP TABLE users; -- {CANARY}"',
}

# As they stand in a path, in a query and in a form, behind the name and `=`.
NEVER_VALID_TEXT = {
    "NUL": f"%00{CANARY}",
    "long text": LONG,
    "control characters": f"{CANARY}%01%1B%7F",
}
VALID_SOMEWHERE_TEXT = {
    "empty text": "",
    "lone surrogate": f"%ED%A0%80{CANARY}",
    "invalid UTF-8": f"%FF%FE{CANARY}",
    "not an escape": f"%zz{CANARY}",
    "half an escape": f"{CANARY}%",
    "null": "null",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "true": "true",
    "zero": "0",
    "minus one": "-1",
    "a million": "1000000",
    "beyond 63 bits": str(2**63),
    "beyond 64 bits": str(2**64),
    "400 digits": "1" + "0" * 400,
    "5,000 digits": "1" + "0" * 5_000,
    "digits of another script": "%E0%A5%A7%E0%A5%A8",
    "list": f"[%22{CANARY}%22]",
    "right-to-left override": f"%E2%80%AE{CANARY}",
    "line break": f"{CANARY}%0D%0ASet-Cookie:%20{CANARY}=1",
    "path": f"..%2F..%2F{CANARY}",
    "SQL": f"'%20OR%201=1%20--%20{CANARY}",
}
ANY_TEXT = NEVER_VALID_TEXT | VALID_SOMEWHERE_TEXT
# All ids are read by one parser, for which one number is like another.
ANY_ID = [text for text in ANY_TEXT.values() if text and not text.isalnum()] + ["1"]

# As they stand in a header.
ANY_HEADER = {
    "empty text": b"",
    "NUL": b"\x00" + CANARY.encode(),
    "invalid UTF-8": b"\xff\xfe" + CANARY.encode(),
    "long text": LONG.encode(),
    "spaces": f"{CANARY} {CANARY}".encode(),
    "right-to-left override": f"{RIGHT_TO_LEFT_OVERRIDE}{CANARY}".encode(),
    "400 digits": b"1" + b"0" * 400,
    "token": b"Bearer " + CANARY.encode(),
    "nested token": b"Bearer W1tbW1tbW1tb.e30." + CANARY.encode(),
}

# In place of a whole JSON body.
NEVER_VALID_BODIES = {
    "empty": b"",
    "not JSON": CANARY.encode(),
    "form": f"{CANARY}=1".encode(),
    "cut off": f'{{"{CANARY}": '.encode(),
    "more behind": f"{{}} {CANARY}".encode(),
    "invalid UTF-8": b'{"\xff\xfe": "' + CANARY.encode() + b'"}',
    "surrogate in UTF-8": b'{"\xed\xa0\x80' + CANARY.encode() + b'": 1}',
    "NUL": b"\x00" + CANARY.encode(),
    "null": b"null",
    "number": b"1",
    "text": f'"{CANARY}"'.encode(),
    "list": f'["{CANARY}"]'.encode(),
    "NUL in a name": f'{{"\\u0000{CANARY}": 1}}'.encode(),
    "surrogate in a name": f'{{"\\ud800{CANARY}": 1}}'.encode(),
    "unknown name": f'{{"{CANARY}": 1}}'.encode(),
    "long name": f'{{"{LONG}": 1}}'.encode(),
    "5,000 digits": b"1" + b"0" * 5_000,
    "20,000 lists": b"[" * 20_000,
    "20,000 objects": b'{"a":' * 20_000,
}

# In place of a whole multipart body whose boundary is `x`.
NEVER_VALID_MULTIPARTS = {
    "no part": b"",
    "no boundary": CANARY.encode(),
    "cut off in the header": f'--x\r\nContent-Disposition: form-data; name="{CANARY}'.encode(),
    "cut off in the value": (
        f'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n{CANARY}'.encode()
    ),
    "no name": f"--x\r\nContent-Disposition: form-data\r\n\r\n{CANARY}\r\n--x--".encode(),
    "header is no header": f"--x\r\n{CANARY}\r\n\r\n{CANARY}\r\n--x--".encode(),
    "file instead of text": (
        f'--x\r\nContent-Disposition: form-data; name="username"; filename="{CANARY}"\r\n\r\n'
        f"{CANARY}\r\n--x--"
    ).encode(),
    "2,000 parts": (
        b'--x\r\nContent-Disposition: form-data; name="scope"\r\n\r\n1\r\n' * 2_000 + b"--x--"
    ),
    "part of 2 MiB": (
        b'--x\r\nContent-Disposition: form-data; name="scope"\r\n\r\n' + b"1" * 2**21 + b"\r\n--x--"
    ),
}
