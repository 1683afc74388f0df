# The third argument is 0 where only files were restored.
studio_hook() {
  [ "${3:-}" = 1 ] || return 0
@include start@
@include quiet@
@include common@
@include yield@
  studio_1=
  studio_2=
@include record@
@include kick@
}
@include note@
