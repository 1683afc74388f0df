" What the commands and the registration of studio-lsp with ALE are made of.

let s:registered = {}
let s:offered = v:null
let s:starting = 0

function! s:Wanted(filetype) abort
    let l:wanted = g:studio_filetypes
    return l:wanted is# '*' || (type(l:wanted) is v:t_list && index(l:wanted, a:filetype) >= 0)
endfunction

" The folder of the project that a buffer's file is in; its own folder outside of every project,
" because ALE starts no server without one.
function! studio#Root(buffer) abort
    let l:folder = fnamemodify(bufname(a:buffer), ':p:h')
    let l:above = fnameescape(l:folder) . ';'
    let l:found = findfile('.studio.toml', l:above)
    if empty(l:found)
        let l:found = finddir('.git', l:above)
    endif
    if empty(l:found)
        let l:found = findfile('.git', l:above)
    endif
    return empty(l:found) ? l:folder : fnamemodify(substitute(l:found, '/$', '', ''), ':p:h')
endfunction

function! studio#Options(buffer) abort
    return extend(deepcopy(g:studio_settings), {'client': {'comparison': v:true}})
endfunction

function! studio#Config(buffer) abort
    return {'studio': deepcopy(g:studio_settings)}
endfunction

" Make ALE use the server for a file type. Where ALE has a list of its own for that type, the
" server is added to it; a list that the user wrote is left as it is.
function! studio#Register(filetype) abort
    for l:filetype in split(a:filetype, '\.')
        if has_key(s:registered, l:filetype) || !s:Wanted(l:filetype)
            continue
        endif
        let s:registered[l:filetype] = 1
        let l:others = map(copy(ale#linter#Get(l:filetype)), 'v:val.name')
        call ale#linter#Define(l:filetype, {
        \   'name': 'studio',
        \   'lsp': 'stdio',
        \   'executable': {buffer -> g:studio_executable},
        \   'command': '%e',
        \   'project_root': function('studio#Root'),
        \   'initialization_options': function('studio#Options'),
        \   'lsp_config': function('studio#Config'),
        \})
        call s:Enable(l:filetype, l:others)
    endfor
endfunction

function! s:Enable(filetype, others) abort
    let l:lists = get(g:, 'ale_linters', {})
    if type(l:lists) isnot v:t_dict || has_key(l:lists, a:filetype)
        return
    endif
    let g:ale_linters = extend(copy(l:lists), {a:filetype: a:others + ['studio']})
endfunction

" ALE applies the edits that a server asks for once a code action was used, and never says so; the
" server would wait for an answer and then take it for a refusal.
function! studio#Started() abort
    let l:found = s:Linter()
    if s:starting || empty(l:found)
        return
    endif
    let s:starting = 1
    try
        call ale#lsp_linter#StartLSP(bufnr(''), l:found[0], {linter, details -> s:Listen(details)})
    finally
        let s:starting = 0
    endtry
endfunction

function! s:Listen(details) abort
    let l:id = a:details.connection_id
    call ale#lsp#RegisterCallback(l:id, function('ale#codefix#HandleLSPResponse'))
    call ale#lsp#RegisterCallback(l:id, function('studio#Heard'))
endfunction

function! studio#Heard(connection, message) abort
    if get(a:message, 'method', '') is# 'workspace/applyEdit'
        " After every other callback, so that the text is there before the answer.
        call timer_start(0, {-> s:Applied(a:connection, a:message)})
    endif
endfunction

function! s:Applied(connection, message) abort
    for l:uri in keys(ale#code_action#GetChanges(a:message.params.edit))
        call ale#lsp#NotifyForChanges(a:connection, bufnr(ale#path#FromFileURI(l:uri)))
    endfor
    let l:body = json_encode({'jsonrpc': '2.0', 'id': a:message.id, 'result': {'applied': v:true}})
    let l:job = ale#lsp#GetConnections()[a:connection].job_id
    call ale#job#SendRaw(l:job, 'Content-Length: ' . strlen(l:body) . "\r\n\r\n" . l:body)
endfunction

" Omnifunc for names with hyphens and for paths, which ALE's own takes for several words.
function! studio#Complete(findstart, base) abort
    if !a:findstart
        while s:offered is v:null && !complete_check()
            sleep 5m
        endwhile
        let l:words = map(s:offered is v:null ? [] : s:offered, 's:Joined(a:base, v:val)')
        return filter(l:words, '!empty(v:val)')
    endif
    let s:offered = v:null
    let l:options = {'callback': function('s:Offer'), 'prefix': ''}
    if !ale#completion#GetCompletions('ale-callback', l:options)
        return -3
    endif
    return match(strpart(getline('.'), 0, col('.') - 1), '[^[:space:]`"''()<>]*$')
endfunction

function! s:Offer(items) abort
    let s:offered = copy(a:items)
endfunction

" ALE does not hand on which text an item replaces: it is the end of what was typed with which the
" item begins.
function! s:Joined(typed, item) abort
    for l:start in range(len(a:typed) + empty(a:typed))
        if stridx(a:item.word, strpart(a:typed, l:start)) == 0
            return extend({'word': strpart(a:typed, 0, l:start) . a:item.word}, a:item, 'keep')
        endif
    endfor
    return {}
endfunction

" Lines, both included, as the argument of a command that takes a range.
function! studio#Lines(first, last) abort
    return {'range': {
    \   'start': {'line': a:first - 1, 'character': 0},
    \   'end': {'line': a:last, 'character': 0},
    \}}
endfunction

" Run one of the server's commands for the current file.
function! studio#Run(command, argument) abort
    let l:uri = ale#util#ToURI(expand('%:p'))
    call s:Send(a:command, [extend({'uri': l:uri}, a:argument)])
endfunction

" Run one of the server's commands that is about no file.
function! studio#RunForAll(command) abort
    call s:Send(a:command, [{}])
endfunction

function! s:Linter() abort
    return filter(copy(ale#linter#Get(&filetype)), 'v:val.name is# ''studio''')
endfunction

function! s:Send(command, arguments) abort
    let l:found = s:Linter()
    if empty(l:found)
        echohl WarningMsg | echomsg 'Studio: the server does not run for this file' | echohl None
        return
    endif
    let l:message = ale#lsp#message#ExecuteCommand('studio.' . a:command, a:arguments)
    call ale#lsp_linter#StartLSP(bufnr(''), l:found[0], {linter, details -> s:Ready(details, l:message)})
endfunction

function! s:Ready(details, message) abort
    " ALE tells of changes with a delay; the command has to see the text as it is.
    call ale#lsp#NotifyForChanges(a:details.connection_id, a:details.buffer)
    call ale#lsp_linter#SendRequest(a:details.buffer, 'studio', a:message, function('s:Answered'))
endfunction

function! s:Answered(response) abort
    if has_key(a:response, 'error')
        echohl ErrorMsg | echomsg 'Studio: ' . a:response.error.message | echohl None
        return
    endif
    let l:result = get(a:response, 'result', v:null)
    if type(l:result) isnot v:t_dict
        return
    endif
    if has_key(l:result, 'left') && has_key(l:result, 'right')
        call s:Compare(l:result)
    elseif !empty(get(l:result, 'message', ''))
        " One line: the whole of a longer text is in a document.
        echomsg matchstr(l:result.message, '[^\n# ][^\n]*')
    endif
endfunction

" Two files side by side in diff mode; left is Studio's side and not to be written.
function! s:Compare(result) abort
    let l:right = ale#path#FromFileURI(a:result.right)
    let l:window = bufwinid(bufnr(l:right))
    if l:window == -1
        execute 'split' fnameescape(l:right)
    else
        call win_gotoid(l:window)
    endif
    execute 'leftabove vertical diffsplit' fnameescape(ale#path#FromFileURI(a:result.left))
    setlocal readonly nomodifiable
    wincmd p
    echomsg a:result.title
endfunction
