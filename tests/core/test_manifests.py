"""Which files are read, and what each form of them declares."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_git.core import manifests
from studio_git.core.manifestmodels import Declared, Ecosystem, ManifestError, Need


def read(path: str, text: str) -> Declared:
    return manifests.read(path, dedent(text))


def packages(found: Declared) -> dict[str, str | None]:
    """The packages as "ecosystem:name"; a hint has a question mark behind it."""
    return {
        f"{each.ecosystem}:{each.name}{'?' if each.hint else ''}": each.version
        for each in found.packages
    }


def needs(found: Declared) -> dict[str, str | None]:
    return {
        each.program: None if each.requirement is None else str(each.requirement)
        for each in found.needs
    }


class TestPyproject:
    def test_the_standard_tables(self) -> None:
        found = read(
            "pyproject.toml",
            """
            [project]
            name = "api"
            requires-python = ">=3.11,<4"
            dependencies = [
              "fastapi[standard]>=0.110",
              "Typing_Extensions ; python_version < '3.12'",
              "thing @ git+https://example.org/thing@v2",
              "psycopg == 3.1.*",
              42,
              "!!!",
            ]
            [project.optional-dependencies]
            docs = ["Django~=5.0"]
            [dependency-groups]
            dev = ["pytest>=8", {include-group = "lint"}]
            """,
        )
        assert packages(found) == {
            "pypi:fastapi": "0.110",
            "pypi:typing-extensions": None,
            "pypi:thing": None,
            "pypi:psycopg": "3.1",
            "pypi:django": "5.0",
            "pypi:pytest": "8",
        }
        assert needs(found) == {"python": ">= 3.11, < 4"}

    def test_poetry(self) -> None:
        found = read(
            "pyproject.toml",
            """
            [tool.poetry.dependencies]
            python = "^3.11"
            flask = "^3.0"
            celery = {version = "~5.3", extras = ["redis"]}
            local = {path = "../local"}
            many = [{version = "1.0", python = "<3.12"}, {version = "2.0"}]
            [tool.poetry.group.dev.dependencies]
            pytest = "*"
            [tool.poetry.dev-dependencies]
            mypy = ">=1.8"
            """,
        )
        assert packages(found) == {
            "pypi:flask": "3.0",
            "pypi:celery": "5.3",
            "pypi:local": None,
            "pypi:many": "1.0",
            "pypi:pytest": None,
            "pypi:mypy": "1.8",
        }
        assert needs(found) == {"python": "^3.11", "poetry": None}

    def test_the_settings_of_tools_declare_nothing(self) -> None:
        assert read("pyproject.toml", "[tool.ruff]\nline-length = 100\n") == Declared()

    def test_tables_of_another_shape(self) -> None:
        found = read(
            "pyproject.toml",
            """
            dependency-groups = 3
            [project]
            dependencies = "fastapi"
            requires-python = 3.11
            optional-dependencies = ["x"]
            [tool]
            poetry = "no"
            """,
        )
        assert packages(found) == {}
        assert needs(found) == {"python": "3.11"}


class TestRequirements:
    def test_what_pip_takes(self) -> None:
        found = read(
            "requirements.txt",
            """
            # what it runs on
            -r base.txt
            --index-url https://example.org/simple
            -e ./local
            Flask==3.0.2  # web
            redis >= 5, < 6
            uvicorn[standard]~=0.27 ; sys_platform != "win32"
            celery==5.3.6 \\
                --hash=sha256:00 \\
                --hash=sha256:11
            ./wheels/thing.whl
            https://example.org/thing.whl
            numpy==1.26.*
            odd=1.0
            """,
        )
        assert packages(found) == {
            "pypi:flask": "3.0.2",
            "pypi:redis": "5",
            "pypi:uvicorn": "0.27",
            "pypi:celery": "5.3.6",
            "pypi:numpy": "1.26",
            "pypi:odd": "1.0",
        }
        assert needs(found) == {"python": None}

    @pytest.mark.parametrize(
        "path", ["requirements-dev.txt", "requirements/prod.txt", "api/requirements.txt"]
    )
    def test_under_its_other_names(self, path: str) -> None:
        assert packages(read(path, "django\n")) == {"pypi:django": None}

    def test_an_empty_one_declares_nothing(self) -> None:
        assert read("requirements.txt", "# nothing yet\n") == Declared()


class TestPackageJson:
    def test_an_application(self) -> None:
        found = read(
            "package.json",
            """
            {"dependencies": {"react": "^18.2.0", "next": "14.x", "a": "*", "b": "latest"},
             "devDependencies": {"typescript": "~5.3.3", "vitest": ">=1 <2"},
             "peerDependencies": {"vue": "^2.7 || ^3.4"},
             "engines": {"node": ">=18.17 <21", "npm": ">=9", "vscode": "^1.80"},
             "packageManager": "pnpm@9.1.0+sha512.abcdef",
             "volta": {"node": "20.11.0", "extends": "../package.json"}}
            """,
        )
        assert packages(found) == {
            "npm:react": "18.2.0",
            "npm:next": "14",
            "npm:a": None,
            "npm:b": None,
            "npm:typescript": "5.3.3",
            "npm:vitest": "1",
            "npm:vue": "3.4",
        }
        assert [(need.program, str(need.requirement)) for need in found.needs] == [
            ("node", ">= 18.17 < 21"),
            ("npm", ">= 9"),
            ("pnpm", "9.1.0"),
            ("node", "20.11.0"),
        ]

    def test_versions_that_stand_elsewhere(self) -> None:
        found = read(
            "package.json",
            """
            {"dependencies": {"a": "workspace:^1.2", "b": "file:../b1", "c": "npm:react@^18.1",
              "d": "git+ssh://git@example.org/d#v1.2", "e": "github:x/y#semver:^2", "f": "catalog:",
              "g": "https://example.org/g-1.0.tgz", "h": null, "i": {"x": 1}, "j": 3}}
            """,
        )
        assert set(packages(found).values()) == {None, "18.1", "3"}
        assert needs(found) == {"node": None}

    def test_engines_for_development(self) -> None:
        found = read(
            "package.json",
            """
            {"devEngines": {"runtime": [{"name": "node", "version": "^22"}, {"name": "deno"}],
                            "packageManager": {"name": "yarn", "version": ">=4"}}}
            """,
        )
        assert needs(found) == {"node": "^22", "deno": None, "yarn": ">= 4"}

    def test_another_runtime_stands_in_for_node(self) -> None:
        assert needs(read("package.json", '{"packageManager": "bun@1.1.0"}')) == {"bun": "1.1.0"}

    def test_with_a_byte_order_mark(self) -> None:
        assert needs(read("package.json", "\ufeff{}")) == {"node": None}

    @pytest.mark.parametrize("text", ["[]", "{", "", "nul", '"x"', "[" * 100_000, "{,}"])
    def test_what_is_no_object(self, text: str) -> None:
        with pytest.raises(ManifestError):
            read("package.json", text)


def test_composer_json() -> None:
    found = read(
        "composer.json",
        """
        {"require": {"php": "^8.1 || ^8.2", "ext-json": "*", "Laravel/Framework": "^10.0"},
         "require-dev": {"phpunit/phpunit": "10.5.*"}}
        """,
    )
    assert packages(found) == {
        "composer:laravel/framework": "10.0",
        "composer:phpunit/phpunit": "10.5",
    }
    assert needs(found) == {"php": "^8.1 || ^8.2", "composer": None}


class TestGoMod:
    def test_a_module(self) -> None:
        found = read(
            "go.mod",
            """
            module example.org/thing

            go 1.22.1

            toolchain go1.23.0

            require github.com/gin-gonic/gin v1.9.1

            require (
            \tgithub.com/jackc/pgx/v5 v5.5.0 // why not
            \tgopkg.in/yaml.v3 v3.0.1
            \tgolang.org/x/sys v0.15.0 // indirect
            \tgithub.com/old/thing v2.0.0+incompatible
            )

            replace (
            \tgithub.com/a/b => ../b
            )
            exclude example.org/x v1.0.0
            """,
        )
        assert packages(found) == {
            "go:github.com/gin-gonic/gin": "1.9.1",
            "go:github.com/jackc/pgx": "5.5.0",
            "go:gopkg.in/yaml": "3.0.1",
            "go:github.com/old/thing": "2.0.0",
        }
        assert needs(found) == {"go": ">= 1.22.1"}

    def test_without_a_release(self) -> None:
        assert needs(read("go.mod", "module x\n")) == {"go": None}


class TestCargoToml:
    def test_a_package(self) -> None:
        found = read(
            "Cargo.toml",
            """
            [package]
            name = "thing"
            rust-version = "1.75"
            [dependencies]
            tokio = { version = "1.36", features = ["full"] }
            axum = "0.7"
            renamed = { package = "sqlx", version = "=0.7.3" }
            local = { path = "../local" }
            shared = { workspace = true }
            [dev-dependencies]
            insta = "1"
            [target.'cfg(unix)'.dependencies]
            nix = "0.27"
            """,
        )
        assert packages(found) == {
            "crates:tokio": "1.36",
            "crates:axum": "0.7",
            "crates:sqlx": "0.7.3",
            "crates:local": None,
            "crates:shared": None,
            "crates:insta": "1",
            "crates:nix": "0.27",
        }
        assert needs(found) == {"rust": ">= 1.75"}

    def test_a_workspace(self) -> None:
        found = read(
            "Cargo.toml",
            """
            [workspace]
            members = ["a", "b"]
            [workspace.package]
            rust-version = "1.70.0"
            [workspace.dependencies]
            axum = "0.7.4"
            """,
        )
        assert packages(found) == {"crates:axum": "0.7.4"}
        assert needs(found) == {"rust": ">= 1.70.0"}

    def test_a_member_that_leaves_it_to_the_workspace(self) -> None:
        assert needs(read("Cargo.toml", "[package]\nrust-version.workspace = true\n")) == {
            "rust": None
        }


class TestRuby:
    def test_gemfile(self) -> None:
        found = read(
            "Gemfile",
            """
            source "https://rubygems.org"
            ruby "~> 3.2"
            gem "rails", "~> 7.1.2"
            gem 'pg', '>= 0.18', '< 2.0'
            gem("sidekiq", "7.2", require: false)
            group :test do
              gem "rspec-rails", group: :test
            end
            # gem "unused", "1.0"
            """,
        )
        assert packages(found) == {
            "gems:rails": "7.1.2",
            "gems:pg": "0.18",
            "gems:sidekiq": "7.2",
            "gems:rspec-rails": None,
        }
        assert needs(found) == {"ruby": "~> 3.2", "bundler": None}

    def test_the_release_of_ruby_in_a_file_of_its_own(self) -> None:
        assert needs(read("Gemfile", 'ruby file: ".ruby-version"\n'))["ruby"] is None

    def test_lock_file(self) -> None:
        found = read(
            "Gemfile.lock",
            """\
            GEM
              remote: https://rubygems.org/
              specs:
                actionpack (7.1.3)
                  rack (>= 2.2.4)
                nokogiri (1.16.0-x86_64-linux)
                pg (1.5.4)
                rails (7.1.3)
                  actionpack (= 7.1.3)

            PLATFORMS
              ruby

            DEPENDENCIES
              nokogiri
              pg (~> 1.5)
              rails (~> 7.1)
              thing!

            RUBY VERSION
               ruby 3.3.0p0

            BUNDLED WITH
               2.5.4
            """,
        )
        assert packages(found) == {
            "gems:nokogiri?": "1.16.0",
            "gems:pg?": "1.5.4",
            "gems:rails?": "7.1.3",
            "gems:thing?": None,
            "file:ruby?": "3.3.0",
        }
        assert needs(found) == {}


class TestMaven:
    def test_a_pom(self) -> None:
        found = read(
            "pom.xml",
            """\
            <?xml version="1.0" encoding="UTF-8"?>
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <parent>
                <groupId>org.springframework.boot</groupId>
                <artifactId>spring-boot-starter-parent</artifactId>
                <version>3.2.1</version>
              </parent>
              <properties>
                <java.version>17</java.version>
                <pg>${pg.major}.7.1</pg>
                <pg.major>42</pg.major>
              </properties>
              <dependencyManagement><dependencies><dependency>
                <groupId>org.junit</groupId><artifactId>junit-bom</artifactId>
                <version>5.10.1</version>
              </dependency></dependencies></dependencyManagement>
              <dependencies>
                <dependency>
                  <groupId> org.postgresql </groupId><artifactId>postgresql</artifactId>
                  <version>${pg}</version>
                </dependency>
                <dependency>
                  <groupId>com.example</groupId><artifactId>x</artifactId>
                  <version>${revision}</version>
                </dependency>
              </dependencies>
            </project>
            """,
        )
        assert packages(found) == {
            "maven:org.springframework.boot:spring-boot-starter-parent": "3.2.1",
            "maven:org.junit:junit-bom": "5.10.1",
            "maven:org.postgresql:postgresql": "42.7.1",
            "maven:com.example:x": None,
        }
        assert needs(found) == {"java": ">= 17", "maven": None}

    @pytest.mark.parametrize(
        ("inside", "java"),
        [
            ("<properties><maven.compiler.source>1.8</maven.compiler.source></properties>", "8"),
            (
                "<properties><maven.compiler.release>${j}</maven.compiler.release><j>21</j>"
                "</properties>",
                "21",
            ),
            (
                "<build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId>"
                "<configuration><release>11</release></configuration></plugin></plugins></build>",
                "11",
            ),
        ],
    )
    def test_the_release_of_java(self, inside: str, java: str) -> None:
        assert needs(read("pom.xml", f"<project>{inside}</project>"))["java"] == f">= {java}"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "<project>",
            "<project>\ud800</project>",
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><project>&b;</project>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd"><project/>',
        ],
    )
    def test_what_is_not_read(self, text: str) -> None:
        with pytest.raises(ManifestError):
            read("pom.xml", text)

    def test_properties_that_grow_are_not_followed(self) -> None:
        grown = "".join(f"<p{n}>{f'${{p{n + 1}}}' * 50}</p{n}>" for n in range(20))
        text = (
            f"<project><properties>{grown}</properties><dependencies><dependency>"
            "<groupId>a</groupId><artifactId>b</artifactId><version>${p0}</version>"
            "</dependency></dependencies></project>"
        )
        assert packages(read("pom.xml", text)) == {"maven:a:b": None}


class TestGradle:
    def test_in_kotlin(self) -> None:
        found = read(
            "build.gradle.kts",
            """
            plugins {
                id("org.springframework.boot") version "3.2.0"
                kotlin("jvm") version "1.9.22"
                alias(libs.plugins.ktor)
            }
            java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }
            dependencies {
                implementation("org.postgresql:postgresql:42.7.1")
                implementation("io.ktor:ktor-server-core-jvm") // "not.this:one:1.0"
                testImplementation(platform("org.junit:junit-bom:5.10.1"))
                /* implementation("nor.this:one:1.0") */
                runtimeOnly("com.h2database:h2:$h2Version")
                maven { url = uri("https://example.org/repo") }
            }
            """,
        )
        assert packages(found) == {
            "maven:org.postgresql:postgresql": "42.7.1",
            "maven:io.ktor:ktor-server-core-jvm": None,
            "maven:org.junit:junit-bom": "5.10.1",
            "maven:com.h2database:h2": None,
            "maven:org.springframework.boot": "3.2.0",
            "maven:org.jetbrains.kotlin.jvm": "1.9.22",
        }
        assert needs(found) == {"java": ">= 21", "gradle": None}

    def test_in_groovy(self) -> None:
        found = read(
            "build.gradle",
            """
            plugins { id 'java'; id 'io.quarkus' version '3.6.4' }
            sourceCompatibility = JavaVersion.VERSION_1_8
            dependencies {
                implementation 'org.hibernate.orm:hibernate-core:6.4.1.Final'
                implementation group: 'junit', name: 'junit', version: '4.13.2'
                api "com.example:lib:${libVersion}@aar"
            }
            """,
        )
        assert packages(found) == {
            "maven:org.hibernate.orm:hibernate-core": "6.4.1",
            "maven:com.example:lib": None,
            "maven:junit:junit": "4.13.2",
            "maven:java": None,
            "maven:io.quarkus": "3.6.4",
        }
        assert needs(found) == {"java": ">= 8", "gradle": None}

    @pytest.mark.parametrize(
        ("line", "java"),
        [
            ("sourceCompatibility = 17", "17"),
            ("sourceCompatibility = '1.8'", "8"),
            ("sourceCompatibility '11'", "11"),
            ("sourceCompatibility = JavaVersion.VERSION_17", "17"),
            ("kotlin { jvmToolchain(17) }", "17"),
            ("jvmToolchain( 21 )", "21"),
        ],
    )
    def test_the_release_of_java(self, line: str, java: str) -> None:
        assert needs(read("build.gradle", line))["java"] == f">= {java}"

    def test_version_catalog(self) -> None:
        found = read(
            "gradle/libs.versions.toml",
            """
            [versions]
            ktor = "2.3.7"
            boot = { strictly = "3.2.0" }
            [libraries]
            ktor-core = { module = "io.ktor:ktor-server-core", version.ref = "ktor" }
            h2 = "com.h2database:h2:2.2.224"
            junit = { group = "org.junit.jupiter", name = "junit-jupiter", version = "5.10.1" }
            bare = { module = "a.b:c" }
            [plugins]
            boot = { id = "org.springframework.boot", version.ref = "boot" }
            kotlin = "org.jetbrains.kotlin.jvm:1.9.22"
            """,
        )
        assert packages(found) == {
            "maven:io.ktor:ktor-server-core": "2.3.7",
            "maven:com.h2database:h2": "2.2.224",
            "maven:org.junit.jupiter:junit-jupiter": "5.10.1",
            "maven:a.b:c": None,
            "maven:org.springframework.boot": "3.2.0",
            "maven:org.jetbrains.kotlin.jvm": "1.9.22",
        }

    def test_a_wrapper_brings_the_tool_along(self) -> None:
        brought = [(path, manifests.read(path, "")) for path in ("build.gradle", "gradlew")]
        assert [need.program for _, need in manifests.needs(brought)] == ["java"]


class TestDockerfile:
    def test_stages_and_arguments(self) -> None:
        found = read(
            "Dockerfile",
            """
            # syntax=docker/dockerfile:1
            ARG PYTHON=3.12
            ARG NODE
            FROM --platform=$BUILDPLATFORM node:${NODE:-20}-alpine AS Web
            ARG PYTHON=3.8
            RUN <<EOF
            FROM nothing:1
            EOF
            FROM ghcr.io/example/python:3.9@sha256:00 AS other
            FROM python:${PYTHON}-slim \\
              AS app
            COPY --from=web /dist /dist
            FROM app
            FROM scratch
            FROM $UNKNOWN
            from docker.io/library/postgres:16.1
            """,
        )
        assert packages(found) == {
            "file:dockerfile": None,
            "image:node": "20",
            "image:example/python": "3.9",
            "image:python": "3.12",
            "image:postgres": "16.1",
        }
        assert needs(found) == {"docker": None}

    def test_with_the_escape_of_windows(self) -> None:
        found = read(
            "Dockerfile", "# escape=`\nFROM `\n  golang:1.22\nRUN dir C:\\\nFROM redis:7\n"
        )
        assert {"image:golang", "image:redis"} < set(packages(found))

    @pytest.mark.parametrize(
        "path", ["Dockerfile.prod", "api.Dockerfile", "docker/web.dockerfile", "Containerfile"]
    )
    def test_under_its_other_names(self, path: str) -> None:
        assert packages(read(path, "FROM redis:7\n"))["image:redis"] == "7"


class TestCompose:
    def test_services(self) -> None:
        found = read(
            "compose.yaml",
            """
            x-common: &common
              restart: always
            services:
              db:
                <<: *common
                image: "postgres:16-alpine"
              cache: {image: redis:7.2}
              mail: {image: "localhost:5000/tools/mail:1"}
              search: {image: "${SEARCH:-docker.elastic.co/elasticsearch/elasticsearch:8.11.1}"}
              vector: {image: pgvector/pgvector:pg16}
              bitnami: {image: bitnami/mongodb:7.0}
              secret: {image: "${IMAGE}"}
              app: {build: .}
              tagged: !reset null
              odd: [1, 2]
            """,
        )
        assert packages(found) == {
            "file:compose": None,
            "image:postgres": "16",
            "image:redis": "7.2",
            "image:tools/mail": "1",
            "image:elasticsearch/elasticsearch": "8.11.1",
            "image:pgvector/pgvector": "16",
            "image:mongodb": "7.0",
        }
        assert needs(found) == {"docker": None}

    @pytest.mark.parametrize(
        "path", ["docker-compose.yml", "docker-compose.prod.yaml", "compose.yml"]
    )
    def test_under_its_other_names(self, path: str) -> None:
        assert "image:redis" in packages(read(path, "services: {a: {image: redis}}"))

    @pytest.mark.parametrize(
        "text", ["a: [", "a:\n\t- x", "&a [*b]", "{" * 5000, "? [a]\n: b", '"\\UFFFFFFFF"']
    )
    def test_what_is_no_yaml(self, text: str) -> None:
        with pytest.raises(ManifestError):
            read("compose.yml", text)

    def test_aliases_do_not_grow(self) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
        assert packages(read("compose.yml", "\n".join([*lines, "services: *a29"]))) == {
            "file:compose": None
        }


def test_workflow() -> None:
    found = read(
        ".github/workflows/ci.yml",
        """
        on: push
        jobs:
          test:
            runs-on: ubuntu-latest
            services:
              db: {image: "postgres:15"}
              cache: redis:7
            steps:
              - uses: actions/checkout@v4
              - uses: actions/setup-python@v5
                with: {python-version: 3.10}
              - uses: actions/setup-node@v4
                with: {node-version: "${{ matrix.node }}"}
              - uses: ./local
              - uses: docker://alpine:3.19
              - run: make
              - {uses: [x]}
          deploy:
            steps:
              - uses: Azure/login@v2
          called: {uses: "./.github/workflows/other.yml"}
        """,
    )
    assert packages(found) == {
        "file:workflow": None,
        "image:postgres": "15",
        "image:redis": "7",
        "action:actions/checkout": None,
        "file:python?": "3.10",
        "action:azure/login": None,
    }
    assert needs(found) == {}


class TestPins:
    def test_tool_versions(self) -> None:
        found = read(
            ".tool-versions",
            """
            # what we use
            nodejs 20.11.0
            python 3.11.4 3.10.1 system
            java temurin-21.0.1+12.0.LTS   # long-term
            golang
            \x1b[31m 1.0
            """,
        )
        assert needs(found) == {
            "nodejs": "20.11.0",
            "python": "3.11.4",
            "java": "temurin-21.0.1+12.0.LTS",
        }

    @pytest.mark.parametrize(
        "path", ["mise.toml", ".mise.toml", ".config/mise.toml", "mise/config.toml"]
    )
    def test_mise(self, path: str) -> None:
        found = read(
            path,
            """
            [tools]
            python = {version = "3.11", virtualenv = ".venv"}
            node = ["20", "18"]
            "core:go" = "1.22"
            "npm:prettier" = "3"
            terraform = 1.6
            empty = []
            [env]
            X = "y"
            """,
        )
        assert needs(found) == {
            "python": "3.11",
            "node": "20",
            "go": "1.22",
            "npm:prettier": "3",
            "terraform": "1.6",
        }

    @pytest.mark.parametrize(
        ("path", "text", "expected"),
        [
            (".nvmrc", "v20.11.0\n", {"node": "v20.11.0"}),
            (".nvmrc", "# long-term\nlts/iron\n", {"node": "lts/iron"}),
            (".node-version", "20", {"node": "20"}),
            (".python-version", "3.11.4\n3.10.1\n", {"python": "3.11.4"}),
            (".ruby-version", "ruby-3.3.0\n", {"ruby": "ruby-3.3.0"}),
            (".java-version", "17\n", {"java": "17"}),
            ("api/.python-version", "\n\n", {}),
            ("rust-toolchain", "1.75.0\n", {"rust": "1.75.0"}),
            ("rust-toolchain", "stable", {"rust": None}),
            ("rust-toolchain.toml", '[toolchain]\nchannel = "1.75-x86_64"\n', {"rust": "1.75"}),
            ("rust-toolchain.toml", '[toolchain]\nchannel = "nightly-2024-01-01"', {"rust": None}),
        ],
    )
    def test_one_version(self, path: str, text: str, expected: dict[str, str | None]) -> None:
        assert needs(read(path, text)) == expected

    def test_control_characters_stay_out(self) -> None:
        (need,) = read(".nvmrc", "20\x1b[31m\x00").needs
        assert str(need.requirement).isprintable()


class TestPresence:
    @pytest.mark.parametrize(
        ("path", "program"),
        [("uv.lock", "uv"), ("pnpm-lock.yaml", "pnpm"), ("web/yarn.lock", "yarn")],
    )
    def test_a_lock_file_needs_its_program(self, path: str, program: str) -> None:
        assert not manifests.needs_text(path)
        assert manifests.read(path, "whatever").needs == (Need(program),)

    def test_a_file_that_is_a_technology(self) -> None:
        assert packages(manifests.read("tsconfig.json", "")) == {"file:typescript": None}


class TestChosen:
    def test_the_nearest_to_the_top_first(self) -> None:
        paths = ["a/b/go.mod", "a/package.json", "a/pyproject.toml", ".github/workflows/ci.yml",
                 "Dockerfile", "package.json", "package.json", "src/main.py"]  # fmt: skip
        assert manifests.chosen(paths) == [
            "package.json",
            "Dockerfile",
            ".github/workflows/ci.yml",
            "a/pyproject.toml",
            "a/package.json",
            "a/b/go.mod",
        ]

    @pytest.mark.parametrize(
        "path",
        [
            "node_modules/x/package.json",
            "vendor/x/go.mod",
            "tests/fixtures/a/pyproject.toml",
            "examples/web/package.json",
            "docs/.github/workflows/x.yml",
            "my-package.json",
            "xgo.mod",
            "requirements.txt/x",
            "package.json.bak",
        ],
    )
    def test_what_is_left_out(self, path: str) -> None:
        assert manifests.chosen([path]) == []

    def test_every_kind_can_be_asked_of_git(self) -> None:
        specs = manifests.pathspecs()
        assert ":(top,glob)**/package.json" in specs
        assert ":(top,glob).github/workflows/*.yml" in specs


PATHS = (
    "pyproject.toml", "requirements.txt", "package.json", "composer.json", "go.mod", "Cargo.toml",
    "Gemfile", "Gemfile.lock", "pom.xml", "build.gradle", "gradle/libs.versions.toml", "Dockerfile",
    "compose.yml", ".github/workflows/ci.yml", ".tool-versions", "mise.toml", ".nvmrc",
    "rust-toolchain",
)  # fmt: skip

_BITS = st.sampled_from(
    ["[project]\n", "dependencies", " = ", "[", "]", '"a>=1"', "{", "}", '"', "'", ":", ",", "\n",
     "  ", "- ", "FROM a:1\n", "${A:-", "<project>", "</project>", "<dependency>", "gem 'a', '1'\n",
     "require (\n", "a/b v1.2\n", "services:\n", "jobs:\n", "uses: ", "image: ", "<<EOF\n", "\\\n",
     "&a ", "*a", "!!x ", "ruby 1\n", "id('a') version '1'", "\x00", "\ud800", "\x1b[31m", "3.11",
     "^18 || ", "=", "engines", '{"engines": {"node": 1e999}}', "[tools]\n", "a.b.c = 1\n"]
)  # fmt: skip


def attempt(path: str, text: str) -> Declared:
    """What a text declares, nothing where it is refused in one short line."""
    try:
        return manifests.read(path, text)
    except ManifestError as error:
        complaint = str(error)
    assert "\n" not in complaint
    assert len(complaint) < 200
    return Declared()


@given(st.sampled_from(PATHS), st.lists(_BITS, max_size=25).map("".join) | st.text(max_size=80))
def test_no_text_is_too_odd(path: str, text: str) -> None:
    found = attempt(path, text)
    for need in found.needs:
        str(need.requirement).encode()  # fit for the store
        assert need.program.isprintable()
    for package in found.packages:
        assert package.version is None or package.version[0].isdigit()
        assert package.ecosystem in Ecosystem


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "text",
    ["[" * 60_000, "{" * 60_000, "<a>" * 60_000, "a." * 60_000 + "b = 1", "- " * 60_000,
     "x" * 600_000, "\n" * 400_000, '"' * 100_001, "<a>" * 60_000 + "</a>" * 60_000],
    ids=["brackets", "braces", "tags", "dots", "dashes", "long", "lines", "quotes", "nested"],
)  # fmt: skip
def test_no_text_is_too_large(path: str, text: str) -> None:
    attempt(path, text)
