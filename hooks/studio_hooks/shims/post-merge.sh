studio_hook() {
@include start@
@include quiet@
@include common@
@include yield@
  studio_1=${1:-}
  studio_2=
@include record@
@include kick@
}
@include note@
