call WaitForDiagnostics(2)
call Act("Use Studio's version (this change)", 5)
let g:seen.left = WaitForDiagnostics(1)
let g:seen.lines = getline(1, '$')
