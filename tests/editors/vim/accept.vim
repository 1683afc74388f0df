call WaitForDiagnostics(2)
let g:seen.titles = Act('Accept into Studio (whole file)', 5)
call WaitForDiagnostics(0)
