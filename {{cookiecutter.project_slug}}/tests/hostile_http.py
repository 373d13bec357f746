"""Hostile requests as they go over the wire: what HTTP forbids, and what is odd but allowed."""

HOST = b"Host: 127.0.0.1"
JSON_TYPE = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"


def get(*headers: bytes, target: bytes = b"/livez", start: bytes = b"GET %s HTTP/1.1") -> bytes:
    """Write a request without a body."""
    line = start % target if b"%s" in start else start
    return b"\r\n".join([line, HOST, *headers, b"", b""])


def post(*headers: bytes, body: bytes = b"") -> bytes:
    """Write a request with a body whose length the headers tell, or do not."""
    return b"\r\n".join([b"POST /auth/refresh HTTP/1.1", HOST, JSON_TYPE, *headers, b"", body])


# RFC 9112 lets a server answer these with 400 and close the connection, since nobody can tell
# where the next request begins. There is nothing else that may cost a connection.
FORBIDDEN = {
    "NUL in a header": get(b"User-Agent: a\x00b"),
    "control character in a header": get(b"User-Agent: a\x01b"),
    "DEL in a header": get(b"User-Agent: a\x7fb"),
    "bare CR in a header": get(b"User-Agent: a\rb"),
    "folded header": get(b"User-Agent: a", b" b"),
    "header without colon": get(b"nothing"),
    "header without name": get(b": nothing"),
    "space in a name": get(b"X A: b"),
    "space behind a name": get(b"X-A : b"),
    "name in Latin-1": get(b"X-\xff: b"),
    "NUL in the target": get(target=b"/livez\x00"),
    "control character in the target": get(target=b"/livez\x01"),
    "invalid UTF-8 in the path": get(target=b"/products/\xff\xfe"),
    "invalid UTF-8 in the query": get(target=b"/products/?search=\xff\xfe"),
    "UTF-8 in the path": get(target="/products/\u202e".encode()),
    "space in the target": get(target=b"/pro ducts/"),
    "target without slash": get(target=b"livez"),
    "target that is no URL": get(target=b"http://[::1/livez"),
    "target of 200,000 bytes": get(target=b"/livez?" + b"a" * 200_000),
    "method in lower case": get(start=b"get /livez HTTP/1.1"),
    "method that nobody knows": get(start=b"CANARY /livez HTTP/1.1"),
    "proxy's method": get(start=b"CONNECT 127.0.0.1:80 HTTP/1.1"),
    "version that nobody knows": get(start=b"GET /livez HTTP/9.9"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "line feeds alone": b"GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n",
    "negative length": post(b"Content-Length: -1"),
    "length in words": post(b"Content-Length: two"),
    "length in digits of another script": post("Content-Length: \u0663".encode()),
    "length beyond 64 bits": post(b"Content-Length: 99999999999999999999999"),
    "two lengths": post(b"Content-Length: 1", b"Content-Length: 2", body=b"{}"),
    "length and chunks": post(b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n"),
    "unknown encoding of the transfer": post(b"Transfer-Encoding: canary"),
    "chunks not at last": post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n"),
    "chunk without length": post(CHUNKED, body=b"zz\r\n\r\n"),
    "chunk of negative length": post(CHUNKED, body=b"-1\r\n\r\n"),
    "chunk beyond 64 bits": post(CHUNKED, body=b"ffffffffffffffffff\r\n\r\n"),
}

# Strange, but requests: what comes next on the connection is to be answered.
ODD = {
    "fragment": get(target=b"/livez#canary"),
    "whole URL": get(target=b"http://canary.example/livez"),
    "two slashes": get(target=b"//livez"),
    "URL of a user": get(target=b"//a:b@c:99999/livez"),
    "asterisk": get(start=b"OPTIONS * HTTP/1.1"),
    "two hosts": get(b"Host: canary.example"),
    "host that is none": get(target=b"/products/").replace(HOST, b"Host: \xff\xfe[::"),
    "no host": get(target=b"/products/").replace(HOST, b"X-Host: none"),
    "header of 200,000 bytes": get(b"User-Agent: " + b"a" * 200_000),
    "5,000 headers": get(*[b"X-A: b"] * 5_000),
    "conditions that are none": get(b"Range: bytes=-1-,a", b"If-None-Match: \xff"),
    "websocket": get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: a"),
    "HTTP/2 later": get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c"),
    "unknown expectation": post(b"Expect: canary", b"Content-Length: 2", body=b"{}"),
    "charset that is none": post(
        b"Content-Type: application/json; charset=\xff", b"Content-Length: 2", body=b"{}"
    ),
    "UTF-16": post(b"Content-Length: 4", body=b"\xff\xfe{\x00"),
    "not compressed": post(b"Content-Encoding: gzip", b"Content-Length: 2", body=b"{}"),
    "chunks": post(CHUNKED, body=b"2\r\n{}\r\n0\r\n\r\n"),
    "chunk with an extension": post(CHUNKED, body=b'2;a="\xff"\r\n{}\r\n0\r\n\r\n'),
    "trailer": post(CHUNKED, body=b"2\r\n{}\r\n0\r\nX-Canary: 9\r\n\r\n"),
}
