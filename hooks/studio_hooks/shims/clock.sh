# Git hands the author's date to most hooks, which saves a process.
  studio_now=${GIT_AUTHOR_DATE:-}
  studio_now=${studio_now#@}
  studio_now=${studio_now%% *}
  case $studio_now in '' | 0* | *[!0-9]*)
@include date@
  ;; esac
