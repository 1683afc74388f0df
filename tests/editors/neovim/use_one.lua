local D = ...
D.wait_for_diagnostics(2)
D.act("Use Studio's version (this change)", 4)
D.seen.left = D.wait_for_diagnostics(1)
D.seen.lines = D.lines()
