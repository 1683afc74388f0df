# Nothing is started for a message without a word of ours: its first lines are read here, which
# costs a system call for each byte, and still less than a process. Where one of them looks like a
# word, or there is more to read, grep counts the words, and two more processes tell whether git
# parses each of them; only then is Python asked. Exit status 3 is the only one that stops the
# commit.
studio_hook() {
@include start@
@include quiet@
@include common@
  studio_1=0
  while [ "$studio_1" -lt 40 ]; do
    studio_2=
    IFS= read -r studio_2 || [ -n "$studio_2" ] || return 0
    case $studio_2 in @LIKE-WORDS@) break ;; esac
    studio_1=$((studio_1 + 1))
  done 2>/dev/null <"${1:-}"
  studio_1=$(LC_ALL=C grep -ciE '@WORDS@' "${1:-}" 2>/dev/null)
  case $studio_1 in '' | 0 | *[!0-9]*) return 0 ;; esac
  studio_2=$(git interpret-trailers --parse <"$1" 2>/dev/null | LC_ALL=C grep -ciE '@WORDS@' 2>/dev/null)
  [ "$studio_1" != "$studio_2" ] || return 0
@include yield@
  studio_python=@PYTHON@
  [ -x "$studio_python" ] || return 0
  "$studio_python" @ISOLATION@ -m studio_hooks message --native "$1"
  [ $? -ne 3 ]
}
studio_hook ${1+"$@"} || exit 1
unset -f studio_hook
@include forget@
