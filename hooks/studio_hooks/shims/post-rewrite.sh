# The pairs on the standard input go into a file, and the host hook reads that file as its own
# standard input. It opens it before the worker can hear of it and take it away.
studio_save() {
@include start@
@include common@
@include yield@
  set -C
  for studio_file in 0 1 2 3 4 5 6 7 8 9; do
    studio_file=$studio_common/studio/rewrite.$$.$studio_file
    if true >"$studio_file"; then
      printf '%s' "$studio_file"
      while IFS= read -r studio_1 || [ -n "$studio_1" ]; do
        printf '%s\n' "$studio_1"
      done >>"$studio_file"
      return 0
    fi
  done
}
studio_hook() {
@include start@
@include common@
  studio_1=${1:-}
  studio_2=@${studio_pairs##*/}
  studio_file=$studio_dir
@include record@
# A reword inside a rebase is provisional: noted, and settled at the end of the rebase.
  if [ "$studio_1" = amend ] && [ -e "$studio_file/rebase-merge" ]; then return 0; fi
@include kick@
}
studio_pairs=$(exec 2>/dev/null && studio_save) || studio_pairs=
unset -f studio_save
if [ -r "$studio_pairs" ]; then
  exec <"$studio_pairs"
  studio_hook ${1+"$@"} </dev/null >/dev/null 2>&1 || :
fi
unset -f studio_hook
@include forget@
