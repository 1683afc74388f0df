# Commit hooks stand at the top of the work tree; in a worktree, a submodule or with
# --separate-git-dir, .git is a file that names the folder.
  case ${STUDIO_DISABLE:-0} in 0) ;; *) return 0 ;; esac
  studio_dir=${GIT_DIR:-.git}
  if [ -f "$studio_dir" ]; then
    IFS= read -r studio_dir <"$studio_dir"
    studio_dir=${studio_dir#gitdir: }
  fi
  case $studio_dir in /* | [A-Za-z]:*) ;; *) studio_dir=$PWD/$studio_dir ;; esac
