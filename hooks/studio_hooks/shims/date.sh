  studio_now=$(date +%s 2>/dev/null)
  case $studio_now in '' | *[!0-9]*) studio_now=0 ;; esac
