/**
 * What each shell is told: to ask us what may stand where the cursor is. The words are passed as they are, and never evaluated.
 * zsh loads what is in its fpath as the body of the function that completes, at the first key: it is to complete at once then.
 */
export const COMPLETION_SCRIPTS = {
  bash: `_hatcheck() {
  local IFS=$'\\n'
  COMPREPLY=( $(hatcheck __complete --current="\${COMP_WORDS[COMP_CWORD]}" -- "\${COMP_WORDS[@]:0:COMP_CWORD}" 2>/dev/null) )
}
complete -o default -F _hatcheck hatcheck
`,
  zsh: `#compdef hatcheck
_hatcheck() {
  local -a found
  found=("\${(@f)$(hatcheck __complete --current="\${words[CURRENT]}" -- "\${(@)words[1,CURRENT-1]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  (( \${#found} )) && compadd -a found || _files
}
if [[ \${funcstack[1]} == _hatcheck ]]; then _hatcheck "$@"; else compdef _hatcheck hatcheck; fi
`,
  fish: `complete -c hatcheck -f -a '(hatcheck __complete --current=(commandline -ct | string collect --allow-empty) -- (commandline -opc) 2>/dev/null)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName hatcheck -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '') { $words = @($words | Select-Object -SkipLast 1) }
  hatcheck __complete "--current=$wordToComplete" -- @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
} as const;

export type Shell = keyof typeof COMPLETION_SCRIPTS;
