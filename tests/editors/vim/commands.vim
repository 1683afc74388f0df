call WaitForDiagnostics(2)
StudioStatus
let g:seen.status = Wait('the status', {-> trim(execute('messages'))})
6StudioDecision
call Wait('the decision', {-> execute('messages') =~# 'Recorded'})
StudioAccept
call WaitForDiagnostics(0)
StudioUndo
call WaitForDiagnostics(2)
" The server asks for these edits by itself, and has to hear that they were made.
StudioUse
call Wait('the text', {-> getline(5) =~# 'tabs'})
call Wait('the word of it', {-> execute('messages') =~# 'version taken'})
call WaitForDiagnostics(0)
let g:seen.used = getline(1, '$')
StudioUndo
call Wait('the text again', {-> getline(5) =~# 'spaces'})
call WaitForDiagnostics(2)
