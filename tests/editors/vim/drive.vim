" Plays one scenario in a Vim without a screen, and writes what it saw as JSON.
" :sleep lets Vim handle the messages of its jobs; it ends as soon as what is waited for is there.

set nocompatible noswapfile hidden autoread viminfo= encoding=utf-8
let s:seconds = 60
let g:seen = {}
let g:ale_hover_to_preview = 1
let g:ale_lsp_show_message_severity = 'information'
let g:studio_executable = $STUDIO_SERVER
set runtimepath^=/usr/share/vim-ale
let &runtimepath = $STUDIO_PLUGIN . ',' . &runtimepath
filetype plugin on
runtime! plugin/ale.vim
runtime! plugin/studio.vim

function! s:State() abort
    return execute('messages') . "\n" . string(Diagnostics()) . "\n" . join(getline(1, '$'), "\n")
    \   . "\n" . join(map(ale#history#Get(bufnr('')), 'string(v:val)'), "\n")
endfunction

" Wait until Found() gives something that is not empty, and give it.
function! Wait(what, Found) abort
    let l:start = reltime()
    while 1
        let l:answer = a:Found()
        if !empty(l:answer)
            return l:answer
        endif
        if reltimefloat(reltime(l:start)) > s:seconds
            throw 'not within ' . s:seconds . ' s: ' . a:what . "\n" . s:State()
        endif
        sleep 20m
    endwhile
endfunction

" Our diagnostics of the current buffer, lines from 1, columns in what the server counts.
function! Diagnostics() abort
    let l:info = get(get(g:, 'ale_buffer_info', {}), bufnr(''), {})
    let l:found = filter(copy(get(l:info, 'loclist', [])), 'v:val.linter_name is# ''studio''')
    return map(l:found, '{''line'': v:val.lnum, ''col'': v:val.col, ''end_line'': v:val.end_lnum, '
    \   . '''end_col'': v:val.end_col, ''code'': get(v:val, ''code'', ''''), ''message'': v:val.text}')
endfunction

function! s:Counted(count) abort
    let l:found = Diagnostics()
    return len(l:found) == a:count ? [l:found] : []
endfunction

function! WaitForDiagnostics(count) abort
    return Wait(a:count . ' diagnostics', {-> s:Counted(a:count)})[0]
endfunction

function! s:Offered(data, items) abort
    let s:data = a:data
    let s:items = map(copy(a:items), 'v:val[1]')
endfunction

" Let the code action with this title run at a line. ALE asks for a number on the terminal, so
" here its menu callback chooses.
function! Act(title, line) abort
    call cursor(a:line, 1)
    let s:items = []
    call ale#codefix#Execute(0, function('s:Offered'))
    call Wait('the code actions', {-> s:items})
    let l:titles = map(copy(s:items), 'v:val.title')
    let l:index = index(l:titles, a:title)
    if l:index < 0
        throw a:title . ' is not among ' . string(l:titles)
    endif
    call ale#codefix#ApplyLSPCodeAction(s:data, s:items[l:index])
    return l:titles
endfunction

" Run git studio from outside, as somebody in another terminal would.
function! Studio(words) abort
    let l:said = system('git-studio ' . a:words)
    if v:shell_error
        throw l:said
    endif
endfunction

function! s:Finish() abort
    call writefile([json_encode(g:seen)], $STUDIO_SEEN)
    qall!
endfunction

try
    execute 'edit' fnameescape($STUDIO_FILE)
    call ale#Queue(0, 'lint_file')
    execute 'source' fnameescape($STUDIO_SCENARIO)
catch
    let g:seen.failure = v:exception . "\n" . v:throwpoint
endtry
call s:Finish()
