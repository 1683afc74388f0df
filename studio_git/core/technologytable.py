"""The technologies that are recognised: what people call them, and what gives them away.

A mark is an ecosystem and a name in it. Behind ":" the version found is the technology's own;
behind "~" it is that of a driver or an action, and says nothing of the technology. A Maven mark
without an artifact is a group or a plugin. The category is None for what goes with the language
beside it: frontend where the packages of the repository are a frontend's, else backend.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Category(StrEnum):
    """``tech_stack.category`` of the data model, in the order in which they are shown."""

    BACKEND = "backend"
    FRONTEND = "frontend"
    DATABASE = "database"
    DEPLOYMENT = "deployment"


BACKEND, FRONTEND = Category.BACKEND, Category.FRONTEND
DATABASE, DEPLOYMENT = Category.DATABASE, Category.DEPLOYMENT

TECHNOLOGIES: Sequence[tuple[str, Category | None, str]] = (
    # languages; "file" marks are programs that are needed, and files that are there
    ("Python", BACKEND, "file:python image:python"),
    ("Node.js", BACKEND, "file:node image:node"),
    ("Go", BACKEND, "file:go image:golang"),
    ("Rust", BACKEND, "file:rust image:rust"),
    ("Ruby", BACKEND, "file:ruby image:ruby"),
    ("PHP", BACKEND, "file:php image:php"),
    ("Java", BACKEND, "file:java image:openjdk image:eclipse-temurin image:amazoncorretto"),
    ("Kotlin", BACKEND, "maven:org.jetbrains.kotlin maven:org.jetbrains.kotlin.jvm "
     "maven:org.jetbrains.kotlin.android maven:org.jetbrains.kotlin.multiplatform"),
    ("Scala", BACKEND, "maven:org.scala-lang"),
    ("Groovy", BACKEND, "maven:org.apache.groovy"),
    (".NET", BACKEND, "file:dotnet image:dotnet/sdk image:dotnet/aspnet image:dotnet/runtime"),
    ("Elixir", BACKEND, "file:elixir image:elixir"),
    ("Deno", BACKEND, "file:deno image:denoland/deno"),
    ("Bun", BACKEND, "file:bun image:oven/bun"),
    ("TypeScript", None, "npm:typescript file~typescript"),
    # backend, Python
    ("FastAPI", BACKEND, "pypi:fastapi"),
    ("Django", BACKEND, "pypi:django"),
    ("Django REST framework", BACKEND, "pypi:djangorestframework"),
    ("Flask", BACKEND, "pypi:flask"),
    ("Litestar", BACKEND, "pypi:litestar"),
    ("Starlette", BACKEND, "pypi:starlette"),
    ("aiohttp", BACKEND, "pypi:aiohttp"),
    ("Tornado", BACKEND, "pypi:tornado"),
    ("Sanic", BACKEND, "pypi:sanic"),
    ("Falcon", BACKEND, "pypi:falcon"),
    ("Pyramid", BACKEND, "pypi:pyramid"),
    ("Pydantic", BACKEND, "pypi:pydantic"),
    ("SQLAlchemy", BACKEND, "pypi:sqlalchemy"),
    ("SQLModel", BACKEND, "pypi:sqlmodel"),
    ("Celery", BACKEND, "pypi:celery"),
    ("Airflow", BACKEND, "pypi:apache-airflow image:apache/airflow"),
    ("Click", BACKEND, "pypi:click"),
    ("Typer", BACKEND, "pypi:typer"),
    ("NumPy", BACKEND, "pypi:numpy"),
    ("pandas", BACKEND, "pypi:pandas"),
    ("Polars", BACKEND, "pypi:polars crates:polars"),
    ("scikit-learn", BACKEND, "pypi:scikit-learn"),
    ("PyTorch", BACKEND, "pypi:torch"),
    ("TensorFlow", BACKEND, "pypi:tensorflow"),
    ("Transformers", BACKEND, "pypi:transformers"),
    ("LangChain", BACKEND, "pypi:langchain npm:langchain"),
    ("pytest", BACKEND, "pypi:pytest"),
    # backend, JavaScript
    ("Express", BACKEND, "npm:express"),
    ("NestJS", BACKEND, "npm:@nestjs/core"),
    ("Fastify", BACKEND, "npm:fastify"),
    ("Koa", BACKEND, "npm:koa"),
    ("Hono", BACKEND, "npm:hono"),
    ("hapi", BACKEND, "npm:@hapi/hapi"),
    ("Apollo Server", BACKEND, "npm:@apollo/server npm:apollo-server"),
    ("tRPC", BACKEND, "npm:@trpc/server"),
    ("Socket.IO", BACKEND, "npm:socket.io"),
    ("Prisma", BACKEND, "npm:prisma npm:@prisma/client"),
    ("Drizzle", BACKEND, "npm:drizzle-orm"),
    ("TypeORM", BACKEND, "npm:typeorm"),
    ("Sequelize", BACKEND, "npm:sequelize"),
    # backend, others
    ("Gin", BACKEND, "go:github.com/gin-gonic/gin"),
    ("Echo", BACKEND, "go:github.com/labstack/echo"),
    ("Fiber", BACKEND, "go:github.com/gofiber/fiber"),
    ("chi", BACKEND, "go:github.com/go-chi/chi"),
    ("GORM", BACKEND, "go:gorm.io/gorm"),
    ("Cobra", BACKEND, "go:github.com/spf13/cobra"),
    ("gRPC", BACKEND, "go:google.golang.org/grpc pypi:grpcio npm:@grpc/grpc-js crates:tonic"),
    ("Axum", BACKEND, "crates:axum"),
    ("Actix Web", BACKEND, "crates:actix-web"),
    ("Rocket", BACKEND, "crates:rocket"),
    ("Tokio", BACKEND, "crates:tokio"),
    ("Diesel", BACKEND, "crates:diesel"),
    ("SQLx", BACKEND, "crates:sqlx"),
    ("clap", BACKEND, "crates:clap"),
    ("Ruby on Rails", BACKEND, "gems:rails"),
    ("Sinatra", BACKEND, "gems:sinatra"),
    ("Hanami", BACKEND, "gems:hanami"),
    ("Sidekiq", BACKEND, "gems:sidekiq"),
    ("RSpec", BACKEND, "gems:rspec gems~rspec-rails"),
    ("Laravel", BACKEND, "composer:laravel/framework"),
    ("Symfony", BACKEND, "composer:symfony/framework-bundle composer:symfony/symfony"),
    ("Slim", BACKEND, "composer:slim/slim"),
    ("CakePHP", BACKEND, "composer:cakephp/cakephp"),
    ("Drupal", BACKEND, "composer:drupal/core composer:drupal/core-recommended"),
    ("WordPress", BACKEND, "image:wordpress composer:johnpbloch/wordpress"),
    ("Doctrine", BACKEND, "composer:doctrine/orm"),
    ("PHPUnit", BACKEND, "composer:phpunit/phpunit"),
    ("Spring Boot", BACKEND, "maven:org.springframework.boot"),
    ("Spring", BACKEND, "maven:org.springframework"),
    ("Quarkus", BACKEND, "maven:io.quarkus maven:io.quarkus.platform"),
    ("Micronaut", BACKEND, "maven:io.micronaut maven~io.micronaut.application"),
    ("Ktor", BACKEND, "maven:io.ktor maven:io.ktor.plugin"),
    ("Hibernate", BACKEND, "maven:org.hibernate.orm maven:org.hibernate"),
    ("JUnit", BACKEND, "maven:org.junit.jupiter maven:org.junit maven:junit"),
    ("RabbitMQ", BACKEND, "image:rabbitmq pypi~pika npm~amqplib"),
    ("Kafka", BACKEND, "image:apache/kafka image:kafka image~confluentinc/cp-kafka "
     "pypi~kafka-python pypi~confluent-kafka npm~kafkajs maven~org.apache.kafka"),
    ("NATS", BACKEND, "image:nats"),
    ("Keycloak", BACKEND, "image:keycloak/keycloak"),
    # frontend
    ("React", FRONTEND, "npm:react"),
    ("Next.js", FRONTEND, "npm:next"),
    ("Remix", FRONTEND, "npm:@remix-run/react"),
    ("React Router", FRONTEND, "npm:react-router npm:react-router-dom"),
    ("React Native", FRONTEND, "npm:react-native"),
    ("Expo", FRONTEND, "npm:expo"),
    ("Redux", FRONTEND, "npm:redux npm~@reduxjs/toolkit"),
    ("TanStack Query", FRONTEND, "npm:@tanstack/react-query npm:@tanstack/vue-query"),
    ("Vue", FRONTEND, "npm:vue"),
    ("Nuxt", FRONTEND, "npm:nuxt"),
    ("Pinia", FRONTEND, "npm:pinia"),
    ("Angular", FRONTEND, "npm:@angular/core"),
    ("Svelte", FRONTEND, "npm:svelte"),
    ("SvelteKit", FRONTEND, "npm:@sveltejs/kit"),
    ("Solid", FRONTEND, "npm:solid-js"),
    ("Preact", FRONTEND, "npm:preact"),
    ("Qwik", FRONTEND, "npm:@builder.io/qwik"),
    ("Lit", FRONTEND, "npm:lit"),
    ("Astro", FRONTEND, "npm:astro"),
    ("Gatsby", FRONTEND, "npm:gatsby"),
    ("Eleventy", FRONTEND, "npm:@11ty/eleventy"),
    ("Ember.js", FRONTEND, "npm:ember-source"),
    ("Alpine.js", FRONTEND, "npm:alpinejs"),
    ("htmx", FRONTEND, "npm:htmx.org pypi~django-htmx"),
    ("jQuery", FRONTEND, "npm:jquery"),
    ("Tailwind CSS", FRONTEND, "npm:tailwindcss gems~tailwindcss-rails"),
    ("Bootstrap", FRONTEND, "npm:bootstrap"),
    ("MUI", FRONTEND, "npm:@mui/material"),
    ("Electron", FRONTEND, "npm:electron"),
    ("Tauri", FRONTEND, "crates:tauri npm:@tauri-apps/api"),
    ("Three.js", FRONTEND, "npm:three"),
    ("D3", FRONTEND, "npm:d3"),
    ("Vite", FRONTEND, "npm:vite"),
    ("webpack", FRONTEND, "npm:webpack"),
    ("Storybook", FRONTEND, "npm:storybook"),
    ("Leptos", FRONTEND, "crates:leptos"),
    ("Yew", FRONTEND, "crates:yew"),
    ("Hotwire", FRONTEND, "gems~turbo-rails npm~@hotwired/turbo-rails npm~@hotwired/turbo"),
    ("Jekyll", FRONTEND, "gems:jekyll"),
    ("Livewire", FRONTEND, "composer:livewire/livewire"),
    ("Streamlit", FRONTEND, "pypi:streamlit"),
    ("Gradio", FRONTEND, "pypi:gradio"),
    ("Dash", FRONTEND, "pypi:dash"),
    ("Textual", FRONTEND, "pypi:textual"),
    ("Android", FRONTEND, "maven~com.android.application maven~com.android.library"),
    ("Jest", None, "npm:jest"),
    ("Vitest", None, "npm:vitest"),
    ("Mocha", None, "npm:mocha"),
    ("Cypress", FRONTEND, "npm:cypress"),
    ("Playwright", FRONTEND, "npm:@playwright/test npm:playwright pypi:playwright "
     "pypi~pytest-playwright"),
    # databases
    ("PostgreSQL", DATABASE, "image:postgres image:postgresql image:postgis/postgis "
     "image:pgvector/pgvector pypi~psycopg pypi~psycopg2 pypi~psycopg2-binary pypi~asyncpg npm~pg "
     "npm~postgres go~github.com/jackc/pgx go~github.com/lib/pq gems~pg "
     "maven~org.postgresql:postgresql crates~tokio-postgres crates~postgres"),
    ("MySQL", DATABASE, "image:mysql pypi~mysqlclient pypi~pymysql pypi~aiomysql "
     "pypi~mysql-connector-python npm~mysql2 npm~mysql go~github.com/go-sql-driver/mysql "
     "gems~mysql2 maven~com.mysql:mysql-connector-j maven~mysql:mysql-connector-java"),
    ("MariaDB", DATABASE, "image:mariadb pypi~mariadb npm~mariadb maven~org.mariadb.jdbc"),
    ("SQLite", DATABASE, "pypi~aiosqlite pypi~sqlite-utils npm~sqlite3 npm~better-sqlite3 "
     "go~github.com/mattn/go-sqlite3 go~modernc.org/sqlite gems~sqlite3 crates~rusqlite "
     "maven~org.xerial:sqlite-jdbc"),
    ("SQL Server", DATABASE, "image:mssql/server pypi~pymssql npm~mssql "
     "maven~com.microsoft.sqlserver"),
    ("Oracle Database", DATABASE, "image:gvenzl/oracle-free pypi~oracledb npm~oracledb "
     "maven~com.oracle.database.jdbc"),
    ("MongoDB", DATABASE, "image:mongo image:mongodb pypi~pymongo pypi~motor npm~mongodb "
     "npm~mongoose go~go.mongodb.org/mongo-driver gems~mongoid composer~mongodb/mongodb "
     "crates~mongodb maven~org.mongodb"),
    ("Redis", DATABASE, "image:redis image~redis/redis-stack pypi~redis npm~redis npm~ioredis "
     "go~github.com/redis/go-redis gems~redis composer~predis/predis crates~redis "
     "maven~redis.clients:jedis"),
    ("Valkey", DATABASE, "image:valkey/valkey pypi~valkey"),
    ("Memcached", DATABASE, "image:memcached pypi~pymemcache gems~dalli"),
    ("Elasticsearch", DATABASE, "image:elasticsearch image:elasticsearch/elasticsearch "
     "pypi~elasticsearch npm~@elastic/elasticsearch maven~org.elasticsearch.client"),
    ("OpenSearch", DATABASE, "image:opensearchproject/opensearch pypi~opensearch-py"),
    ("Meilisearch", DATABASE, "image:getmeili/meilisearch npm~meilisearch"),
    ("Cassandra", DATABASE, "image:cassandra pypi~cassandra-driver"),
    ("ClickHouse", DATABASE, "image:clickhouse/clickhouse-server image:clickhouse "
     "pypi~clickhouse-connect pypi~clickhouse-driver npm~@clickhouse/client"),
    ("DuckDB", DATABASE, "pypi:duckdb npm~duckdb crates~duckdb"),
    ("Neo4j", DATABASE, "image:neo4j pypi~neo4j npm~neo4j-driver"),
    ("InfluxDB", DATABASE, "image:influxdb pypi~influxdb-client"),
    ("TimescaleDB", DATABASE, "image~timescale/timescaledb image~timescale/timescaledb-ha"),
    ("CockroachDB", DATABASE, "image:cockroachdb/cockroach"),
    ("Qdrant", DATABASE, "image:qdrant/qdrant pypi~qdrant-client"),
    ("Chroma", DATABASE, "image:chromadb/chroma pypi~chromadb"),
    ("Supabase", DATABASE, "npm~@supabase/supabase-js pypi~supabase"),
    ("Firebase", DATABASE, "npm~firebase npm~firebase-admin pypi~firebase-admin"),
    ("H2", DATABASE, "maven:com.h2database:h2"),
    ("MinIO", DATABASE, "image:minio/minio pypi~minio"),
    # deployment
    ("Docker", DEPLOYMENT, "file:dockerfile action~docker/build-push-action"),
    ("Docker Compose", DEPLOYMENT, "file:compose"),
    ("GitHub Actions", DEPLOYMENT, "file:workflow"),
    ("Kubernetes", DEPLOYMENT, "action~azure/k8s-deploy action~azure/setup-kubectl"),
    ("Helm", DEPLOYMENT, "file:helm action~azure/setup-helm"),
    ("Terraform", DEPLOYMENT, "file:terraform action~hashicorp/setup-terraform"),
    ("OpenTofu", DEPLOYMENT, "action~opentofu/setup-opentofu"),
    ("Pulumi", DEPLOYMENT, "pypi:pulumi npm:@pulumi/pulumi action~pulumi/actions"),
    ("Ansible", DEPLOYMENT, "pypi:ansible pypi:ansible-core"),
    ("AWS", DEPLOYMENT, "action~aws-actions/configure-aws-credentials"),
    ("AWS CDK", DEPLOYMENT, "npm:aws-cdk-lib pypi:aws-cdk-lib"),
    ("Azure", DEPLOYMENT, "action~azure/login"),
    ("Google Cloud", DEPLOYMENT, "action~google-github-actions/auth"),
    ("Serverless Framework", DEPLOYMENT, "npm:serverless"),
    ("Vercel", DEPLOYMENT, "file:vercel npm~vercel"),
    ("Netlify", DEPLOYMENT, "file:netlify npm~netlify-cli"),
    ("Fly.io", DEPLOYMENT, "file:fly action~superfly/flyctl-actions/setup-flyctl"),
    ("Cloudflare Workers", DEPLOYMENT, "file:wrangler npm~wrangler "
     "action~cloudflare/wrangler-action"),
    ("GitHub Pages", DEPLOYMENT, "action~actions/deploy-pages action~peaceiris/actions-gh-pages"),
    ("nginx", DEPLOYMENT, "image:nginx image:nginxinc/nginx-unprivileged"),
    ("Caddy", DEPLOYMENT, "image:caddy"),
    ("Traefik", DEPLOYMENT, "image:traefik"),
    ("HAProxy", DEPLOYMENT, "image:haproxy"),
    ("Gunicorn", DEPLOYMENT, "pypi:gunicorn"),
    ("Uvicorn", DEPLOYMENT, "pypi:uvicorn"),
    ("Puma", DEPLOYMENT, "gems:puma"),
    ("Prometheus", DEPLOYMENT, "image:prom/prometheus"),
    ("Grafana", DEPLOYMENT, "image:grafana/grafana"),
    ("LocalStack", DEPLOYMENT, "image:localstack/localstack"),
)  # fmt: skip
