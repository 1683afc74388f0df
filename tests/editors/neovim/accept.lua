local D = ...
D.wait_for_diagnostics(2)
D.seen.titles = D.act('Accept into Studio (whole file)', 4)
D.wait_for_diagnostics(0)
