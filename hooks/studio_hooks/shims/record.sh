# One short line in one write: appends of a few hundred bytes are never torn. A folder whose name
# would break the line is left out; the worker then looks at every worktree.
  case $studio_dir in *[[:cntrl:]]*) studio_dir= ;; esac
  printf '1\t@STAGE@\t%s\t%s\t%s\n' "$studio_dir" "$studio_1" "$studio_2" >>"$studio_common/studio/spool" || return 0
