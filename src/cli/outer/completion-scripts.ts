/** Scripts for shells that ask `mbt __complete` for what may stand at the cursor: one suggestion a line. */
export const COMPLETION_SCRIPTS = {
  // printf %q protects what a shell would run or expand; in an open quote, -o filenames has bash do so.
  bash: `# bash completion of mbt: mbt completion bash > ~/.local/share/bash-completion/completions/mbt
_mbt() {
  local hit kept words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r hit; do
    case \${COMP_WORDS[COMP_CWORD]} in
      [\\"\\']*) compopt -o filenames 2>/dev/null; COMPREPLY+=("$hit") ;;
      *)
        kept=; [[ $hit == '~/'* ]] && kept='~/' hit=\${hit:2}
        [[ -n $hit ]] && printf -v hit %q "$hit"
        COMPREPLY+=("$kept$hit") ;;
    esac
  done < <(mbt __complete --quoted -- "\${words[@]}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _mbt mbt
`,
  zsh: `#compdef mbt
# zsh completion of mbt: mbt completion zsh > a folder of your $fpath, as _mbt
_mbt() {
  local -a hits folders others
  hits=("\${(@f)$(mbt __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  folders=("\${(@M)hits:#*/}")
  others=("\${(@)hits:#*/}")
  others=("\${(@)others:#}")
  (( $#folders )) && compadd -S '' -U -- "\${folders[@]}"
  (( $#others )) && compadd -U -- "\${others[@]}"
  return 0
}
if [[ \${funcstack[1]} == _mbt ]]; then _mbt "$@"; else compdef _mbt mbt; fi
`,
  fish: `# fish completion of mbt: mbt completion fish > ~/.config/fish/completions/mbt.fish
function __mbt_complete
  set -l words (commandline -opc)
  mbt __complete -- $words[2..-1] (commandline -ct | string unescape) 2>/dev/null
end
complete -c mbt -f -a '(__mbt_complete)'
`,
} as const;
