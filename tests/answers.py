"""Answers to try: combinations that are baked, texts that must arrive intact, and refusals."""

from baking import CHOICES, Answers

# Every answer of every choice question, in pairs with every answer of the others.
COMBINATIONS: list[Answers] = [
    {"python_version": "3.13", "database": "postgresql", "task_queue": "arq"},
    {"python_version": "3.13", "database": "mongodb", "task_queue": "celery"},
    {"python_version": "3.13", "database": "postgresql", "task_queue": "both"},
    {"python_version": "3.13", "database": "mongodb", "task_queue": "none"},
    {"python_version": "3.14", "database": "postgresql", "task_queue": "arq"},
    {"python_version": "3.14", "database": "postgresql", "task_queue": "celery"},
    {"python_version": "3.14", "database": "postgresql", "task_queue": "both"},
    {"python_version": "3.14", "database": "postgresql", "task_queue": "none"},
    {"python_version": "3.12", "database": "mongodb", "task_queue": "arq"},
    {"python_version": "3.12", "database": "postgresql", "task_queue": "celery"},
    {"python_version": "3.12", "database": "mongodb", "task_queue": "both"},
    {"python_version": "3.12", "database": "postgresql", "task_queue": "none"},
    {"python_version": "3.11", "database": "postgresql", "task_queue": "arq"},
    {"python_version": "3.11", "database": "mongodb", "task_queue": "celery"},
    {"python_version": "3.11", "database": "postgresql", "task_queue": "both"},
    {"python_version": "3.11", "database": "mongodb", "task_queue": "none"},
]

# Each would leave a file called RAN if anything on the way took it for code.
HOSTILE: list[Answers] = [
    {
        "project_name": """"+__import__("os").system("touch RAN")+\"""",
        "project_slug": "hostile-python",
        "description": "$(touch RAN) `touch RAN` ${HOME} {% raw %} {# gone #} \\n \\u0041 \\",
        "author_name": "{{ cycler.__init__.__globals__.os.popen('touch RAN').read() }}",
    },
    {
        "project_name": "</script>'''👩‍💻 Мой \"\"\" {{ 7*7 }} \\",
        "project_slug": "hostile-text",
        "description": '- # *x*: [y](z) | & <b> %s {0} 日本 \' """ {% endif %} ; touch RAN #',
        "author_name": 'O\'Brien "Bob" \\N{BULLET} \\x41 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    },
    {
        "project_name": "'\"" * 17,
        "project_slug": "hostile-quotes",
        "description": "x" * 200,
        "author_name": "字" * 35,
        "author_email": "o'brien+{x}@sub.example.com",
        "database": "mongodb",
        "task_queue": "both",
    },
]

# Question, and an answer that is refused on the command line.
REFUSED: list[tuple[str, str]] = [
    ("project_slug", ""),
    ("project_slug", "."),
    ("project_slug", ".."),
    ("project_slug", "../x/y"),
    ("project_slug", "/x"),
    ("project_slug", "a/b"),
    ("project_slug", "a\\b"),
    ("project_slug", "My-Service"),
    ("project_slug", "my service"),
    ("project_slug", "my_service"),
    ("project_slug", "1st"),
    ("project_slug", "x-"),
    ("project_slug", "x--y"),
    ("project_slug", "x\n"),
    ("project_slug", "café"),
    ("project_slug", "con"),
    ("project_slug", "lpt1"),
    ("project_slug", "a" * 51),
    ("project_slug", "{{ cookiecutter.project_name }}"),
    ("project_name", ""),
    ("project_name", " "),
    ("project_name", "x "),
    ("project_name", "two\nlines"),
    ("project_name", "escape \x1b[31m"),
    ("project_name", "next line \x85"),
    ("project_name", "line separator \u2028"),
    ("project_name", "paragraph separator \u2029"),
    ("project_name", "right to left \u202e"),
    ("project_name", "isolate \u2066"),
    ("project_name", "hidden \u200b"),
    ("project_name", "no character \uffff"),
    ("project_name", "lone surrogate \udcff"),
    ("project_name", "x" * 71),
    ("project_name", "字" * 36),
    ("project_name", "\\" * 36),
    ("description", ""),
    ("description", "two\nlines"),
    ("description", "x" * 201),
    ("author_name", ""),
    ("author_name", "tab\t"),
    ("author_name", "x" * 71),
    ("author_email", ""),
    ("author_email", "you"),
    ("author_email", "you@"),
    ("author_email", "you@localhost"),
    ("author_email", "@example.com"),
    ("author_email", "you..x@example.com"),
    ("author_email", "you@-example.com"),
    ("author_email", "you@exämple.com"),
    ("author_email", "two words@example.com"),
    ("author_email", "you@example.com\n"),
    ("author_email", "You <you@example.com>"),
    ("author_email", "x" * 65 + "@example.com"),
    ("author_email", "x@" + 62 * "abc." + "example"),
]

# Each answer is fine by itself.
REFUSED_TOGETHER: list[Answers] = [
    {"database": "mongodb", "python_version": "3.14"},
]

# What only a replay file can bring: no command line can say it, or cookiecutter refuses it there.
REFUSED_IN_REPLAY: list[tuple[str, object]] = [
    ("project_slug", "../x/y"),
    ("project_slug", None),
    ("project_name", "nul \0"),
    ("project_name", "lone surrogate \ud800"),
    ("project_name", 5),
    ("description", ["x"]),
    ("author_email", {"x": "y"}),
    *((question, "none of them") for question in CHOICES),
    *((question, None) for question in CHOICES),
]
