# Only for a message that a person is about to write; where none is, git's editor is ":".
studio_hook() {
  case ${2:-} in '' | template) ;; *) return 0 ;; esac
  [ "${GIT_EDITOR:-}" != : ] || return 0
@include start@
@include quiet@
@include common@
@include yield@
  studio_python=@PYTHON@
  [ -x "$studio_python" ] || return 0
  "$studio_python" @ISOLATION@ -m studio_hooks prepare ${1+"$@"}
}
@include note@
