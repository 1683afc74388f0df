# A function and not a subshell: a fork costs as much as all the rest of this but git. Called on
# the left of ||, it is not ended by the host's `set -e`. Exit status 3 of the Python check is the
# only one that stops the commit.
studio_hook() {
@include start@
  if [ -r "$studio_dir/studio/check" ]; then
# What a check file that was cut short leaves unsaid counts as a difference; `command` keeps a
# syntax error in it from ending the hook.
    studio_same=
    studio_clean=
    studio_told=
    studio_day=-1
    set --
    command . "$studio_dir/studio/check" 2>/dev/null
    if [ "$studio_same" = 1 ]; then
      if [ $# -eq 0 ]; then
        studio_found=
      else
        studio_found=$(LC_ALL=C git -c core.quotePath=true --literal-pathspecs ls-files -s -- "$@" 2>/dev/null) || studio_found='?'
      fi
      case =$studio_found in
      "$studio_clean") return 0 ;;
      "$studio_told")
@include clock@
        if [ "$((studio_now / 86400))" -eq "$studio_day" ]; then return 0; fi
# An amended commit carries its old date.
@include date@
        if [ "$((studio_now / 86400))" -eq "$studio_day" ]; then return 0; fi
        ;;
      esac
    fi
  fi
@include common@
@include yield@
  studio_python=@PYTHON@
  if [ -x "$studio_python" ]; then
    "$studio_python" @ISOLATION@ -m studio_hooks drift --native
    [ $? -ne 3 ]
    return
  fi
  echo "studio-git: $studio_python is gone, so the drift check did not run. To put it right: git studio hooks install" >&2
  return 0
}
studio_hook || exit 1
unset -f studio_hook
@include forget@
