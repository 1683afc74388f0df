# `git am` keeps its state in rebase-apply, as `git rebase --apply` does; only the latter has
# `rebasing`. The last patch of a series starts the worker.
studio_hook() {
@include start@
  [ ! -e "$studio_dir/rebase-apply/rebasing" ] || return 0
@include common@
@include yield@
  studio_1=
  studio_2=
  IFS= read -r studio_1 <"$studio_dir/rebase-apply/next"
  IFS= read -r studio_2 <"$studio_dir/rebase-apply/last"
@include record@
  [ "$studio_1" = "$studio_2" ] || return 0
@include kick@
}
@include note@
