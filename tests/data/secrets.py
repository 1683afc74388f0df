"""Secrets of every shape, none of them real, each put together when the tests run.

No whole one stands in this file: what looks for secrets in a repository would find it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from random import Random

LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE64 = ALNUM + "+/"
URL_SAFE = ALNUM + "-_"


@dataclass(frozen=True, slots=True)
class Case:
    """A secret between what stands before and after it, and what it has to be called."""

    kind: str
    secret: str
    before: str = "use "
    after: str = " from now on"

    @property
    def text(self) -> str:
        return f"{self.before}{self.secret}{self.after}"

    @property
    def redacted(self) -> str:
        return f"{self.before}[redacted: {self.kind}]{self.after}"


def body(alphabet: str, length: int, salt: str = "") -> str:
    """Return characters without sense, the same at each run, with letters and digits at the ends.

    Chance may give a letter alone where a scanner wants a digit, so the last one is a digit.
    """
    random = Random(f"{alphabet}{length}{salt}")
    first = random.choice([letter for letter in alphabet if letter.isalpha()])
    return first + "".join(random.choices(alphabet, k=length - 2)) + "7"


def uuid(salt: str) -> str:
    return "-".join(body(HEX, length, salt) for length in (8, 4, 4, 4, 12))


def jwt(salt: str) -> str:
    return f"eyJ{body(URL_SAFE, 33, salt)}.eyJ{body(URL_SAFE, 90, salt)}.{body(URL_SAFE, 43, salt)}"


def key_block(label: str, lines: int = 12) -> list[str]:
    """Return the lines of a private key, such as ``label`` "RSA "."""
    text = [body(BASE64, 64, str(number)) for number in range(lines)]
    begin, end = ("-----" + word + " " + label + "PRIVATE " + "KEY" for word in ("BEGIN", "END"))
    tail = " BLOCK-----" if label.startswith("PGP") else "-----"
    return [begin + tail, *text, body(BASE64, 22) + "==", end + tail]


GITHUB = [Case("github token", f"gh{letter}" + "_" + body(ALNUM, 36, letter)) for letter in "pousr"]
GITLAB = [
    Case("gitlab token", "gl" + kind + "-" + body(URL_SAFE, 20, kind))
    for kind in ("pat", "dt", "rt", "cbt", "ptt", "ft", "imt", "agent", "oas", "soat", "ffct")
]
TOKENS = [
    Case("aws access key", "AK" + "IA" + body(UPPER, 16)),
    Case("aws access key", "AS" + "IA" + body(UPPER, 16), "id=", ";"),
    *GITHUB,
    Case("github token", "gh" + "s_123456_" + jwt("github")),
    Case("github fine-grained token", "github" + "_pat_" + body(ALNUM, 22) + "_" + body(ALNUM, 59)),
    *GITLAB,
    Case("gitlab token", "gl" + "pat-" + body(URL_SAFE, 27) + ".01." + body(LOWER, 9)),
    Case("gitlab token", "GR" + "1348941" + body(URL_SAFE, 20)),
    Case("bitbucket app password", "AT" + "BB" + body(ALNUM, 32)),
    Case("atlassian token", "AT" + "ATT3" + body(URL_SAFE, 180) + "=" + body(UPPER, 8)),
    *(
        Case("slack token", f"xox{kind}" + "-2481632641-9876504321-" + body(ALNUM, 24))
        for kind in "abpr"
    ),
    Case("slack token", "xoxe" + ".xoxp-1-" + body(URL_SAFE, 60)),
    Case("slack app token", "xapp" + "-1-A012BCDEF-345678-" + body(HEX, 64)),
    Case(
        "slack webhook",
        "T0AB1CD2E/B0FG3HI4J/" + body(ALNUM, 24),
        "https://hooks." + "slack.com/services/",
    ),
    Case("stripe key", "sk" + "_live_" + body(ALNUM, 24)),
    Case("stripe key", "sk" + "_test_" + body(ALNUM, 99)),
    Case("stripe key", "rk" + "_live_" + body(ALNUM, 24)),
    Case("stripe webhook secret", "wh" + "sec_" + body(ALNUM, 32)),
    Case("anthropic key", "sk-" + "ant-api03-" + body(URL_SAFE, 93) + "AA"),
    Case("anthropic key", "sk-" + "ant-oat01-" + body(URL_SAFE, 93) + "AA"),
    Case("openrouter key", "sk-" + "or-v1-" + body(HEX, 64)),
    Case("openai key", "sk-" + "proj-" + body(URL_SAFE, 150)),
    Case("openai key", "sk-" + body(ALNUM, 20) + "T3Blbk" + "FJ" + body(ALNUM, 20)),
    Case("groq key", "gs" + "k_" + body(ALNUM, 52)),
    Case("xai key", "xai" + "-" + body(ALNUM, 80)),
    Case("perplexity key", "pp" + "lx-" + body(ALNUM, 48)),
    Case("replicate token", "r" + "8_" + body(ALNUM, 37)),
    Case("google api key", "AI" + "za" + body(URL_SAFE, 35)),
    Case("google oauth secret", "GOC" + "SPX-" + body(URL_SAFE, 28)),
    Case("google oauth token", "ya" + "29." + body(URL_SAFE, 120)),
    Case("google oauth token", "1/" + "/0" + body(URL_SAFE, 60)),
    Case(
        "azure storage key",
        body(BASE64, 86) + "==",
        "AccountName=studio;Account" + "Key=",
        ";EndpointSuffix=core.windows.net",
    ),
    Case("azure sas signature", body(ALNUM, 43) + "%3D", "?sv=2022-11-02&sp=r&s" + "ig=", "&x=1"),
    Case("azure client secret", body(ALNUM, 3) + "8Q" + "~" + body(ALNUM, 34)),
    Case("azure devops token", body(ALNUM, 76) + "AZ" + "DO" + body(ALNUM, 4)),
    Case("npm token", "np" + "m_" + body(ALNUM, 36), "//registry.example.org/:_authToken="),
    Case("pypi token", "py" + "pi-AgEIcHlwaS5vcmc" + body(URL_SAFE, 150)),
    Case("rubygems key", "ruby" + "gems_" + body(HEX, 48)),
    Case("crates.io token", "ci" + "o" + body(ALNUM, 32)),
    Case("docker token", "dckr" + "_pat_" + body(URL_SAFE, 27)),
    Case("digitalocean token", "do" + "p_v1_" + body(HEX, 64)),
    Case("heroku key", "HR" + "KU-AA" + body(URL_SAFE, 58)),
    Case("heroku api key", uuid("heroku"), "HEROKU_API_KEY=", ""),
    Case("twilio key", "S" + "K" + body(HEX, 32)),
    Case("sendgrid key", "S" + "G." + body(URL_SAFE, 22) + "." + body(URL_SAFE, 43)),
    Case("mailgun key", "key" + "-" + body(HEX, 32)),
    Case(
        "mailgun api key",
        f"{body(HEX, 32)}-{body(HEX, 8)}-{body(HEX, 8, 'b')}",
        "MAILGUN_API_KEY: ",
        "",
    ),
    Case("mailchimp key", body(HEX, 32) + "-us" + "12"),
    Case("telegram bot token", "2481632641" + ":A" + "A" + body(URL_SAFE, 33)),
    Case(
        "discord bot token",
        "M" + "T" + body(ALNUM, 24) + "." + body(URL_SAFE, 6) + "." + body(URL_SAFE, 38),
    ),
    Case(
        "discord webhook",
        body(URL_SAFE, 68),
        "https://discord" + ".com/api/webhooks/248163264128256512/",
    ),
    Case("shopify token", "shp" + "at_" + body(HEX, 32)),
    Case("square token", "sq0" + "atp-" + body(URL_SAFE, 22)),
    Case("square token", "EA" + "AA" + body(URL_SAFE, 60)),
    Case("cloudflare token", "cf" + "ut_" + body(ALNUM, 48)),
    Case("cloudflare token", "v1" + ".0-" + body(HEX, 24) + "-" + body(HEX, 146)),
    Case("cloudflare token", body(ALNUM, 40), 'CLOUDFLARE_API_TOKEN="', '"'),
    Case("vercel token", "vc" + "p_" + body(ALNUM, 56)),
    Case("netlify token", "nf" + "p_" + body(ALNUM, 36)),
    Case("fly.io token", "fm" + "2_" + body(BASE64, 120)),
    Case("datadog token", "dd" + "app_" + body(ALNUM, 34)),
    Case("datadog api key", body(HEX, 32), "DATADOG_API_KEY=", " make"),
    Case("new relic key", "NR" + "AK-" + body(UPPER, 27)),
    Case("new relic key", body(HEX, 36) + "NR" + "AL"),
    Case("grafana token", "gl" + "sa_" + body(ALNUM, 32) + "_" + body(HEX, 8)),
    Case("sentry token", "sntry" + "u_" + body(HEX, 64)),
    Case("databricks token", "da" + "pi" + body(HEX, 32)),
    Case("hugging face token", "h" + "f_" + body(string.ascii_letters, 33)),
    Case("vault token", "hv" + "s." + body(URL_SAFE, 95)),
    Case("terraform token", body(ALNUM, 14) + ".atlas" + "v1." + body(URL_SAFE, 67)),
    Case("pulumi token", "pu" + "l-" + body(HEX, 40)),
    Case("doppler token", "d" + "p.st.prd." + body(ALNUM, 43)),
    Case("1password token", "op" + "s_eyJ" + body(BASE64, 200)),
    Case("tailscale key", "ts" + "key-auth-" + body(ALNUM, 17) + "-" + body(ALNUM, 32)),
    Case("linear key", "lin" + "_api_" + body(ALNUM, 40)),
    Case("notion token", "nt" + "n_" + body(ALNUM, 46)),
    Case("notion token", "sec" + "ret_" + body(ALNUM, 43)),
    Case("figma token", "fi" + "gd_" + body(URL_SAFE, 40)),
    Case("airtable token", "pa" + "t" + body(ALNUM, 14) + "." + body(HEX, 64)),
    Case("postman key", "PM" + "AK-" + body(HEX, 24) + "-" + body(HEX, 34)),
    Case("planetscale token", "ps" + "cale_tkn_" + body(URL_SAFE, 43)),
    Case("supabase key", "sb" + "p_" + body(HEX, 40)),
    Case("supabase key", "sb" + "_secret_" + body(URL_SAFE, 31)),
    Case("dropbox token", "sl" + ".u." + body(URL_SAFE, 140)),
    Case("mapbox token", "sk" + "." + "eyJ" + body(ALNUM, 80) + "." + body(URL_SAFE, 22)),
    Case("circleci token", "CCI" + "PAT_" + body(ALNUM, 22) + "_" + body(HEX, 40)),
    Case("buildkite token", "bk" + "ua_" + body(HEX, 40)),
    Case("sonar token", "sq" + "p_" + body(HEX, 40)),
    Case("age secret key", "AGE-SECRET" + "-KEY-1" + body(UPPER, 58)),
    Case("json web token", jwt("plain")),
    Case("json web token", jwt("two"), 'body: "\\n', '\\n"'),
    Case("private key", "LS0tLS1CRUdJTi" + "BSU0Eg" + body(BASE64, 400), "client-key-data: ", ""),
]
PLACED = [
    Case("aws secret key", body(BASE64, 40), "aws_secret_access_key = ", ""),
    Case("secret key", body(BASE64, 40), "AWS Secret Access Key [None]: ", ""),
    Case("aws secret key", body(BASE64, 40), "AWS_SECRET_ACCESS_KEY=", " make deploy"),
    Case("secret key", body(ALNUM, 40), '"SecretAccess' + 'Key": "', '",'),
    Case("url password", "s0me" + "thing", "postgres://studio:", "@db.example.org:5432/studio"),
    Case("url password", "p@ss9" + "w!x", "https://ada:", "@example.org/x.git"),
    Case("url token", body(HEX, 40), "https://", "@example.org/x.git"),
    Case("authorization header", body(ALNUM, 40), "curl -H 'Authorization: Bearer ", "' api"),
    Case("authorization header", body(BASE64, 30) + "==", "authorization: Basic ", ""),
    Case("authorization header", body(URL_SAFE, 32), "sent Bearer ", " and got 401"),
    Case("password", "Tr0ub4" + "dor9x", "password=", ""),
    Case("password", "Winter" + "2031", 'password = "', '"'),
    Case("password", "K" + "ite$" + "flag", "password: ", ""),
    Case("password", "kite" + "4711", "DB_PASS=", " ./run"),
    Case("password", body(ALNUM, 14), "PGPASSWORD=", " psql"),
    Case("password", body(ALNUM, 14), "<password>", "</password>"),
    Case("password", body(ALNUM, 14), "mysql --password ", " -e 'select 1'"),
    Case("password", body(ALNUM, 14), "machine example.org login ada password ", ""),
    Case("password", body(ALNUM, 14), "curl -u ada:", " https://example.org"),
    Case("secret", body(URL_SAFE, 32), "client_secret: ", ""),
    Case("secret", uuid("secret"), '"clientSecret": "', '"'),
    Case("secret", body(LOWER, 24), "SECRET_1=", ""),
    Case("secret key", body(HEX, 128), "SECRET_KEY_BASE=", ""),
    Case("token", body(HEX, 40), "GITEA_TOKEN=", ""),
    Case("token", body(ALNUM, 24), "my token: ", "."),
    Case("token", body(ALNUM, 24), "deploy --token ", " now"),
    Case("token", body(ALNUM, 24), "https://example.org/x?token=", "&page=2"),
    Case("token", body(BASE64, 32), "//registry.example.org/:_auth=", ""),
    Case("token", body(ALNUM, 24), 'os.environ["TOKEN"] = "', '"'),
    Case("token", body(ALNUM, 24), 'const token: string = "', '";'),
    Case("token", body(ALNUM, 24), '{\\"token\\": \\"', '\\"}'),
    Case("api key", body(HEX, 32), "api_key: ", ""),
    Case("api key", body(LOWER, 32), 'apiKey: "', '",'),
    Case("api key", body(ALNUM, 28), "X-Api-Key: ", ""),
    Case("private key", body(BASE64, 43) + "=", "PrivateKey = ", ""),
    Case("signing key", body(BASE64, 43) + "=", "signing_key=", ""),
    Case("credential", body(ALNUM, 32), "credentials = '", "'"),
]
CASES = [*TOKENS, *PLACED]

# Every one has the form of an assignment, a URL or a token, and nothing to hide.
HARMLESS = [
    "Token: refresh rotation",
    "password: string",
    "password: Optional[str] = None",
    "secret: Uint8Array;",
    "token: OAuth2AccessToken",
    'api_key=os.environ["X"]',
    "api_key = os.environ.get('S3_API_KEY_2')",
    "apiKey: process.env.S3_KEY_2024,",
    "token = config.auth2.token_v2",
    "token = generate_token_v2(user1)",
    "secret = base64(x)[0:16]",
    "password = <your-password-1>",
    "token=<your-token>",
    "api_key=xxxxxxxxxxxxxxxx1",
    "API_KEY=XXXXXXXXXXXXXXXX",
    "password: changeme123",
    "password: your_password_123",
    "TOKEN=${TOKEN}",
    "TOKEN=${{ secrets.STUDIO_TOKEN_2 }}",
    "TOKEN=$GITHUB_TOKEN_2",
    "password={{ vault_db_password_2 }}",
    "password=%(db_password_2)s",
    'password = f"{user1}-{host2}"',
    "password=********",
    "password: example-1234-abcd",
    "secret = /run/secrets/db_password_1",
    "secret: projects/studio-12/secrets/db3/versions/7",
    "secret: op://vault1/item2/field3",
    "token: 123456789012345678901234567890",
    "token: 2031-05-04T10:11:12Z",
    "api_key: example-key-0a1b2c3d4e",
    "token: sha256-based, then HMAC-SHA256",
    "password: minimum 12 characters, 1 digit",
    "Secret: none; see RFC6749 and RFC7636",
    "token: [redacted: api key]",
    'password="[redacted:' + ' password]"',
    "PublicKeyToken=b77a5c561934e089",
    "checksum = 869b80dd1dc4bb1bbb5be0e5b1f0c7d4fdc3cf86",
    "password_file=/etc/studio/9f8e7d6c/password",
    "http://user:password@example.org/",
    "http://user:pass@localhost:8080/",
    "https://example.org:8443/a@b",
    "https://${USER}:${TOKEN}@example.org/",
    "https://x-access-token:$TOKEN@example.org/x.git",
    "postgres://postgres:postgres@localhost:5432/studio",
    "ssh://git@example.org:22/ada/studio.git",
    "git@example.org:ada/studio.git",
    "Authorization: Bearer <token>",
    "Authorization: Bearer $TOKEN",
    "Authorization: Basic realm and bearer tokens are described below",
    "docker run -u 1000:1000 alpine; curl -u user:password example.org",
    "the -----BEGIN PRIVATE " + "KEY----- line is what pre-commit looks for",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
    "AK" + "IA" + "IOSFODNN7" + "EXAMPLE",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY",
    "gh" + "p_" + "x" * 36,
    "sk-" + "ant-api03-" + "X" * 40,
    "gh" + "p_abc",
    "task-runner-with-a-long-name-and-1-digit",
    "eyJhbGciOi is how a JWT begins",
]
