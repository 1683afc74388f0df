studio_hook() {
@include start@
@include quiet@
@include common@
@include yield@
  studio_1=${CLAUDE_CODE_SESSION_ID:-}
  case $studio_1 in *[!A-Za-z0-9-]*) studio_1= ;; esac
  [ ${#studio_1} -le 64 ] || studio_1=
  studio_2=
@include record@
@include kick@
}
@include note@
