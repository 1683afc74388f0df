call WaitForDiagnostics(2)
StudioCompare
call Wait('the comparison', {-> winnr('$') == 2})
let g:seen.diff = [getwinvar(1, '&diff'), getwinvar(2, '&diff')]
let g:seen.left = getbufline(winbufnr(1), 1, '$')
let g:seen.right = getbufline(winbufnr(2), 1, '$')
