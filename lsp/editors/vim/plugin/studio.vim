" Project Studio in Vim, through ALE: registers studio-lsp and defines its commands.

if exists('g:loaded_studio')
    finish
endif
let g:loaded_studio = 1

let g:studio_executable = get(g:, 'studio_executable', 'studio-lsp')
" Settings as in [editor] of .studio.toml, nested.
let g:studio_settings = get(g:, 'studio_settings', {})
" The file types for which the server is started; '*' means each one.
let g:studio_filetypes = get(g:, 'studio_filetypes', '*')

augroup studio
    autocmd!
    autocmd FileType * call studio#Register(expand('<amatch>'))
    autocmd User ALELSPStarted call studio#Started()
augroup END

command! StudioAccept call studio#Run('acceptIntoStudio', {})
command! StudioUse call studio#Run('useStudioVersion', {})
command! StudioMerge call studio#Run('mergeBoth', {})
command! StudioDismiss call studio#Run('dismiss', {})
command! StudioCompare call studio#Run('compare', {})
command! StudioUndo call studio#Run('undo', {})
command! StudioTrack call studio#Run('track', {})
command! StudioUntrack call studio#Run('untrack', {})
command! StudioStatus call studio#Run('status', {})
command! StudioSync call studio#RunForAll('syncContext')
command! StudioDashboard call studio#RunForAll('openDashboard')
command! StudioDebug call studio#RunForAll('debugInformation')
command! StudioWhy call studio#Run('why', {'line': line('.') - 1})
command! -range StudioDecision call studio#Run('recordDecision', studio#Lines(<line1>, <line2>))
command! -range StudioLearning call studio#Run('recordLearning', studio#Lines(<line1>, <line2>))
command! -range StudioQuestion call studio#Run('recordQuestion', studio#Lines(<line1>, <line2>))
