let g:seen.filetype = &filetype
let g:seen.diagnostics = Wait('a diagnostic', function('Diagnostics'))
