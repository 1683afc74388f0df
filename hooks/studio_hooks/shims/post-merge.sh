studio_hook() {
@include start@
@include quiet@
@include common@
@include yield@
  studio_1=${1:-}
  studio_2=
# What `merge --squash` is to bring in is known until it is committed: kept under the commit that
# it was merged onto.
  if [ "$studio_1" = 1 ] && [ -r "$studio_dir/SQUASH_MSG" ]; then
    studio_file=$(git rev-parse --verify --quiet HEAD) &&
      while IFS= read -r studio_2; do
        case $studio_2 in 'commit '*) printf '%s\n' "${studio_2#commit }" ;; esac
      done <"$studio_dir/SQUASH_MSG" >|"$studio_common/studio/squash.$studio_file"
    studio_2=
  fi
@include record@
@include kick@
}
@include note@
