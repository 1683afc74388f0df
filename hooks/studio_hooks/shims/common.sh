# Worktrees share one folder, and the spool in it; only a bound clone has anything to do.
  studio_common=$studio_dir
  if [ -f "$studio_dir/commondir" ]; then
    IFS= read -r studio_common <"$studio_dir/commondir"
    case $studio_common in /* | [A-Za-z]:*) ;; *) studio_common=$studio_dir/$studio_common ;; esac
  fi
  [ -e "$studio_common/studio/binding.json" ] || return 0
