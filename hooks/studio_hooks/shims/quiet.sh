# A rebase is one event: post-rewrite tells it, at its end.
  if [ -e "$studio_dir/rebase-merge" ] || [ -e "$studio_dir/rebase-apply" ]; then return 0; fi
