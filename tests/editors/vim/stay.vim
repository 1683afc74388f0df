function! s:Attached() abort
    return filter(values(ale#lsp#GetConnections()), 'v:val.initialized')
endfunction

call Wait('the server', function('s:Attached'))
call writefile([], $STUDIO_READY)
call Wait('leave to go', {-> !filereadable($STUDIO_READY)})
