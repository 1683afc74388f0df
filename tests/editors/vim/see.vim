let g:seen.diagnostics = WaitForDiagnostics(2)
