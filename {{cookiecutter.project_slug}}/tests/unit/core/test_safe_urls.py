"""How an address that a stranger gives us may be spelled."""

import re
from ipaddress import ip_network

import pytest
from httpx2 import URL

from app.core.safe_urls import (
    LONGEST_HOST,
    LONGEST_URL,
    URL_SCHEMA,
    UnsafeUrlError,
    UrlRules,
    check_url,
)
from tests.private_targets import HOSTS, URLS

PUBLIC = UrlRules()
OWN = UrlRules(http_allowed=True, networks=[ip_network("127.0.0.0/8"), ip_network("fd00:1::/32")])

GOOD = [
    "https://receiver.example.com",
    "https://receiver.example.com/",
    "https://receiver.example.com:443/done",
    "https://receiver.example.com:8443/done?for=7&then=%20",
    "https://receiver.example.com?for=7",
    "HTTPS://Receiver.Example.COM/Done",
    "https://a-b.c--d.example.co.uk/x/../y;z=1,2/@me:you/~",
    "https://xn--mnchen-3ya.example/",
    "https://example.xn--p1ai/",
    "https://1.example.com/",
    "https://127.0.0.1.example.com/",
    f"https://receiver.example.com/{'a' * 1_971}",
]
ALL_BAD = [*URLS, *(f"https://{host}/done" for host in HOSTS)]


@pytest.mark.parametrize("url", GOOD)
def test_a_plain_https_address_of_a_public_name_is_taken(url: str) -> None:
    check_url(url, PUBLIC)


@pytest.mark.parametrize("url", GOOD)
def test_the_client_reads_the_same_host_in_what_is_taken(url: str) -> None:
    host = url.partition("://")[2].lower().partition("/")[0].partition("?")[0].partition(":")[0]

    assert URL(url).raw_host.decode() == host
    assert (URL(url).userinfo, URL(url).fragment) == (b"", "")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("port", ["", ":8443"])
def test_a_host_that_is_an_address_in_any_spelling_or_a_name_of_our_own_is_refused(
    host: str, port: str
) -> None:
    with pytest.raises(UnsafeUrlError):
        check_url(f"https://{host}{port}/done", PUBLIC)


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_plain_https_address_or_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrlError):
        check_url(url, PUBLIC)


def test_refusals_have_a_few_texts_which_hold_nothing_of_the_input() -> None:
    texts = set()

    for url in ALL_BAD:
        with pytest.raises(UnsafeUrlError) as refusal:
            check_url(url, PUBLIC)
        texts.add(str(refusal.value))

    assert len(texts) <= 5 < len(ALL_BAD)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/done",
        "http://localhost:9000/",
        "http://receiver/",
        "https://receiver.internal/",
        "https://[fd00:1::1]/",
        "http://receiver.example.com/",
    ],
)
def test_hosts_of_networks_that_are_opened_may_have_any_name_and_their_plain_address(
    url: str,
) -> None:
    check_url(url, OWN)

    with pytest.raises(UnsafeUrlError):
        check_url(url, PUBLIC)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://2130706433/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[fd00:1:0::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/",
        "http://receiver.0x1/",
        "http://receiver.example.com:25/",
    ],
)
def test_other_networks_and_other_spellings_stay_refused_where_some_are_opened(url: str) -> None:
    with pytest.raises(UnsafeUrlError):
        check_url(url, OWN)


def test_what_the_api_document_calls_valid_is_taken() -> None:
    # To the document's patterns a line break is no end.
    pattern = URL_SCHEMA["pattern"].removesuffix("$") + r"\Z"
    nobodys = URL_SCHEMA["not"]["pattern"]

    valid = [
        url
        for url in (*GOOD, *ALL_BAD)
        if re.search(pattern, url) and not re.search(nobodys, url) and len(url) <= LONGEST_URL
    ]

    assert len(valid) > len(GOOD) / 2
    for url in valid:
        # The document has no words for the length of a part.
        assert url in GOOD or len(url) > LONGEST_HOST
