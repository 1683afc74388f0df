let g:seen.before = WaitForDiagnostics(1)
call Act("Use Studio's version", 3)
call Wait('the text', {-> getline(3) =~# 'plain'})
silent write
call WaitForDiagnostics(0)
let g:seen.lines = getline(1, '$')
