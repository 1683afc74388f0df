local D = ...
D.wait_for_diagnostics(2)
D.act('Accept into Studio (this change)', 4)
D.seen.left = D.wait_for_diagnostics(1)
