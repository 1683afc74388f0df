call WaitForDiagnostics(2)
call Act('Accept into Studio (this change)', 5)
let g:seen.left = WaitForDiagnostics(1)
