call WaitForDiagnostics(2)

function! s:Previewed() abort
    for l:window in range(1, winnr('$'))
        if getwinvar(l:window, '&previewwindow')
            return getbufline(winbufnr(l:window), 1, '$')
        endif
    endfor
    return []
endfunction

let g:seen.before = getline(14)
call cursor(14, 10)
ALEHover
let g:seen.hover = Wait('the hover', function('s:Previewed'))
pclose

setlocal omnifunc=ale#completion#OmniFunc
normal! G
call feedkeys("oSee python-a\<C-x>\<C-o>\<C-y>\<Esc>", 'tx')
let g:seen.line = getline('.')
