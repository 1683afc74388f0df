call WaitForDiagnostics(2)
StudioStatus
let g:seen.status = Wait('the status', {-> trim(execute('messages'))})
6StudioDecision
call Wait('the decision', {-> trim(execute('messages')) !=# g:seen.status})
StudioAccept
call WaitForDiagnostics(0)
StudioUndo
call WaitForDiagnostics(2)
