"""What the secrets of the vendors look like: the prefixes and lengths that they publish.

A pattern has to be linear on any input. It does not fail late: what can be long stands last, or
behind a left edge, or has a bound. Where it has a group, the group alone is the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio_git.core.secretvalues import is_example

# No shape is shorter, and each has a run of such characters that is not all small letters: most
# text needs no further look.
_SHORTEST = 20
_RUN = re.compile(r"[A-Za-z0-9_+%=~-]{16,}+")
_NOT_SMALL = re.compile(r"[A-Z0-9]")

# Not inside a word; what an escaped line end or a URL escape leaves before a word is no part of it.
_EDGE = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_END = r"(?![A-Za-z0-9])"
_JWT = r"eyJ[\w-]{8,1024}+\.[\w-]{8,}+"


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of secret: one of ``marks`` (lower case) is in each of its texts."""

    kind: str
    marks: tuple[str, ...]
    pattern: str


SHAPES: tuple[Shape, ...] = (
    Shape(
        "aws access key",
        ("akia", "asia", "abia", "acca"),
        rf"{_EDGE}(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{{16}}{_END}",
    ),
    # The second form is the stateless one of 2026: ghs_APPID_JWT.
    Shape(
        "github token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        rf"gh[pousr]_(?:[A-Za-z0-9]{{30,}}+|[0-9]{{1,12}}_{_JWT}(?:\.[\w-]*+)?)",
    ),
    Shape("github fine-grained token", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{40,}+"),
    Shape(
        "gitlab token",
        ("gl", "gr1348941"),
        rf"{_EDGE}(?:gl(?:pat|oas|dt|rtr?|cbt|ptt|ft|imt|agent|wt|soat|ffct)-|GR1348941)"
        r"[\w-]{20,}+(?:\.[\w-]++){0,3}",
    ),
    Shape("bitbucket app password", ("atbb",), rf"{_EDGE}ATBB[A-Za-z0-9]{{28,}}+"),
    Shape("atlassian token", ("atatt3", "atctt3"), r"AT[AC]TT3[\w=-]{60,}+"),
    Shape("slack token", ("xox",), r"xox[a-z](?:\.xox[a-z])?-(?=[\w-]{0,40}[0-9])[\w-]{16,}+"),
    Shape("slack app token", ("xapp-",), r"xapp-[0-9]-[\w-]{20,}+"),
    Shape(
        "slack webhook",
        ("hooks.slack.com",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{20,}+)",
    ),
    Shape(
        "stripe key",
        ("k_live_", "k_test_"),
        rf"{_EDGE}[sr]k_(?:live|test)_[A-Za-z0-9]{{16,}}+",
    ),
    Shape("stripe webhook secret", ("whsec_",), r"whsec_[A-Za-z0-9+/=]{24,}+"),
    Shape("anthropic key", ("sk-ant-",), r"sk-ant-[a-z]{2,8}[0-9]{2}-[\w-]{20,}+"),
    Shape("openrouter key", ("sk-or-",), r"sk-or-v[0-9]-[0-9a-f]{32,}+"),
    Shape(
        "openai key",
        ("sk-",),
        rf"{_EDGE}sk-(?:(?:proj|svcacct|admin|None)-[\w-]{{20,}}+|[A-Za-z0-9]{{32,}}+)",
    ),
    Shape("groq key", ("gsk_",), rf"{_EDGE}gsk_[A-Za-z0-9]{{40,}}+"),
    Shape("xai key", ("xai-",), rf"{_EDGE}xai-[A-Za-z0-9]{{60,}}+"),
    Shape("perplexity key", ("pplx-",), rf"{_EDGE}pplx-[A-Za-z0-9]{{40,}}+"),
    Shape("replicate token", ("r8_",), rf"{_EDGE}r8_[A-Za-z0-9]{{37,}}+"),
    Shape("google api key", ("aiza",), r"AIza[\w-]{35}"),
    Shape("google oauth secret", ("gocspx-",), r"GOCSPX-[\w-]{24,}+"),
    Shape("google oauth token", ("ya29.", "1//0"), rf"{_EDGE}(?:ya29\.|1//0)[\w-]{{30,}}+"),
    Shape(
        "azure storage key", ("==",), r"(?i:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{42,}+={1,2})"
    ),
    Shape("azure sas signature", ("sig=",), r"[?&;]sig=([A-Za-z0-9%+/]{40,}+={0,2})"),
    Shape("azure client secret", ("q~",), rf"{_EDGE}[\w.~-]{{3}}[0-9]Q~[\w.~-]{{31,}}+"),
    Shape("azure devops token", ("azdo",), rf"{_EDGE}[A-Za-z0-9]{{76}}AZDO[A-Za-z0-9]{{4}}{_END}"),
    Shape("npm token", ("npm_",), rf"{_EDGE}npm_[A-Za-z0-9]{{36,}}+"),
    Shape("pypi token", ("pypi-ag",), r"pypi-Ag[\w-]{50,}+"),
    Shape("rubygems key", ("rubygems_",), r"rubygems_[0-9a-f]{48,}+"),
    Shape("crates.io token", ("cio",), rf"{_EDGE}cio[A-Za-z0-9]{{32}}{_END}"),
    Shape("docker token", ("dckr_",), r"dckr_[po]at_[\w-]{27,}+"),
    Shape("digitalocean token", ("_v1_",), rf"{_EDGE}do[opr]_v1_[0-9a-f]{{64,}}+"),
    Shape("heroku key", ("hrku-",), r"HRKU-[\w-]{36,}+"),
    Shape("twilio key", ("sk",), rf"{_EDGE}SK[0-9a-f]{{32}}{_END}"),
    Shape("sendgrid key", ("sg.",), rf"{_EDGE}SG\.[\w-]{{16,32}}\.[\w-]{{32,}}+"),
    Shape("mailgun key", ("key-",), rf"(?<![\w/-])key-[0-9a-z]{{32}}{_END}"),
    Shape("mailchimp key", ("-us",), rf"{_EDGE}[0-9a-f]{{32}}-us[0-9]{{1,2}}{_END}"),
    Shape("telegram bot token", (":aa",), r"(?<![0-9])[0-9]{8,10}:AA[\w-]{32,}+"),
    # The first part is the bot's number in base64: a digit leads to M, N or O.
    Shape(
        "discord bot token",
        (".",),
        r"[MNO](?<![\w-].)[\w-]{22,28}+\.[\w-]{6,7}+\.[\w-]{27,}+",
    ),
    Shape(
        "discord webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/[0-9]{5,24}/([\w-]{30,}+)",
    ),
    Shape("shopify token", ("shp",), rf"{_EDGE}shp[a-z]{{2}}_[0-9a-fA-F]{{32,}}+"),
    Shape(
        "square token",
        ("sq0", "eaaa"),
        rf"{_EDGE}(?:sq0(?:atp|csp)-[\w-]{{22,}}+|EAAA[\w-]{{60}}{_END})",
    ),
    Shape(
        "cloudflare token",
        ("cfk_", "cfut_", "cfat_", "v1.0-"),
        rf"{_EDGE}(?:cf(?:k|ut|at)_[A-Za-z0-9]{{40,}}+|v1\.0-[0-9a-f]{{24}}-[0-9a-f]{{100,}}+)",
    ),
    Shape("vercel token", ("vc",), rf"{_EDGE}vc[piakr]_[A-Za-z0-9]{{24,}}+"),
    Shape("netlify token", ("nfp_",), rf"{_EDGE}nfp_[A-Za-z0-9]{{36,}}+"),
    Shape(
        "fly.io token",
        ("fo1_", "fm2_"),
        rf"{_EDGE}(?:fo1_[\w-]{{40,}}+|fm2_[A-Za-z0-9+/=]{{60,}}+)",
    ),
    Shape("datadog token", ("ddapp_", "ddpat_"), rf"{_EDGE}dd(?:app|pat)_[A-Za-z0-9]{{32,}}+"),
    Shape(
        "new relic key",
        ("nrak-", "nrii-", "nrjs-", "nrra-", "nral"),
        rf"{_EDGE}(?:NR(?:AK|II|JS|RA)-[\w-]{{19,}}+|[0-9a-f]{{36}}NRAL{_END})",
    ),
    Shape("grafana token", ("glsa_", "glc_"), rf"{_EDGE}(?:glsa|glc)_[A-Za-z0-9+/=_]{{32,}}+"),
    Shape("sentry token", ("sntry",), r"sntry[su]_[A-Za-z0-9+/=_]{40,}+"),
    Shape("databricks token", ("dapi",), rf"{_EDGE}dapi[0-9a-f]{{32}}(?:-[0-9])?{_END}"),
    Shape("hugging face token", ("hf_", "api_org_"), rf"{_EDGE}(?:hf|api_org)_[A-Za-z0-9]{{30,}}+"),
    Shape("vault token", ("hvs.", "hvb.", "hvr."), rf"{_EDGE}hv[sbr]\.[\w-]{{24,}}+"),
    Shape("terraform token", (".atlasv1.",), rf"{_EDGE}[A-Za-z0-9]{{14}}\.atlasv1\.[\w-]{{40,}}+"),
    Shape("pulumi token", ("pul-",), rf"{_EDGE}pul-[0-9a-f]{{40}}{_END}"),
    Shape(
        "doppler token",
        ("dp.",),
        rf"{_EDGE}dp\.[a-z]{{2,6}}\.(?:[\w-]{{1,40}}\.)?[A-Za-z0-9]{{40,}}+",
    ),
    Shape("1password token", ("ops_eyj",), r"ops_eyJ[\w=+/-]{60,}+"),
    Shape("tailscale key", ("tskey-",), r"tskey-[a-z]{2,10}-[\w-]{16,}+"),
    Shape("linear key", ("lin_",), rf"{_EDGE}lin_(?:api|oauth)_[A-Za-z0-9]{{32,}}+"),
    Shape(
        "notion token",
        ("ntn_", "secret_"),
        rf"{_EDGE}(?:ntn_[A-Za-z0-9]{{40,}}+|secret_[A-Za-z0-9]{{43}}{_END})",
    ),
    Shape("figma token", ("figd_", "figdr_", "figu_"), rf"{_EDGE}fig(?:dr?|u)_[\w-]{{36,}}+"),
    Shape("airtable token", ("pat",), rf"{_EDGE}pat[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}"),
    Shape("postman key", ("pmak-",), r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    Shape("planetscale token", ("pscale_",), r"pscale_[a-z]{2,5}_[\w.=-]{32,}+"),
    Shape(
        "supabase key",
        ("sbp_", "sb_secret_"),
        rf"{_EDGE}(?:sbp_[0-9a-f]{{40}}|sb_secret_[\w-]{{20,}}+)",
    ),
    Shape("dropbox token", ("sl.",), rf"{_EDGE}sl\.(?:u\.)?[\w-]{{120,}}+"),
    Shape("mapbox token", ("sk.eyj",), rf"{_EDGE}sk\.{_JWT}"),
    Shape("circleci token", ("ccipat_",), r"CCIPAT_[\w-]{30,}+"),
    Shape("buildkite token", ("bkua_",), r"bkua_[0-9a-f]{40}"),
    Shape("sonar token", ("sqp_", "squ_", "sqa_"), rf"{_EDGE}sq[pua]_[0-9a-f]{{40}}"),
    Shape(
        "age secret key", ("age-secret-key-",), r"(?i:AGE-SECRET-KEY)-(?:PQ-)?1[0-9A-Za-z]{50,}+"
    ),
    Shape("json web token", ("eyj",), rf"(?:(?<![\w-])|(?<=\\[nrt])){_JWT}(?:\.[\w-]*+){{0,3}}"),
    # "-----BEGIN", then the kind and "PRIVATE KEY", in base64.
    Shape(
        "private key",
        ("ls0tls1crudjti",),
        r"LS0tLS1CRUdJTi(?:BQUklW|BSU0Eg|BFQyBQ|BPUEVO|BFTkNS|BEU0Eg)[A-Za-z0-9+/=]{20,}+",
    ),
)

_MARKS: tuple[tuple[str, Shape], ...] = tuple(
    (mark, shape) for shape in SHAPES for mark in shape.marks
)


def find_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Find tokens by their shape: start, end and kind."""
    words = " ".join([word for word in text.split() if len(word) >= _SHORTEST])
    if not _NOT_SMALL.search(" ".join(_RUN.findall(words))):
        return
    words = words.lower()
    shapes = list(dict.fromkeys([shape for mark, shape in _MARKS if mark in words]))
    ends = []
    for shape in shapes:
        # re keeps what it compiled; most shapes are never asked for, and cost no start-up.
        for match in re.finditer(shape.pattern, text, re.ASCII):
            if not is_example(match[0]):
                yield *match.span(match.lastindex or 0), shape.kind
                ends.append(match.end())
    yield from _right_behind(text, shapes, ends)


def _right_behind(
    text: str, shapes: Sequence[Shape], ends: list[int]
) -> Iterator[tuple[int, int, str]]:
    """Find the tokens that begin where another one ends, and so have no edge of their own.

    Once the first is replaced they have one: without this, a row of them took a pass for each.
    """
    known = set(ends)
    while ends:
        end = ends.pop()
        for shape in shapes:
            match = re.compile(shape.pattern.replace(_EDGE, ""), re.ASCII).match(text, end)
            if match and not is_example(match[0]):
                yield *match.span(match.lastindex or 0), shape.kind
                if match.end() not in known:
                    known.add(match.end())
                    ends.append(match.end())
