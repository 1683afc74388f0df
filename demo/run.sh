#!/usr/bin/env bash
# The main job on a real repository, in a temporary home: bind, drift, commit, sync, remember.
# REPO=PATH-or-URL takes another repository. Nothing outside the temporary folder is touched.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
stage=$(mktemp -d "${TMPDIR:-/tmp}/studio-demo.XXXXXX")
trap 'leave' EXIT

# The background worker may still be writing: let it end before its folder goes.
leave() {
  status=$?
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$stage" 2>/dev/null && break
    sleep 0.2
  done
  exit "$status"
}

for name in $(git rev-parse --local-env-vars); do unset "$name"; done
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE
unset GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE
export HOME="$stage/home" STUDIO_HOME="$stage/home/.project-studio"
export GIT_CONFIG_GLOBAL="$stage/home/.gitconfig" GIT_CONFIG_NOSYSTEM=1
mkdir -p "$HOME"
git config --global user.name "Ada Example"
git config --global user.email "ada@example.org"
git config --global init.defaultBranch main
git config --global advice.detachedHead false

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi
tell() { printf '\n%s# %s%s\n' "$dim" "$1" "$plain"; }
# A command of the story: shown, then run; an exit status of 1 is an answer, not a failure.
run() {
  shown=''
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:=-]*) shown="$shown \"$word\"" ;; *) shown="$shown $word" ;; esac
  done
  printf '%s$%s%s\n' "$bold" "$shown" "$plain"
  "$@" || [ $? -eq 1 ]
}

source_repo=${1:-${REPO:-$here}}
clone="$stage/work"
if [ "$source_repo" != "$here" ] || git -C "$here" rev-parse --verify --quiet HEAD >/dev/null 2>&1; then
  git clone --quiet --no-hardlinks -- "$source_repo" "$clone"
else # an unpacked archive has no history: make one of its files
  mkdir "$clone"
  cp -R "$here/studio_git" "$here/README.md" "$clone/"
  git -C "$clone" init --quiet
  git -C "$clone" add -A
  git -C "$clone" commit --quiet -m "Import"
fi
cd "$clone"
git config user.email "ada@example.org"

tell "A repository with history, and a file that tells agents how to work in it"
if [ ! -e AGENTS.md ]; then
  printf '# How to work here\n\n## Commands\n\n- test: make test\n- lint: make lint\n\n## Style\n\n- Small modules, pure core.\n- Comments say why.\n' >AGENTS.md
  printf '@AGENTS.md\n' >CLAUDE.md
  git add AGENTS.md CLAUDE.md
  git commit --quiet -m "Tell agents how to work here"
fi
run git log --oneline -3

tell "Bind it to a project: the store is made, the files adopted, the hooks installed"
run git studio init --yes
git add -A
git commit --quiet -m "Bind to Project Studio"
run git studio status

tell "An agent edits AGENTS.md, and the commit is told that Studio has another text"
printf -- '- Say what a command prints before you rely on it.\n' >>AGENTS.md
git add AGENTS.md
run git commit -m "Agents check what a command prints" \
  -m "Decision: Context files are edited in the repository first
Rationale: The change is reviewed where it is used
Alternative: Edit Studio's copy and sync it down
Open-Question: Who may edit the constitution?"

tell "One command brings the two sides together"
run git studio diff
run git studio sync
run git studio status

tell "Meanwhile the dashboard changes Studio's copy, and the repository moves as well"
canonical=$(echo "$STUDIO_HOME"/projects/*/context/agents.md)
tail -n +2 "$canonical" >"$stage/rest"
{ printf '# How agents work here\n'; cat "$stage/rest"; } >"$canonical"
printf -- '- Name things as git does.\n' >>AGENTS.md
run git studio status
git add AGENTS.md
tell "Both sides moved: the commit is stopped, and says how to go on"
run git commit -m "Name things as git does"
run git studio resolve AGENTS.md --merge
git add AGENTS.md
run git commit -m "Name things as git does" -m "Problem: Reviews argued about words
Solution: git's own terms win
Tags: naming, review"

tell "What was done is remembered: sessions, decisions, learnings"
run git studio capture
run git studio session list
run git studio session show "$(git studio session list --json | sed -n 's/^ *"id": "\(.*\)",$/\1/p' | head -n 1)"
run git studio decision list
run git studio learning list

tell "Nothing is lost: the last resolution can be taken back"
run git studio undo
run git studio status

tell "All of this happened in $stage, which is removed now"
