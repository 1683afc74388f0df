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

" The keys that choose come once there is something to choose: a key that waits ends the waiting
" for the server.
function! s:Choose(timer) abort
    let l:items = complete_info(['items']).items
    if !empty(l:items)
        let g:seen.offered = map(l:items, 'v:val.word')
        call timer_stop(a:timer)
        call feedkeys("\<Esc>", 't')
    endif
endfunction

setlocal omnifunc=studio#Complete completeopt=menu,menuone
normal! G
call timer_start(20, function('s:Choose'), {'repeat': -1})
call feedkeys("oSee python-a\<C-x>\<C-o>", 'tx!')
let g:seen.line = getline('.')
