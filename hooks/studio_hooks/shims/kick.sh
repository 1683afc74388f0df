# One worker per burst: whoever makes the kick starts it, and it takes the kick away. A kick that
# is older than half a minute was left by a worker that never came up.
  studio_python=@PYTHON@
  [ -x "$studio_python" ] || return 0
@include clock@
  studio_clobber=+C
  case $- in *C*) studio_clobber=-C ;; esac
  set -C
  studio_kick=
  echo "$studio_now" >"$studio_common/studio/kick" || studio_kick=old
  set "$studio_clobber"
  if [ -n "$studio_kick" ]; then
    IFS= read -r studio_kick <"$studio_common/studio/kick"
    case $studio_kick in '' | 0* | *[!0-9]*) studio_kick=1 ;; esac
    studio_age=$((studio_now - studio_kick))
    if [ "$studio_age" -ge 0 ] && [ "$studio_age" -le 30 ]; then return 0; fi
@include date@
    studio_age=$((studio_now - studio_kick))
    if [ "$studio_age" -ge 0 ] && [ "$studio_age" -le 30 ]; then return 0; fi
    echo "$studio_now" >|"$studio_common/studio/kick" || return 0
  fi
# The worker is deaf to a terminal that is closed from its first moment on.
  trap '' HUP
  "$studio_python" @ISOLATION@ -m studio_hooks worker "$studio_common" &
  trap - HUP
