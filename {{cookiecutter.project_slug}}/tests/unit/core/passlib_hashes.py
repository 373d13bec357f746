"""Hashes that passlib 1.7.4 made with bcrypt 3.2.2, by `bcrypt.using(ident=..., rounds=...)`."""

PHRASE = "correct horse battery"
CYRILLIC = "пароль с чайником"
LONG_SENTENCE = " ".join(["a long sentence"] * 6)
# Its 72nd byte is the first of a letter's two.
CUT_LETTER = "a" * 71 + "жaa"
# The accent is a character of its own.
DECOMPOSED = "cafe\u0301 au lait fort"

BCRYPT_HASHES = [
    (PHRASE, "$2b$12$xeAzPIyMkGA39thUW3FcQuRRN9XcFgSAiAfwYtDEZxnEbEuexmIw."),
    (PHRASE, "$2b$10$qnNLgnWzMFHFeaO5GSjSmOLiS8CEkOqLCLRNb.Lfp48En6fJ1FhH2"),
    (PHRASE, "$2b$06$HVb8ObIniYxHs6zp9S0hb./Q0Z/UK1PwGNujVDHKKSLXoBGXBDUsG"),
    (PHRASE, "$2b$04$1SytBY8t/Tlauw/k1eB20.gEqH/lpbkslGuxvCvBTIc2cH.HZjwK6"),
    (PHRASE, "$2a$05$Z/tiiR9ki/BfqBnpM8162.hSdVVbQZFUGcHiKBywN7wDZvE.2viOa"),
    (PHRASE, "$2y$05$KY708FY/L0dI677d1xqtYOpxOqCrM29cSy4Mn1dUtNHXy/mveCjce"),
    (CYRILLIC, "$2b$05$WghzewJctGQ.jbvRyqnBFO8ym8Kj3aZMnfsfhk.5CUEGFfuKOvXTK"),
    (CYRILLIC, "$2a$05$GZ1VogtGBMhIFxP666Soi.jQO37SY1KiwlsBqajYJED996xjRqKwm"),
    (CYRILLIC, "$2y$05$rEY/v3GqDWMAujJ8ZU7SZ.MmmmmYEbQ9kwOvwJnJbBMEprUgOKc0W"),
    ("🫖" * 20, "$2b$05$QPgbSU0GVnQtV30fXhJv9.ZhHdst.qXRC59W4cI2bnkOLG1ejCFue"),
    (DECOMPOSED, "$2b$05$8NhxDqL9SHUIaSHPeQeIQOJMyF2T6auH1ONYe2G0mJox7YjitSTQ6"),
    (LONG_SENTENCE, "$2b$05$RnjJHb3S0bKHjqkxNepyfenNZdZih8e/qOtim8wZPc3C3Z/cBJTC6"),
    (LONG_SENTENCE, "$2a$05$5AYX3Rd8WqPZk045aXGn/OQGr5o0PjFbOc5igY3X3cTWlb5anbxsu"),
    (LONG_SENTENCE, "$2y$05$RZSKXKkjdjFAwVPnBuOpGekgnXZoKJbXrM1NPuQngCUwCPETs2a9a"),
    (CUT_LETTER, "$2a$05$x4L0vW9ch/wDBN.nx9871e.8qL3RPIlwXJuYfk4Zr6y84KVBFtENe"),
    ("x" * 300, "$2a$04$9DFiJ5t90J0mVPtjhoCyrui/TOJc9p2J7xgTzcAAVIxYngVGDPc4m"),
    ("short", "$2b$05$xEjKTH1RHOpgTRvA.2Mxu.TzFYDKNPBvdPpIgBCb6otwzl/3Ft//y"),
]

# By `argon2.using(type=..., memory_cost=1024, rounds=2, parallelism=2)`, all of `CYRILLIC`.
ARGON2_HASHES = [
    "$argon2id$v=19$m=1024,t=2,p=2$snaO8d57r9Xa+9+7txailA$3DR86GoLwW9JQskuq40EBKp4wgsFQZa8J2iMB9pfbcI",
    "$argon2i$v=19$m=1024,t=2,p=2$iJGyFmIMAUBIaQ1hDKGUUg$Dp8IBppOywUxNxQ2AYsVt47g9QLO+Pw29/pYurM0+D4",
    "$argon2d$v=19$m=1024,t=2,p=2$KmVsTUlp7f2/9/5/r/We8w$nnE7KYW6x/Hvk1viYf3D5CzePIrs/M6wHP7zIhMdhC0",
]
